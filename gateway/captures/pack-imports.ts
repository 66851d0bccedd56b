/** Captures and exchanges from elsewhere, redacted and packed for the worker. */
import { createHash } from 'node:crypto';
import type { Exchange, TappedBody } from '../exchange.ts';
import { Batch } from './batch.ts';
import type { Capture } from './capture.ts';
import { captureNumber } from './capture-id.ts';
import type { DecodedBody } from './decode-body.ts';
import type { ImportedRecords } from './imports.ts';
import { packExchange } from './pack.ts';
import { packCapture } from './pack-capture.ts';
import { type RowTuple, STATE, type StateCode } from './record-form.ts';
import type { Redactor } from './redact.ts';
import { rescanCapture } from './rescan.ts';

export interface ImportItem {
  /** An exchange is redacted as on the request path; a capture, which was redacted before, is looked through again. */
  readonly record: { readonly capture: Capture } | { readonly exchange: Exchange; readonly decoded: DecodedFrom };
  /** JSON text of the configuration document that it was made under. */
  readonly config: string | null;
}

/** Bodies that came without the content coding their headers tell of, and which coding that was. */
export type DecodedFrom = ReadonlyMap<TappedBody, string>;

export interface Imported {
  readonly id: string;
  /** False: it was here already. */
  readonly added: boolean;
}

export interface PackedImports {
  readonly given: ImportedRecords;
  readonly rows: { id: string; state: StateCode; row: RowTuple }[];
}

/** Throws where an id is none. */
export function packImports(
  items: readonly ImportItem[],
  options: { readonly redactor: Redactor; readonly maxBodyBytes: number; readonly at: number },
): PackedImports {
  const batch = new Batch();
  const rows: PackedImports['rows'] = [];
  const configOf: Record<string, string | null> = {};
  const configs: Record<string, string> = {};
  const digests = new Map<string, string>();
  for (const { record, config } of items) {
    const { id } = 'capture' in record ? record.capture : record.exchange;
    const number = captureNumber(id);
    if (number === undefined) throw new Error(`${id} is no capture id`);
    let row: RowTuple;
    let state: StateCode = STATE.done;
    if ('capture' in record) {
      row = packCapture(batch, rescanCapture(record.capture, options.redactor).capture, number);
      if (record.capture.state !== 'done') state = STATE.interrupted;
    } else {
      const decoded = new Map<TappedBody, DecodedBody>();
      for (const [tap, from] of record.decoded) {
        decoded.set(tap, { bytes: Buffer.concat(tap.chunks), from, cut: tap.keptBytes < tap.sizeBytes });
      }
      row = packExchange(batch, record.exchange, number, STATE.done, { ...options, decoded });
    }
    rows.push({ id, state, row });
    configOf[id] = config === null ? null : digestOf(config, digests);
    if (config !== null) configs[configOf[id] as string] = config;
  }
  return {
    given: { records: Buffer.from(batch.bytes.subarray(0, batch.length)), configOf, configs, at: options.at },
    rows,
  };
}

/** Many captures share a configuration, often the very same text. */
function digestOf(text: string, known: Map<string, string>): string {
  let digest = known.get(text);
  if (digest === undefined) {
    digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
    known.set(text, digest);
  }
  return digest;
}
