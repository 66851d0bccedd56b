#!/usr/bin/env node
/** The program's entry: everything else is loaded behind Node's cache of compiled code, which halves a start. */
import { keepCompiledCode } from './compiled-code.ts';

keepCompiledCode();
await import('./main.ts');
