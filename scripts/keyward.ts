/** `npm run keyward -- ARGS`: the command line of this checkout. */
import { pathToFileURL } from 'node:url';
import { cliEntry } from './cli-entry.ts';

await import(pathToFileURL(cliEntry()).href);
