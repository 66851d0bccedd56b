/**
 * `HOME/audit.jsonl`: one line for every change of the configuration, newest last, never rewritten. Lines are written
 * ahead of the change they describe, so that no change is without its line; the line of a change that then failed is
 * cut off again.
 */
import { type FileHandle, open, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { syncDirectory } from './durable-file.ts';
import { isMissing } from './store-error.ts';

export interface AuditRow {
  readonly time: string;
  /** `cli`, `screen`, `desktop`, `gateway`, `import` … */
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  /** Configuration version that the change made. */
  readonly version: number;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditBounds {
  /** A file larger than this is put aside and a new one begun. */
  readonly fileBytes: number;
  /** Files kept besides the current one: `audit.1.jsonl` is the youngest. */
  readonly oldFiles: number;
  /** A row whose before and after are larger than this keeps only their names. */
  readonly rowBytes: number;
}

const BOUNDS: AuditBounds = { fileBytes: 4 * 1024 * 1024, oldFiles: 3, rowBytes: 64 * 1024 };

export class AuditTrail {
  readonly #file: string;
  readonly #bounds: AuditBounds;
  #handle: FileHandle | undefined;
  /** Length of the lines that stand for committed changes. */
  #length = 0;

  constructor(file: string, bounds: AuditBounds = BOUNDS) {
    this.#file = file;
    this.#bounds = bounds;
  }

  /** Cuts off what a crash left: half a line, and lines of changes that never came to be (beyond `version`). */
  async open(version: number): Promise<void> {
    await this.close();
    this.#handle = await open(this.#file, 'a', 0o600);
    await syncDirectory(path.dirname(this.#file));
    const text = await readFile(this.#file, 'utf8');
    let end = text.lastIndexOf('\n') + 1;
    while (end > 0) {
      const start = text.lastIndexOf('\n', end - 2) + 1;
      const row = parseRow(text.slice(start, end));
      if (!row || row.version <= version) break;
      end = start;
    }
    this.#length = Buffer.byteLength(text.slice(0, end));
    await this.#cut();
  }

  /** Resolves once the row is on the disk. */
  async append(row: AuditRow): Promise<void> {
    if (!this.#handle) throw new Error('the audit trail is not open');
    if (this.#length > this.#bounds.fileBytes) await this.#rotate();
    await this.#cut();
    try {
      await this.#handle.appendFile(`${JSON.stringify(this.#bounded(row))}\n`);
      await this.#handle.datasync();
    } catch (error) {
      await this.#cut().catch(() => undefined); // the next append cuts first and reports what hinders it
      throw error;
    }
  }

  /** The change of the last row is committed. */
  async keep(): Promise<void> {
    if (this.#handle) this.#length = (await this.#handle.stat()).size;
  }

  /** The change of the last row failed: the row goes. Should even that fail, the next append or open does it. */
  async withdraw(): Promise<void> {
    await this.#cut().catch(() => undefined);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #cut(): Promise<void> {
    if (!this.#handle) return;
    if ((await this.#handle.stat()).size > this.#length) await this.#handle.truncate(this.#length);
  }

  async #rotate(): Promise<void> {
    await this.#cut();
    const names = oldNames(this.#file, this.#bounds.oldFiles);
    for (let i = names.length - 1; i >= 0; i--) {
      const from = i === 0 ? this.#file : (names[i - 1] as string);
      await rename(from, names[i] as string).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    }
    const fresh = await open(this.#file, 'a', 0o600);
    await this.#handle?.close();
    this.#handle = fresh;
    this.#length = 0;
    await syncDirectory(path.dirname(this.#file));
  }

  #bounded(row: AuditRow): AuditRow {
    if (JSON.stringify(row).length <= this.#bounds.rowBytes) return row;
    const names = (side: unknown) => ({
      tooLarge: true,
      records: Object.keys((side as object | undefined) ?? {}).slice(0, 500),
    });
    return { ...row, before: names(row.before), after: names(row.after) };
  }
}

function oldNames(file: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => file.replace(/\.jsonl$/, `.${i + 1}.jsonl`));
}

/** Reads the trail without opening it for writing; rows beyond `uptoVersion` are of changes that never came to be. */
export async function readAuditRows(file: string, limit: number, uptoVersion: number): Promise<AuditRow[]> {
  const present = new Set(await readdir(path.dirname(file)).catch(() => []));
  const old = [...present]
    .filter((name) => /^audit\.\d+\.jsonl$/.test(name))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
    .map((name) => path.join(path.dirname(file), name));
  const rows: AuditRow[] = [];
  for (const each of [file, ...old]) {
    if (rows.length >= limit) break;
    const text = await readFile(each, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    for (let end = text.length; end > 0 && rows.length < limit; ) {
      const start = text.lastIndexOf('\n', end - 2) + 1;
      const row = parseRow(text.slice(start, end));
      if (row && row.version <= uptoVersion) rows.push(row);
      end = start;
    }
  }
  return rows;
}

function parseRow(line: string): AuditRow | undefined {
  try {
    const row = JSON.parse(line) as AuditRow;
    return typeof row.version === 'number' && typeof row.action === 'string' ? row : undefined;
  } catch {
    return undefined; // a line torn by a crash or mangled by hand: the others still count
  }
}
