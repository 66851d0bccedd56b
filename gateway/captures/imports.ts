/**
 * What came from elsewhere, as the worker keeps it: captures under their own ids, with the configuration that they were
 * made under, since version 7 of another home is not version 7 of this one. All of a call is written, or nothing.
 */
import { captureNumberTimeMs } from './capture-id.ts';
import type { CaptureStore } from './capture-store.ts';
import { HEAD, ID_BYTES } from './record-form.ts';

export interface ImportedRecords {
  /** Packed records, one after the other. */
  readonly records: Uint8Array;
  /** By capture id: digest of its configuration, null where none came with it. */
  readonly configOf: Readonly<Record<string, string | null>>;
  /** By digest: the document as JSON text. */
  readonly configs: Readonly<Record<string, string>>;
  /** Wall clock, epoch milliseconds: retention counts from here. */
  readonly at: number;
}

export interface ImportedConfig {
  /** JSON text of the configuration document; null where none came with the capture. */
  readonly document: string | null;
}

/** Ids that were not here yet; the others stay as they are. */
export function importRecords(store: CaptureStore, given: ImportedRecords): string[] {
  const batch = Buffer.from(given.records.buffer, given.records.byteOffset, given.records.length);
  const added: string[] = [];
  store.transaction(() => {
    for (let at = 0; at < batch.length; ) {
      const end = at + batch.readUInt32LE(at + HEAD.totalBytes);
      const id = batch.toString('latin1', at + HEAD.id, at + HEAD.id + ID_BYTES);
      if (!store.has(id)) {
        const state = batch[at + HEAD.state] as number;
        const failed = batch[at + HEAD.failed] as number;
        store.write(id, batch.readDoubleLE(at + HEAD.number), state, failed, batch.subarray(at + HEAD.record, end));
        store
          .sql('INSERT OR REPLACE INTO imported (id, at, config) VALUES (?, ?, ?)')
          .run(id, given.at, given.configOf[id] ?? null);
        added.push(id);
      }
      at = end;
    }
    for (const [digest, text] of Object.entries(given.configs)) {
      store.sql('INSERT OR IGNORE INTO imported_config (digest, text) VALUES (?, ?)').run(digest, text);
    }
    // Those of captures that were pruned since.
    store
      .sql('DELETE FROM imported_config WHERE digest NOT IN (SELECT config FROM imported WHERE config IS NOT NULL)')
      .run();
  });
  return added;
}

/** Null for a capture that was made here. */
export function importedConfig(store: CaptureStore, id: string): ImportedConfig | null {
  const row = store
    .sql('SELECT imported.id, text FROM imported LEFT JOIN imported_config ON digest = config WHERE imported.id = ?')
    .get(id);
  return row ? { document: (row.text as string | null) ?? null } : null;
}

/** For retention by age: when captures below this number are too old, those imported after that time are not. */
export function importedSince(beforeNumber: number): number {
  return captureNumberTimeMs(beforeNumber);
}
