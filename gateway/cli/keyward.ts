#!/usr/bin/env node
/** The program's entry: everything else is loaded behind Node's cache of compiled code, which halves a start. */
import { keepCompiledCode } from './compiled-code.ts';
import { serveFromOneArena } from './one-arena.ts';

serveFromOneArena();
keepCompiledCode();
await import('./main.ts');
