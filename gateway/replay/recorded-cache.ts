/**
 * The cache as it decided then: the same question gets the recorded decision and, of a hit, the recorded answer; another
 * question was never asked, so nothing was kept for it. Nothing is kept of a replay, and a live one asks the provider.
 */
import { type AskedBy, createAskedBy } from '../cache/question-digest.ts';
import type { Found, KeptAnswer } from '../cache/response-cache.ts';
import type { Capture } from '../captures/capture.ts';
import { headerValue } from '../providers/headers.ts';
import type { ExchangeCache } from '../stages/cache.ts';
import { recordedBytes } from './recorded-bytes.ts';

export interface RecordedCacheOptions {
  readonly fingerprint: (text: string) => string;
  readonly live: boolean;
  /** No edit has changed what is asked. */
  readonly sameRequest: boolean;
}

export class RecordedCache implements ExchangeCache {
  readonly largestBytes = Number.POSITIVE_INFINITY;
  readonly bypass?: string;
  readonly asked: AskedBy;
  private readonly capture: Capture;
  private shown: string | undefined;

  constructor(capture: Capture, { fingerprint, live, sameRequest }: RecordedCacheOptions) {
    this.capture = capture;
    if (live) this.bypass = 'a live replay asks the provider.';
    const asked = createAskedBy(fingerprint);
    // What came from elsewhere shows its question as that home's salt made it, which is not told here.
    const shownThere = capture.origin?.kind === 'import' && sameRequest ? this.decision?.asked : undefined;
    this.asked = (...question) => {
      const here = asked(...question);
      const known = here && typeof shownThere === 'string' ? { ...here, shown: shownThere } : here;
      this.shown = known?.shown;
      return known;
    };
  }

  private get decision() {
    return this.capture.steps.find(({ stage }) => stage === 'cache')?.output;
  }

  find(): Found {
    const { capture, shown, decision: then } = this;
    if (then?.asked !== shown) return { kind: 'none' };
    if (capture.cache?.state === 'hit') {
      return { kind: 'hit', answer: answerOf(capture, capture.cache), ageMs: capture.cache.ageMs ?? 0 };
    }
    return { kind: then?.reason === 'expired' || then?.reason === 'changed' ? then.reason : 'none' };
  }

  keep(): string {
    return 'a replay keeps nothing';
  }
}

/** The bytes that were answered; undefined where they were not recorded. */
export function recordedAnswer({ answer }: Capture): Buffer | undefined {
  if (!answer || answer.body.leftOut !== undefined) return undefined;
  return recordedBytes(answer.body);
}

/** What the gateway adds to every answer, and adds again. */
const ADDED = /^(?:x-keyward-.*|age)$/i;

function answerOf(capture: Capture, cache: NonNullable<Capture['cache']>): KeptAnswer {
  const headers = (capture.answer?.headers ?? []).filter(([name]) => !ADDED.test(name)).flat();
  const bytes = recordedAnswer(capture) ?? Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of capture.answer?.body.chunkSizes ?? []) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  if (at < bytes.length) chunks.push(bytes.subarray(at));
  const { inputTokens, outputTokens, costUsd } = cache.saved ?? {};
  return {
    status: capture.answer?.status ?? 200,
    headers,
    chunks,
    stream: headerValue(headers, 'content-length') === undefined,
    of: cache.of ?? capture.id,
    provider: cache.provider ?? '',
    model: cache.model,
    usage: { inputTokens, outputTokens },
    costUsd,
  };
}
