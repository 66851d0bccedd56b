/**
 * Builds what is stale into dist/: `node scripts/build.ts [renderer] [electron] [cli] [--force]`, all three by default.
 * One line a target that was built; silent and done in well under a second when nothing changed.
 */
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fingerprint, isStale, markFresh, markStale } from './stale.ts';
import { TARGETS, type Target } from './targets.ts';

const root = path.join(import.meta.dirname, '..');

/** Builds those of the named targets that are stale (or all of them with `force`) and resolves with their names. */
export async function buildStale(names: readonly Target['name'][], force = false): Promise<Target['name'][]> {
  const stale = TARGETS.filter((target) => names.includes(target.name) && (force || isStale(root, target)));
  for (const target of stale) {
    const started = performance.now();
    const inputs = fingerprint(root, target.inputs);
    markStale(root, target);
    await buildTarget(target);
    markFresh(root, target, inputs);
    process.stderr.write(`built ${target.name} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  }
  return stale.map((target) => target.name);
}

async function buildTarget(target: Target): Promise<void> {
  // Loaded late: Vite takes longer to load than an up-to-date check takes in all.
  const { build } = await import('vite');
  // Vite believes NODE_ENV over its mode; a test runner's or a shell's would put development builds into what ships.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    for (const { config, mode } of target.builds) {
      await build({ configFile: path.join(root, config), mode, logLevel: 'warn', clearScreen: false });
    }
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

if (process.argv[1] === import.meta.filename) {
  const words = process.argv.slice(2);
  const known = TARGETS.map((target) => target.name);
  const unknown = words.filter((word) => word !== '--force' && !known.includes(word as Target['name']));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown target ${unknown.join(', ')}: name any of ${known.join(', ')}, or none for all.\n`);
    process.exit(2);
  }
  const named = known.filter((name) => words.includes(name));
  await buildStale(named.length > 0 ? named : known, words.includes('--force')).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`); // the bundler's stack says nothing about the sources
    process.exitCode = 1;
  });
}
