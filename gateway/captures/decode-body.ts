/**
 * Undoes content codings, bounded (a bomb is cut there): of bodies before they are redacted, since a secret inside a gzip
 * stream cannot be seen and what cannot be decoded is not recorded; of answers before they are judged; of requests before
 * they are understood. Small bodies are decoded at once, large ones off the thread.
 */
import zlib from 'node:zlib';

export interface DecodedBody {
  /** null: cannot be decoded here, so it must be left out. */
  readonly bytes: Buffer | null;
  /** Codings that were undone, as the header named them. */
  readonly from: string;
  /** There would have been more than the bound. */
  readonly cut: boolean;
}

const SYNC_ENCODED_BYTES = 32 * 1024;
const SYNC_DECODED_BYTES = 256 * 1024;
const MAX_CODINGS = 3;

/** The codings to undo, last applied first; empty for a body that is plain. */
export function codingsOf(contentEncoding: string | undefined): string[] {
  if (!contentEncoding) return [];
  return contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity' && coding !== 'aws-chunked')
    .reverse();
}

/** Decodes at once, or returns undefined when it is too much for the thread that serves requests. */
export function decodeNow(encoded: Buffer, contentEncoding: string, boundBytes: number): DecodedBody | undefined {
  const codings = codingsOf(contentEncoding);
  if (encoded.length > SYNC_ENCODED_BYTES) return undefined;
  let bytes = encoded;
  const maxOutputLength = Math.max(1, Math.min(SYNC_DECODED_BYTES, boundBytes));
  try {
    if (codings.length > MAX_CODINGS) throw new Error('too many codings');
    for (const coding of codings) bytes = undoNow(bytes, coding, maxOutputLength);
    return { bytes, from: contentEncoding, cut: false };
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    return { bytes: null, from: contentEncoding, cut: false };
  }
}

/** The same off the thread, keeping what came out up to the bound. Never rejects. */
export async function decodeLater(encoded: Buffer, contentEncoding: string, boundBytes: number): Promise<DecodedBody> {
  const codings = codingsOf(contentEncoding);
  let bytes: Buffer | null = encoded;
  let cut = false;
  if (codings.length > MAX_CODINGS) return { bytes: null, from: contentEncoding, cut };
  for (const [index, coding] of codings.entries()) {
    const decoder = decoderOf(coding, bytes);
    if (!decoder) return { bytes: null, from: contentEncoding, cut };
    const result = await collect(decoder, bytes, boundBytes);
    // A cut inner layer cannot be told from a damaged one by the next decoder, which takes what it gets.
    cut ||= result.cut;
    bytes = result.bytes;
    if (bytes.length === 0 && encoded.length > 0 && result.failed) {
      return { bytes: null, from: contentEncoding, cut };
    }
    if (result.failed && index === codings.length - 1) cut = true;
  }
  return { bytes, from: contentEncoding, cut };
}

/** Text of a body; what cannot be decoded is read as it is. Invalid UTF-8 becomes replacement characters. */
export function decodeText(bytes: Buffer, contentEncoding: string | undefined, boundBytes: number): string {
  const codings = codingsOf(contentEncoding);
  if (codings.length === 0 || codings.length > MAX_CODINGS || bytes.length === 0) return bytes.toString('utf8');
  try {
    let plain = bytes;
    for (const coding of codings) plain = undoNow(plain, coding, boundBytes);
    return plain.toString('utf8');
  } catch {
    // Larger than the bound or not what it says: the caller judges by status and headers then.
    return bytes.toString('utf8');
  }
}

export type DecodedRequest =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: 'unknown-coding' | 'damaged' | 'too-large' };

/** A request's body with its codings undone. A body that is plain JSON although its header says otherwise is taken as it is. */
export async function decodeRequest(
  encoded: Buffer,
  contentEncoding: string,
  boundBytes: number,
): Promise<DecodedRequest> {
  const codings = codingsOf(contentEncoding);
  if (codings.length === 0 || encoded.length === 0 || /^\s*[{[]/.test(encoded.subarray(0, 20).toString('latin1'))) {
    return { ok: true, bytes: encoded };
  }
  if (codings.length > MAX_CODINGS) return { ok: false, reason: 'unknown-coding' };
  let bytes = encoded;
  for (const coding of codings) {
    const decoder = decoderOf(coding, bytes);
    if (!decoder) return { ok: false, reason: 'unknown-coding' };
    const result = await collect(decoder, bytes, boundBytes);
    if (result.cut) return { ok: false, reason: 'too-large' };
    if (result.failed) return { ok: false, reason: 'damaged' };
    bytes = result.bytes;
  }
  return { ok: true, bytes };
}

function undoNow(bytes: Buffer, coding: string, maxOutputLength: number): Buffer {
  // A stream that was cut yields what it holds so far.
  const options = { maxOutputLength, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.gunzipSync(bytes, options);
    case 'deflate':
      return hasZlibHeader(bytes) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
    case 'br':
      return zlib.brotliDecompressSync(bytes, {
        maxOutputLength,
        finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
      });
    case 'zstd':
      // Not in every Node this runs on.
      if (typeof zlib.zstdDecompressSync === 'function') {
        return zlib.zstdDecompressSync(bytes, { maxOutputLength, finishFlush: zlib.constants.ZSTD_e_flush });
      }
  }
  throw new Error(`cannot undo ${coding}`);
}

function decoderOf(coding: string, bytes: Buffer): zlib.Gunzip | zlib.BrotliDecompress | undefined {
  const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip(options);
    case 'deflate':
      return hasZlibHeader(bytes) ? zlib.createInflate(options) : zlib.createInflateRaw(options);
    case 'br':
      return zlib.createBrotliDecompress({ finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return typeof zlib.createZstdDecompress === 'function'
        ? (zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_flush }) as unknown as zlib.Gunzip)
        : undefined;
  }
  return undefined;
}

function collect(
  decoder: zlib.Gunzip | zlib.BrotliDecompress,
  encoded: Buffer,
  boundBytes: number,
): Promise<{ bytes: Buffer; cut: boolean; failed: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = (cut: boolean, failed: boolean) => {
      decoder.removeAllListeners();
      decoder.on('error', () => undefined);
      decoder.destroy();
      resolve({ bytes: Buffer.concat(chunks, Math.min(length, boundBytes)), cut, failed });
    };
    decoder.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > boundBytes) done(true, false);
    });
    decoder.on('end', () => done(false, false));
    decoder.on('error', () => done(false, true));
    decoder.end(encoded);
  });
}

function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] as number) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
