/** A batch without its bodies, for a disk that has no room for them: the record of what happened goes first. */
import { openRecord, packRecord, type TemplateOf } from './open-record.ts';
import { HEAD, type PackedBody, type PackedMeta, STATE } from './record-form.ts';

export function leaveBodiesOut(batch: Buffer, templateOf: TemplateOf): { batch: Buffer; records: number } {
  const parts: Buffer[] = [];
  let records = 0;
  for (let at = 0; at < batch.length; records++) {
    const end = at + batch.readUInt32LE(at + HEAD.totalBytes);
    const head = Buffer.from(batch.subarray(at, at + HEAD.record));
    let record = batch.subarray(at + HEAD.record, end);
    if (head[HEAD.state] !== STATE.erased) {
      const { row, meta, redactions } = openRecord(record, templateOf);
      record = packRecord({ row, meta: slim(meta), redactions }, Buffer.alloc(0));
    }
    head.writeUInt32LE(head.length + record.length, HEAD.totalBytes);
    parts.push(head, record);
    at = end;
  }
  return { batch: Buffer.concat(parts), records };
}

function slim(meta: PackedMeta): PackedMeta {
  return {
    ...meta,
    body: withoutBytes(meta.body),
    answer: meta.answer && { ...meta.answer, body: withoutBytes(meta.answer.body) },
    attempts: meta.attempts.map((attempt) => ({
      ...attempt,
      body: withoutBytes(attempt.body),
      responseBody: attempt.responseBody && withoutBytes(attempt.responseBody),
    })),
  };
}

function withoutBytes(body: PackedBody): PackedBody {
  if (body.o === undefined && body.sameAs === undefined) return body;
  const slimmed: PackedBody = { ...body, k: 0, leftOut: 'disk-full' };
  delete slimmed.o;
  delete slimmed.l;
  delete slimmed.sameAs;
  return slimmed;
}
