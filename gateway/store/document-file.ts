/** `keyward.json` as lowdb's adapter: read with care, written durably, and watched for other people's edits. */
import { createHash } from 'node:crypto';
import { chmod, constants, copyFile, readdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Adapter } from 'lowdb';
import { writeDurably } from './durable-file.ts';
import { stampForFileName } from './notice.ts';
import { type ParsedDocument, parseDocument } from './parse-document.ts';
import type { Document } from './schema.ts';
import { errorCode, isMissing, StoreError } from './store-error.ts';

export type Found = ParsedDocument | { readonly kind: 'absent' };

export class DocumentFile implements Adapter<Document> {
  readonly path: string;
  /** What the last `read` met. */
  found: Found = { kind: 'absent' };
  #stamp: string | undefined;
  #hash: string | undefined;

  constructor(file: string) {
    this.path = file;
  }

  /** The document, or null where there is none to use: `found` tells why. Throws where the file may not be read. */
  async read(): Promise<Document | null> {
    this.found = await this.#inspect();
    return this.found.kind === 'good' ? this.found.document : null;
  }

  /** Resolves once the document is on the disk; rejects with the old one in place. */
  async write(document: Document): Promise<void> {
    const content = `${JSON.stringify(document, null, 2)}\n`;
    await writeDurably(this.path, content);
    this.#hash = hashOf(content);
    this.#stamp = await stampOf(this.path);
  }

  /** Did anybody else change or remove the file since it was last read or written here? */
  async touchedByOthers(): Promise<'no' | 'changed' | 'gone'> {
    const stamp = await stampOf(this.path);
    if (stamp === undefined) return this.#stamp === undefined ? 'no' : 'gone';
    if (stamp === this.#stamp) return 'no';
    const same = hashOf(await readFile(this.path)) === this.#hash;
    if (same) this.#stamp = stamp; // only touched
    return same ? 'no' : 'changed';
  }

  /** Copies the file to `keyward.json.<why>-<time>` and returns that name; the file stays. */
  async copyAside(why: string, nowMs: number): Promise<string> {
    return this.#aside(why, nowMs, async (target) => {
      await copyFile(this.path, target, constants.COPYFILE_EXCL);
      await chmod(target, 0o600);
    });
  }

  /** Moves the file (or whatever stands in its place) to `keyward.json.<why>-<time>` and returns that name. */
  async moveAside(why: string, nowMs: number): Promise<string> {
    return this.#aside(why, nowMs, async (target) => {
      if ((await stampOf(target)) !== undefined) throw Object.assign(new Error('taken'), { code: 'EEXIST' });
      await rename(this.path, target);
    });
  }

  /** Paths of what was put aside so, oldest first. */
  async setAside(why: string): Promise<string[]> {
    const directory = path.dirname(this.path);
    const names = await readdir(directory).catch(() => []);
    return names
      .filter((name) => name.startsWith(`${path.basename(this.path)}.${why}-`))
      .sort()
      .map((name) => path.join(directory, name));
  }

  async #aside(why: string, nowMs: number, put: (target: string) => Promise<void>): Promise<string> {
    const base = `${this.path}.${why}-${stampForFileName(nowMs)}`;
    for (let attempt = 1; ; attempt++) {
      const target = attempt === 1 ? base : `${base}-${attempt}`;
      try {
        await put(target);
        return target;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST' || attempt === 100) throw error;
      }
    }
  }

  async #inspect(): Promise<Found> {
    let content: Buffer;
    try {
      content = await readFile(this.path);
      this.#stamp = await stampOf(this.path);
      this.#hash = hashOf(content);
    } catch (error) {
      if (isMissing(error)) return { kind: 'absent' };
      if (errorCode(error) === 'EISDIR') return { kind: 'damaged', reason: 'a folder stands in its place' };
      throw new StoreError(
        'home-unusable',
        `${this.path} cannot be read (${errorCode(error) ?? 'unknown error'}).`,
        'Make sure that it belongs to the user who runs Keyward (it may have been made by root).',
        error,
      );
    }
    try {
      return parseDocument(new TextDecoder('utf-8', { fatal: true }).decode(content));
    } catch {
      return { kind: 'damaged', reason: 'it is no text' };
    }
  }
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
