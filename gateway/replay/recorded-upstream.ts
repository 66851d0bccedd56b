/**
 * The provider as it was recorded, in place of a network: its status, headers and bytes, cut where they were cut, at
 * the recorded clock, and the recorded error where the connection ended in one.
 */
import type { RecordedAttempt, RecordedBody } from '../captures/capture.ts';
import type { Attempt, AttemptTimings, RawHeaders } from '../exchange.ts';
import type { Upstream, UpstreamControl, UpstreamHandler } from '../upstream.ts';
import { recordedBytes } from './recorded-bytes.ts';
import type { ReplayClock } from './replay-clock.ts';

export interface RecordedUpstreamOptions {
  readonly clock: ReplayClock;
  /** Waits between the chunks as long as it took then. */
  readonly timing: boolean;
}

interface Act {
  readonly atMs: number;
  readonly run: (handler: UpstreamHandler) => void;
}

/** A body that had to be compressed anew counts as it counted then: the bytes differ by compressor, what they hold does not. */
export function adoptSizes(attempt: Attempt, recorded: RecordedAttempt): void {
  const { responseBody: body } = attempt;
  const was = recorded.responseBody;
  if (!body || was?.decodedFrom === undefined) return;
  body.sizeBytes = was.sizeBytes;
  body.chunkSizes = [...(was.chunkSizes ?? [])];
  body.chunkTimesMs = [...(was.chunkTimesMs ?? [])];
}

/** Why this attempt cannot be served again; undefined when it can. */
export function unservable(attempt: RecordedAttempt): string | undefined {
  const body = attempt.responseBody;
  const error = attempt.outcome?.errorCode;
  if (attempt.status === undefined) {
    return error === undefined ? 'the provider had not answered when the recording ended' : undefined;
  }
  if (!body) return 'the body of the provider’s answer was not recorded';
  if (body.leftOut !== undefined) return `the body of the provider’s answer was ${LEFT_OUT[body.leftOut]}`;
  if (!body.complete && error === undefined) return 'the recording ends before the provider’s answer does';
  return undefined;
}

/** Finishes "was …". */
export const LEFT_OUT: Readonly<Record<NonNullable<RecordedBody['leftOut']>, string>> = {
  'recording-off': 'not recorded (recording of bodies was switched off)',
  'over-bound': 'larger than what is recorded of a body',
  'queue-full': 'left out of the recording (the disk could not follow)',
  'disk-full': 'left out of the recording (the disk was full)',
  crashed: 'lost when Keyward was ended',
  running: 'still under way',
  undecodable: 'compressed in a way that cannot be undone here',
};

export function createRecordedUpstream(attempt: RecordedAttempt, options: RecordedUpstreamOptions): Upstream {
  return {
    send: (_request, handler, timings) => new Serving(attempt, handler, timings, options),
  };
}

class Serving implements UpstreamControl {
  private over = false;
  private readonly clock: ReplayClock;
  private readonly timing: boolean;

  constructor(
    attempt: RecordedAttempt,
    handler: UpstreamHandler,
    timings: AttemptTimings,
    { clock, timing }: RecordedUpstreamOptions,
  ) {
    this.clock = clock;
    this.timing = timing;
    const { startMs: _own, endMs: _later, ...recorded } = attempt.timings;
    Object.assign(timings, recorded);
    void this.play(actsOf(attempt), handler);
  }

  abort() {
    this.over = true;
  }

  resume() {}

  private async play(acts: readonly Act[], handler: UpstreamHandler) {
    // Never before `send` has returned.
    await new Promise((resolve) => setImmediate(resolve));
    for (const act of acts) {
      const pauseMs = act.atMs - this.clock.elapsed();
      if (this.timing && pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (this.over) return;
      this.clock.advanceTo(act.atMs);
      act.run(handler);
    }
  }
}

function actsOf(attempt: RecordedAttempt): Act[] {
  const { timings, status, outcome } = attempt;
  const acts: Act[] = [];
  let lastMs = timings.firstByteMs ?? timings.sentMs ?? timings.startMs;
  if (status !== undefined) {
    acts.push({
      atMs: lastMs,
      run: (handler) => handler.onHeaders(status, attempt.statusText ?? '', flat(attempt.responseHeaders)),
    });
    for (const { bytes, atMs } of chunksOf(attempt.responseBody, lastMs)) {
      lastMs = atMs;
      acts.push({ atMs, run: (handler) => void handler.onChunk(bytes) });
    }
  }
  const endMs = timings.lastByteMs ?? timings.endMs ?? lastMs;
  if (status === undefined || (attempt.responseBody?.complete === false && outcome?.errorCode !== undefined)) {
    const error = { code: outcome?.errorCode ?? 'UNKNOWN', message: outcome?.errorMessage ?? '' };
    acts.push({ atMs: timings.endMs ?? endMs, run: (handler) => handler.onError(error) });
  } else {
    acts.push({ atMs: endMs, run: (handler) => handler.onEnd(flat(attempt.responseTrailers)) });
  }
  return acts;
}

function flat(headers: readonly (readonly [string, string])[] | undefined): RawHeaders {
  return (headers ?? []).flat();
}

/** Cut where the network cut it; where redaction or a content coding moved the places, at the ends of its events. */
function chunksOf(body: RecordedBody | undefined, firstMs: number): { bytes: Buffer; atMs: number }[] {
  const bytes = body && recordedBytes(body);
  if (!bytes || bytes.length === 0) return [];
  const sizes = body.chunkSizes ?? [];
  const times = body.chunkTimesMs ?? [];
  const exact = sizes.reduce((sum, size) => sum + size, 0) === bytes.length;
  const ends = exact ? runningSum(sizes) : eventEnds(bytes);
  const chunks: { bytes: Buffer; atMs: number }[] = [];
  let start = 0;
  for (const [index, end] of ends.entries()) {
    const atMs = times[Math.min(index, times.length - 1)] ?? firstMs;
    chunks.push({ bytes: bytes.subarray(start, end), atMs });
    start = end;
  }
  if (start < bytes.length) chunks.push({ bytes: bytes.subarray(start), atMs: times.at(-1) ?? firstMs });
  return chunks;
}

function runningSum(sizes: readonly number[]): number[] {
  let sum = 0;
  return sizes.map((size) => {
    sum += size;
    return sum;
  });
}

function eventEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf('\n\n'); at !== -1; at = bytes.indexOf('\n\n', at + 2)) ends.push(at + 2);
  return ends;
}
