import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Target } from './targets.ts';

/**
 * Whether a target's outputs are missing or its inputs have changed since they were built. By contents, not times: a
 * checkout or a pull touches files without changing them, and an older file restored over a newer one has changed.
 */
export function isStale(root: string, target: Target): boolean {
  if (target.outputs.some((output) => !existsSync(path.join(root, output)))) return true;
  const stamp = stampPath(root, target);
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint(root, target.inputs);
}

/** Records that the outputs now match inputs with this fingerprint (taken before the build began). */
export function markFresh(root: string, target: Target, inputs: string): void {
  mkdirSync(path.dirname(stampPath(root, target)), { recursive: true });
  writeFileSync(stampPath(root, target), inputs);
}

/** Forgets that a target was built: an interrupted build must not pass for a whole one. */
export function markStale(root: string, target: Target): void {
  rmSync(stampPath(root, target), { force: true });
}

/** One digest over the paths and contents of the files and folders named. */
export function fingerprint(root: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of filesUnder(root, input)) {
      const contents = readFileSync(path.join(root, file));
      hash.update(`${file}\0${contents.length}\0`).update(contents);
    }
  }
  return hash.digest('hex');
}

function filesUnder(root: string, relative: string): string[] {
  const stat = statSync(path.join(root, relative), { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [relative];
  return readdirSync(path.join(root, relative))
    .sort()
    .flatMap((name) => filesUnder(root, path.posix.join(relative, name)));
}

function stampPath(root: string, target: Target): string {
  return path.join(root, 'dist', '.stamps', target.name);
}
