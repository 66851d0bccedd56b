/** The practice provider as an upstream: built in, no key, no network. Plays scripts with real waiting and back-pressure. */
import { STATUS_CODES } from 'node:http';
import type { AttemptTimings } from '../../exchange.ts';
import type { Upstream, UpstreamControl, UpstreamHandler, UpstreamRequest } from '../../upstream.ts';
import { readPracticeCall } from './practice-call.ts';
import { practiceScript } from './practice-script.ts';
import type { Act } from './script.ts';

/** Chunks handed over in one go before others get their turn on the event loop. */
const CHUNKS_PER_TURN = 32;

/** An upstream that answers every request by itself. The handler is called after `send` has returned, never before. */
export function createPracticeUpstream(): Upstream {
  return {
    send: (request, handler, timings, zero) => new Performance(request, handler, timings, zero),
  };
}

class Performance implements UpstreamControl {
  readonly #acts: Iterator<Act>;
  readonly #handler: UpstreamHandler;
  readonly #timings: AttemptTimings;
  readonly #zero: number;
  readonly #limits: UpstreamRequest['timeouts'];
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #paused = false;
  #over = false;
  #begun = false;

  constructor(request: UpstreamRequest, handler: UpstreamHandler, timings: AttemptTimings, zero: number) {
    this.#handler = handler;
    this.#timings = timings;
    this.#zero = zero;
    this.#limits = request.timeouts;
    this.#acts = practiceScript(readPracticeCall(request))[Symbol.iterator]();
    this.#turn = setImmediate(() => {
      timings.sentMs = performance.now() - zero;
      this.#play();
    });
  }

  abort(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  resume(): void {
    if (!this.#paused || this.#over) return;
    this.#paused = false;
    this.#turn = setImmediate(() => this.#play());
  }

  #play(): void {
    let chunks = 0;
    while (!this.#over && !this.#paused) {
      const { value: act, done } = this.#acts.next();
      if (done) throw new Error('a practice script ended without end or error');
      switch (act.kind) {
        case 'wait':
          this.#wait(act.ms);
          return;
        case 'head':
          this.#begun = true;
          this.#timings.firstByteMs = this.#now();
          this.#handler.onHeaders(act.status, STATUS_CODES[act.status] ?? '', Object.entries(act.headers).flat());
          break;
        case 'chunk':
          this.#timings.lastByteMs = this.#now();
          this.#paused = !this.#handler.onChunk(Buffer.from(act.bytes));
          chunks += 1;
          if (chunks >= CHUNKS_PER_TURN && !this.#paused && !this.#over) {
            this.#turn = setImmediate(() => this.#play());
            return;
          }
          break;
        case 'end':
          this.#finish();
          this.#handler.onEnd([]);
          break;
        case 'error':
          this.#finish();
          this.#handler.onError({ code: act.code, message: act.message });
          break;
      }
    }
  }

  /** Waits, but no longer than a real connection would be waited for. */
  #wait(ms: number): void {
    const limitMs = this.#begun ? this.#limits.idleMs : this.#limits.firstByteMs;
    if (ms < limitMs) {
      this.#timer = setTimeout(() => this.#play(), ms);
      return;
    }
    this.#timer = setTimeout(() => {
      this.#finish();
      const error = this.#begun
        ? { code: 'UND_ERR_BODY_TIMEOUT', message: 'Body Timeout Error' }
        : { code: 'UND_ERR_HEADERS_TIMEOUT', message: 'Headers Timeout Error' };
      this.#handler.onError(error);
    }, limitMs);
  }

  #finish(): void {
    this.#over = true;
    this.#timings.endMs = this.#now();
  }

  #now(): number {
    return performance.now() - this.#zero;
  }
}
