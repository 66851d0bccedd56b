/** A vector of length one that depends on the text alone. */
import { createHash } from 'node:crypto';

export function vectorOf(text: string, dimensions: number): number[] {
  const values: number[] = [];
  for (let round = 0; values.length < dimensions; round += 1) {
    const digest = createHash('sha256').update(`${round}:${text}`).digest();
    for (let i = 0; i + 1 < digest.length; i += 2) values.push(digest.readInt16BE(i) / 32_768);
  }
  values.length = dimensions;
  const norm = Math.hypot(...values) || 1;
  // Float32 precision: what base64 answers can carry, so that both encodings say the same.
  return values.map((value) => Math.fround(value / norm));
}

/** Little-endian float32, as OpenAI's `encoding_format: base64` sends it. */
export function vectorBase64(values: readonly number[]): string {
  return Buffer.from(new Float32Array(values).buffer).toString('base64');
}
