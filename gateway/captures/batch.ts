/**
 * A buffer that packed records are written into, one after the other. Shared memory, so that handing it to the worker
 * copies nothing and the batch is still at hand should the worker die before it has committed.
 */
const FIRST_BYTES = 256 * 1024;

export class Batch {
  bytes: Buffer;
  length = 0;
  records = 0;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(FIRST_BYTES)) {
    this.bytes = Buffer.from(memory);
  }

  /** Room for so many more bytes; what was written stays. */
  ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < this.length + more) size *= 2;
    const larger = Buffer.from(new SharedArrayBuffer(size));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** Writes text as UTF-8; returns how many bytes it took. */
  text(text: string): number {
    this.ensure(text.length * 3);
    const written = this.bytes.write(text, this.length, 'utf8');
    this.length += written;
    return written;
  }

  append(chunk: Uint8Array): void {
    this.ensure(chunk.length);
    this.bytes.set(chunk, this.length);
    this.length += chunk.length;
  }

  /** Takes back everything written since `start`, so that nothing of it is left in memory that others read. */
  erase(start: number): void {
    this.bytes.fill(0, start, this.length);
    this.length = start;
  }

  get memory(): SharedArrayBuffer {
    return this.bytes.buffer as unknown as SharedArrayBuffer;
  }

  /** Small enough to be kept for reuse. */
  get reusable(): boolean {
    return this.bytes.length <= 4 * FIRST_BYTES;
  }
}

/** From here a batch is sent without waiting for its window to close, so that the worker keeps pace. */
export const FULL_BATCH_BYTES = 192 * 1024;
