/** Bytes of a recorded body: as they were on the wire where that can be had again. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { RecordedBody } from '../captures/capture.ts';

/** Undefined when nothing was kept. A content coding that was undone for the recording is put on again. */
export function recordedBytes(body: RecordedBody): Buffer | undefined {
  const plain = plainBytes(body);
  if (!plain || body.decodedFrom === undefined) return plain;
  switch (body.decodedFrom.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gzipSync(plain);
    case 'deflate':
      return deflateSync(plain);
    case 'br':
      return brotliCompressSync(plain);
    default:
      return undefined;
  }
}

function plainBytes(body: RecordedBody): Buffer | undefined {
  if (body.text !== undefined) return Buffer.from(body.text, 'utf8');
  if (body.base64 !== undefined) return Buffer.from(body.base64, 'base64');
  return body.sizeBytes === 0 ? Buffer.alloc(0) : undefined;
}
