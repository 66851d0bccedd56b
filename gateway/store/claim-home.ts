/** Claims a home for writing: the lock, or the reason why it can only be read. Sweeps up after a killed predecessor. */
import { access, constants, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isTemporaryOf } from './durable-file.ts';
import type { HomePaths } from './home.ts';
import { type HomeLock, lockHome } from './lock.ts';
import { isMissing, StoreError } from './store-error.ts';

export type Claim =
  | { readonly lock: HomeLock; readonly refusal: undefined }
  | { readonly lock: undefined; readonly refusal: StoreError };

/** Throws HomeBusy where another process writes to this home. */
export async function claimHome(paths: HomePaths, waitMs?: number): Promise<Claim> {
  for (const target of [paths.home, paths.config]) {
    // A rename would replace a write-protected file without asking; its owner meant something by the protection.
    const forbidden = await access(target, constants.W_OK).then(
      () => undefined,
      (error: unknown) => (isMissing(error) ? undefined : error),
    );
    if (forbidden) return { lock: undefined, refusal: notWritable(target, forbidden) };
  }
  try {
    const lock = await lockHome(paths.home, waitMs);
    await sweep(paths);
    return { lock, refusal: undefined };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'read-only') throw error;
    return { lock: undefined, refusal: notWritable(paths.home, error) };
  }
}

function notWritable(target: string, cause: unknown): StoreError {
  return new StoreError(
    'read-only',
    `${target} may not be written, so settings and keys cannot be changed.`,
    'Give this user write access to it and start Keyward again.',
    cause,
  );
}

/** Temporary files of a process that was killed while writing. Only under the lock: they may be somebody's at work. */
async function sweep(paths: HomePaths): Promise<void> {
  const strays = async (directory: string, ofOurs: (name: string) => boolean) => {
    for (const name of await readdir(directory).catch(() => [])) {
      if (ofOurs(name)) await unlink(path.join(directory, name)).catch(() => undefined); // harmless where it lies
    }
  };
  await strays(paths.home, (name) => ['keyward.json', 'instance.json'].some((file) => isTemporaryOf(name, file)));
  await strays(paths.versions, (name) => isTemporaryOf(name, name.replace(/\.\d+$/, '')));
}
