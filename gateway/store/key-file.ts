/** The key file: a line of random text, readable by its owner only, that opens the vault without anybody typing. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from './durable-file.ts';
import { errorCode, explainWriteError, isMissing, StoreError } from './store-error.ts';

export interface GoodKeyFile {
  readonly state: 'good';
  readonly path: string;
  readonly content: string;
  /** Other users of the computer can read it. */
  readonly openToOthers: boolean;
}

export type KeyFile =
  | GoodKeyFile
  | { readonly state: 'missing'; readonly path: string }
  /** Unreadable or too short to be a key; `reason` is a phrase. */
  | { readonly state: 'unusable'; readonly path: string; readonly reason: string };

const SHORTEST_CONTENT = 32;

/** Never throws. The content is trimmed, so that a line break at its end does not matter. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  try {
    const { mode, size } = await stat(file);
    if (size > 64 * 1024) return { state: 'unusable', path: file, reason: 'is too large to be a key file' };
    const content = (await readFile(file, 'utf8')).trim();
    if (content.length < SHORTEST_CONTENT) {
      return { state: 'unusable', path: file, reason: `holds fewer than ${SHORTEST_CONTENT} characters` };
    }
    return { state: 'good', path: file, content, openToOthers: process.platform !== 'win32' && (mode & 0o077) !== 0 };
  } catch (error) {
    if (isMissing(error)) return { state: 'missing', path: file };
    return { state: 'unusable', path: file, reason: `cannot be read (${errorCode(error) ?? 'unknown error'})` };
  }
}

/**
 * The key file of that path as it is, or a new one. What stands there and cannot be a key is never overwritten: it is moved
 * aside if it is `ours`, else StoreError `invalid` says so.
 */
export async function obtainKeyFile(file: string, ours: boolean): Promise<GoodKeyFile> {
  const found = await readKeyFile(file);
  if (found.state === 'good') return found;
  if (found.state === 'unusable' && !ours) {
    throw new StoreError(
      'invalid',
      `The key file ${file} ${found.reason}.`,
      'Name another key file, or one that does not exist yet to have it made.',
    );
  }
  try {
    if (found.state === 'unusable') await rename(file, `${file}.unusable-${randomBytes(4).toString('hex')}`);
    return await createKeyFile(file);
  } catch (error) {
    throw explainWriteError(error, 'The key file', file);
  }
}

/** Throws StoreError `disk` where the file stays. */
export async function deleteKeyFile(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if (isMissing(error)) return;
    throw new StoreError(
      'disk',
      `The key file ${file} no longer opens the vault, but could not be deleted (${errorCode(error) ?? 'unknown error'}).`,
      'Delete it by hand.',
      error,
    );
  });
}

/** 0600, and on the disk when it resolves. */
async function createKeyFile(file: string): Promise<GoodKeyFile> {
  const content = randomBytes(32).toString('base64url');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${content}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(path.dirname(file));
  return { state: 'good', path: file, content, openToOthers: false };
}
