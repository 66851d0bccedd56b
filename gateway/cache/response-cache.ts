/**
 * Answers kept in memory, to be given again: bounded in bytes, the least recently used go first. Nothing of it is ever
 * written to a disk. Knows no clock and no configuration: who asks says what time it is and what would shape an answer now.
 */
import { LRUCache } from 'lru-cache';
import type { TokenUsage } from '../exchange.ts';

/** An answer as the client got it, ready to be written again. */
export interface KeptAnswer {
  readonly status: number;
  /** Flat; without what is told anew with each answer. */
  readonly headers: readonly string[];
  /** As they went out: one chunk a write. */
  readonly chunks: readonly Buffer[];
  readonly stream: boolean;
  /** The capture whose answer it is. */
  readonly of: string;
  readonly provider: string;
  readonly model?: string;
  /** What the provider counted, and what it cost then. */
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
}

/** What shaped an answer: whom it was asked of, and a digest of the configuration that decided it. */
export interface Shape {
  readonly subject: string;
  readonly appId: string;
  readonly digest: string;
}

export interface Entry {
  readonly answer: KeptAnswer;
  readonly shape: Shape;
  /** Wall clock, milliseconds since the epoch. */
  readonly storedAt: number;
  readonly sizeBytes: number;
}

export type Found =
  | { readonly kind: 'hit'; readonly answer: KeptAnswer; readonly ageMs: number }
  /** `expired`: longer ago than asked for. `changed`: the configuration that shaped it is another now. */
  | { readonly kind: 'none' | 'expired' | 'changed' };

export interface CacheStatus {
  readonly entries: number;
  readonly sizeBytes: number;
  readonly maxBytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Since the start, by what was counted for the answers that were given again. */
  readonly savedTokens: number;
  readonly savedUsd: number;
}

/** What an entry weighs besides its bytes: key, headers, objects. */
const ENTRY_OVERHEAD_BYTES = 512;

export class ResponseCache {
  private entries: LRUCache<string, Entry>;
  private hits = 0;
  private misses = 0;
  private savedTokens = 0;
  private savedUsd = 0;
  private maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.entries = newStore(maxBytes);
  }

  find(key: string, shapeDigest: string, nowMs: number, maxAgeMs: number): Found {
    const entry = this.entries.get(key);
    const found = entry ? judge(entry, shapeDigest, nowMs, maxAgeMs) : NONE;
    if (found.kind !== 'hit') {
      this.misses += 1;
      if (found.kind === 'changed') this.entries.delete(key);
      return found;
    }
    this.hits += 1;
    const { usage, costUsd } = found.answer;
    this.savedTokens += (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
    this.savedUsd += costUsd ?? 0;
    return found;
  }

  /** Why it is not kept; undefined when it is. */
  keep(key: string, answer: KeptAnswer, shape: Shape, storedAt: number): string | undefined {
    const sizeBytes = weigh(key, answer);
    if (sizeBytes > largestEntry(this.maxBytes)) return 'the answer is larger than the cache keeps';
    this.entries.set(key, { answer, shape, storedAt, sizeBytes });
    return undefined;
  }

  /** The largest answer that would be kept, in bytes. */
  get largestBytes(): number {
    return largestEntry(this.maxBytes);
  }

  /** Drops what would be shaped differently now. */
  dropChanged(digestNow: (shape: Shape) => string | undefined) {
    for (const [key, entry] of this.entries.entries()) {
      if (digestNow(entry.shape) !== entry.shape.digest) this.entries.delete(key);
    }
  }

  /** Drops the least recently used where the new bound is smaller. */
  resize(maxBytes: number) {
    if (maxBytes === this.maxBytes) return;
    this.maxBytes = maxBytes;
    // Least recently used first, so that those go first again.
    const before = [...this.entries.keys()].reverse();
    const { entries } = this;
    this.entries = newStore(maxBytes);
    for (const key of before) {
      const entry = entries.peek(key);
      if (entry && entry.sizeBytes <= largestEntry(maxBytes)) this.entries.set(key, entry);
    }
  }

  /** Returns how many went: all, or an app's own. */
  clear(appId?: string): number {
    let cleared = 0;
    for (const [key, entry] of this.entries.entries()) {
      if (appId !== undefined && entry.shape.appId !== appId) continue;
      this.entries.delete(key);
      cleared += 1;
    }
    return cleared;
  }

  status(): CacheStatus {
    const { hits, misses, savedTokens, savedUsd, maxBytes } = this;
    const { size, calculatedSize } = this.entries;
    return { entries: size, sizeBytes: calculatedSize, maxBytes, hits, misses, savedTokens, savedUsd };
  }
}

const NONE: Found = { kind: 'none' };

/** A clock that was set back makes an entry of the future: too young to be believed. */
function judge(entry: Entry, shapeDigest: string, nowMs: number, maxAgeMs: number): Found {
  const ageMs = nowMs - entry.storedAt;
  if (entry.shape.digest !== shapeDigest) return { kind: 'changed' };
  if (ageMs >= maxAgeMs || ageMs < 0) return { kind: 'expired' };
  return { kind: 'hit', answer: entry.answer, ageMs };
}

function newStore(maxBytes: number): LRUCache<string, Entry> {
  return new LRUCache({ maxSize: Math.max(1, maxBytes), sizeCalculation: ({ sizeBytes }) => sizeBytes });
}

/** One answer must not push out all others. */
function largestEntry(maxBytes: number): number {
  return Math.floor(maxBytes / 8);
}

function weigh(key: string, { headers, chunks }: KeptAnswer): number {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const head = headers.reduce((sum, text) => sum + text.length, 0);
  return ENTRY_OVERHEAD_BYTES + key.length + head + bytes + chunks.length * 64;
}
