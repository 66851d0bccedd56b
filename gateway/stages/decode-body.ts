/** Undoes a content coding, bounded: a small body must not unfold into a large one. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** Text of a body; what cannot be decoded is read as it is. Invalid UTF-8 becomes replacement characters. */
export function decodeBody(bytes: Buffer, encoding: string | undefined, boundBytes: number): string {
  return undo(bytes, encoding?.trim().toLowerCase(), boundBytes).toString('utf8');
}

function undo(bytes: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer {
  if (!encoding || encoding === 'identity' || bytes.length === 0) return bytes;
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, { maxOutputLength });
      case 'deflate':
        return inflateSync(bytes, { maxOutputLength });
      case 'br':
        return brotliDecompressSync(bytes, { maxOutputLength });
      default:
        return bytes;
    }
  } catch {
    // Cut short, larger than the bound or not what it says: the caller judges by status and headers then.
    return bytes;
  }
}
