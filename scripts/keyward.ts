/**
 * `npm run keyward -- ARGS`: the command line, as it was built where that is up to date (it starts in a third of the
 * time), else from its sources.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStale } from './stale.ts';
import { TARGETS } from './targets.ts';

const root = path.join(import.meta.dirname, '..');
const fresh = TARGETS.some((target) => target.name === 'cli' && !isStale(root, target));
await import(pathToFileURL(path.join(root, fresh ? 'dist/cli/keyward.js' : 'gateway/cli/keyward.ts')).href);
