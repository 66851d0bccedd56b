/**
 * `HOME/versions/`: a copy of every configuration version, the newest ones only. Captures refer to versions, so a
 * replay "then" needs them; and a damaged `keyward.json` is recovered from the last. Compressed, because a large
 * document is copied whole at every change. Only the few newest hold sealed secrets, and none that the current document
 * has let go of: a removed provider key must not live on in a drawer.
 */
import { mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { writeDurably } from './durable-file.ts';
import { parseDocument } from './parse-document.ts';
import type { Document, ProviderKey } from './schema.ts';
import { isMissing } from './store-error.ts';

export interface HistoryBounds {
  readonly versions: number;
  readonly totalBytes: number;
  /** Newest versions that keep their seals, for recovery. */
  readonly withSeals: number;
}

const BOUNDS: HistoryBounds = { versions: 200, totalBytes: 64 * 1024 * 1024, withSeals: 3 };
/** A file of this expanded size is no configuration; it would only fill the memory. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

export class VersionHistory {
  readonly #directory: string;
  readonly #bounds: HistoryBounds;
  /** The youngest versions as this process wrote them, which saves unpacking and checking them at every change. */
  readonly #written = new Map<number, Document>();
  readonly #sizes = new Map<number, number>();

  constructor(directory: string, bounds: HistoryBounds = BOUNDS) {
    this.#directory = directory;
    this.#bounds = bounds;
  }

  /** Keeps a copy of this version, durably, and lets go of those beyond the bounds. */
  async keep(document: Document): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#write(document);
    await this.#prune(document);
  }

  /** The numbers of the kept versions, newest first. */
  async list(): Promise<number[]> {
    const names = await readdir(this.#directory).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return names
      .map((name) => /^(\d{9,})\.json\.gz$/.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => b - a);
  }

  /** A kept version, migrated to the current schema; undefined when it is not kept or not readable. */
  async read(version: number): Promise<Document | undefined> {
    try {
      const text = await promisify(gunzip)(await readFile(this.#file(version)), {
        maxOutputLength: MAX_DOCUMENT_BYTES,
      });
      const parsed = parseDocument(text.toString('utf8'));
      return parsed.kind === 'good' ? parsed.document : undefined;
    } catch {
      return undefined; // absent, torn, not gzip: an older one may do
    }
  }

  /** The newest version that can be read. */
  async lastGood(): Promise<Document | undefined> {
    for (const version of await this.list()) {
      const document = await this.read(version);
      if (document) return document;
    }
    return undefined;
  }

  #file(version: number): string {
    return path.join(this.#directory, `${String(version).padStart(9, '0')}.json.gz`);
  }

  async #write(document: Document): Promise<void> {
    await writeDurably(this.#file(document.version), await promisify(gzip)(JSON.stringify(document)));
    this.#written.set(document.version, document);
  }

  async #prune(newest: Document): Promise<void> {
    const kept = (await this.list()).filter((version) => version <= newest.version);
    let totalBytes = 0;
    for (const [index, version] of kept.entries()) {
      totalBytes += await this.#size(version);
      const beyond = index >= this.#bounds.versions || totalBytes > this.#bounds.totalBytes;
      if (beyond && index >= this.#bounds.withSeals) await this.#remove(version);
    }
    await this.#dropSeals(newest, kept.slice(1, this.#bounds.withSeals + 1));
    for (const version of this.#written.keys()) {
      if (!kept.slice(0, this.#bounds.withSeals).includes(version)) this.#written.delete(version);
    }
  }

  /** Of the older versions, only the youngest keep seals, and only those that the newest still has; likewise the vault. */
  async #dropSeals(newest: Document, older: readonly number[]): Promise<void> {
    const current = new Set(newest.providerKeys.map((key) => key.sealed));
    for (const [index, version] of older.entries()) {
      const document = this.#written.get(version) ?? (await this.read(version));
      if (!document) continue;
      const leaving = index + 1 >= this.#bounds.withSeals;
      const vault = leaving ? { ...document.vault, check: null, wraps: [] } : newest.vault;
      const stale = (key: ProviderKey) => key.sealed !== '' && (leaving || !current.has(key.sealed));
      const changed = document.providerKeys.some(stale) || JSON.stringify(vault) !== JSON.stringify(document.vault);
      if (!changed) continue;
      const providerKeys = document.providerKeys.map((key) => (stale(key) ? { ...key, sealed: '' } : key));
      await this.#write({ ...document, vault, providerKeys });
    }
  }

  /** A version's size hardly changes once it is written: asked once, so that a change does not cost two hundred questions. */
  async #size(version: number): Promise<number> {
    const known = this.#sizes.get(version);
    if (known !== undefined) return known;
    const size = await stat(this.#file(version)).then(
      (stats) => stats.size,
      () => 0,
    );
    this.#sizes.set(version, size);
    return size;
  }

  async #remove(version: number): Promise<void> {
    await unlink(this.#file(version));
    this.#sizes.delete(version);
  }
}
