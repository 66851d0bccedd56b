/** The key file: a line of random text, readable by its owner only, that opens the vault without anybody typing. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from './durable-file.ts';
import { stampForFileName } from './notice.ts';
import { errorCode, isMissing } from './store-error.ts';

export type KeyFile =
  | { readonly state: 'good'; readonly path: string; readonly content: string; readonly openToOthers: boolean }
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

/** Makes a new key file, 0600, on the disk when it resolves. A file that is there already is left alone: rejects with EEXIST. */
export async function createKeyFile(file: string): Promise<KeyFile & { state: 'good' }> {
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

/** Puts an unusable key file out of the way without losing it. */
export async function setKeyFileAside(file: string, nowMs: number): Promise<void> {
  await rename(file, `${file}.unusable-${stampForFileName(nowMs)}-${randomBytes(3).toString('hex')}`);
}
