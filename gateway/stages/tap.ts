/** Keeps a copy of a body's bytes up to a bound while they stream by; the arrays are what the recorder stores. */
import type { TappedBody } from '../exchange.ts';

/** Arrival times are kept for so many chunks; a longer stream keeps its bytes but not each chunk's clock. */
const MAX_TIMED_CHUNKS = 4096;

export function emptyTap(): TappedBody {
  return { chunks: [], sizeBytes: 0, keptBytes: 0, chunkTimesMs: [], chunkSizes: [], complete: false };
}

export function tapWhole(body: Buffer, boundBytes: number, atMs: number): TappedBody {
  const tap = emptyTap();
  tapChunk(tap, body, boundBytes, atMs);
  tap.complete = true;
  return tap;
}

/** Adds a chunk: all of it is counted, the part within the bound is kept. */
export function tapChunk(tap: TappedBody, chunk: Buffer, boundBytes: number, atMs: number): void {
  tap.sizeBytes += chunk.length;
  if (tap.chunkSizes.length < MAX_TIMED_CHUNKS) {
    tap.chunkSizes.push(chunk.length);
    tap.chunkTimesMs.push(atMs);
  }
  const room = boundBytes - tap.keptBytes;
  if (room <= 0 || chunk.length === 0) return;
  const kept = chunk.length <= room ? chunk : chunk.subarray(0, room);
  tap.chunks.push(kept);
  tap.keptBytes += kept.length;
}

export function tapBytes(tap: TappedBody): Buffer {
  return tap.chunks.length === 1 ? (tap.chunks[0] as Buffer) : Buffer.concat(tap.chunks);
}
