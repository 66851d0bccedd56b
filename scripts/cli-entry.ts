import path from 'node:path';
import { isStale } from './stale.ts';
import { TARGETS } from './targets.ts';

const root = path.join(import.meta.dirname, '..');

/** The command line as it was built where that is up to date (it starts in a third of the time), else its sources. */
export function cliEntry(): string {
  const fresh = TARGETS.some((target) => target.name === 'cli' && !isStale(root, target));
  return path.join(root, fresh ? 'dist/cli/keyward.js' : 'gateway/cli/keyward.ts');
}
