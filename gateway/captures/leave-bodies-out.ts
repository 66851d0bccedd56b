/** A batch without its bodies, for a disk that has no room for them: the record of what happened goes first. */
import { HEAD, HEAD_BYTES, type PackedBody, type PackedMeta } from './record-form.ts';

export function leaveBodiesOut(batch: Buffer): { batch: Buffer; records: number } {
  const parts: Buffer[] = [];
  let records = 0;
  for (let at = 0; at < batch.length; ) {
    const end = at + batch.readUInt32LE(at + HEAD.totalBytes);
    const head = Buffer.from(batch.subarray(at, at + HEAD_BYTES));
    const metaStart = at + HEAD_BYTES + head.readUInt32LE(HEAD.record);
    const metaEnd = metaStart + head.readUInt32LE(HEAD.record + 4);
    const rest = batch.subarray(metaEnd, end);
    const meta = metaEnd > metaStart ? slim(batch.toString('utf8', metaStart, metaEnd)) : Buffer.alloc(0);
    head.writeUInt32LE(HEAD_BYTES + meta.length + rest.length, HEAD.totalBytes);
    head.writeUInt32LE(0, HEAD.record);
    head.writeUInt32LE(meta.length, HEAD.record + 4);
    parts.push(head, meta, rest);
    records++;
    at = Math.max(end, at + HEAD_BYTES);
  }
  return { batch: Buffer.concat(parts), records };
}

function slim(text: string): Buffer {
  const meta = JSON.parse(text) as PackedMeta;
  const bodies = [
    meta.body,
    meta.answer?.body,
    ...meta.attempts.flatMap((attempt) => [attempt.body, attempt.responseBody]),
  ];
  for (const body of bodies) if (body) withoutBytes(body);
  return Buffer.from(JSON.stringify(meta));
}

function withoutBytes(body: PackedBody): void {
  if (body.o === undefined && body.sameAs === undefined) return;
  delete body.o;
  delete body.l;
  delete body.sameAs;
  body.k = 0;
  body.leftOut = 'disk-full';
}
