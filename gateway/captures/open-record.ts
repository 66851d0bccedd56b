/** Stored records, opened: in full or like a template, as they came or at rest. */
import {
  lengthenLists,
  type PackedBody,
  type PackedMeta,
  type PackedRedactions,
  RECORD_HEAD_BYTES,
  type RecordText,
  type RowTuple,
  shortenLists,
} from './record-form.ts';
import { fillTree, type StoredTemplate, type TemplatedText } from './template.ts';

export type TemplateOf = (id: number) => StoredTemplate | undefined;

export interface OpenedRecord {
  readonly meta: PackedMeta;
  readonly redactions: PackedRedactions;
  readonly bodies: Buffer;
}

/** Throws when the record is damaged or its template is gone. */
export function openRecord(record: Buffer, templateOf: TemplateOf): OpenedRecord & { readonly row: RowTuple } {
  const { bodies, text, numbers } = partsOf(record);
  if (!Array.isArray(text)) return { ...text, bodies };
  const [id, inherits, texts, redactions] = text;
  const template = templateFor(id, templateOf);
  const { row, meta } = fillTree(template.tree, texts, numbers);
  return { row, meta, bodies, redactions: inherits ? joined(template.redactions, redactions) : redactions };
}

/** Only the line of a listing. */
export function rowOfRecord(record: Buffer, templateOf: TemplateOf): RowTuple {
  const { text, numbers } = partsOf(record);
  if (!Array.isArray(text)) return text.row;
  const [id, , texts] = text;
  // The row comes first in the tree, so its numbers and texts are the first ones.
  return fillTree(templateFor(id, templateOf).tree.row, texts, numbers);
}

/** At rest a record stands for itself: no template, no row (it lies beside it), lines that occur twice once. */
export function recordAtRest(opened: OpenedRecord): { readonly record: Buffer; readonly text: Buffer } {
  const text = Buffer.from(JSON.stringify({ meta: shortenLists(opened.meta), redactions: opened.redactions }));
  return { record: packed(opened.bodies, text), text };
}

export function openAtRest(record: Buffer): OpenedRecord {
  const { bodies, text } = partsOf(record);
  if (Array.isArray(text)) throw new Error('a capture at rest cannot depend on a template');
  return { meta: { ...text.meta, lists: lengthenLists(text.meta) }, redactions: text.redactions, bodies };
}

/** A fresh record in full, from its parts. */
export function packRecord(parts: RecordText, bodies: Buffer): Buffer {
  return packed(bodies, Buffer.from(JSON.stringify(parts)));
}

export function bodyBytes(opened: OpenedRecord, body: PackedBody | undefined): Buffer {
  return body?.o === undefined ? Buffer.alloc(0) : opened.bodies.subarray(body.o, body.o + (body.l ?? 0));
}

function packed(bodies: Buffer, text: Buffer): Buffer {
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  head.writeUInt32LE(bodies.length, 0);
  head.writeUInt32LE(text.length, 4);
  return Buffer.concat([head, bodies, text]);
}

function partsOf(record: Buffer): { bodies: Buffer; text: RecordText | TemplatedText; numbers: Buffer } {
  const textStart = RECORD_HEAD_BYTES + record.readUInt32LE(0);
  const numbersStart = textStart + record.readUInt32LE(4);
  return {
    bodies: record.subarray(RECORD_HEAD_BYTES, textStart),
    text: JSON.parse(record.toString('utf8', textStart, numbersStart)),
    numbers: record.subarray(numbersStart, numbersStart + record.readUInt32LE(8)),
  };
}

function templateFor(id: number, templateOf: TemplateOf): StoredTemplate {
  const template = templateOf(id);
  if (!template) throw new Error('the template of this capture is gone');
  return template;
}

function joined(one: PackedRedactions, other: PackedRedactions): PackedRedactions {
  const all: PackedRedactions = { ...one };
  for (const [place, list] of Object.entries(other)) all[place] = [...(all[place] ?? []), ...list];
  return all;
}
