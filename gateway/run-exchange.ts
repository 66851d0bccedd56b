/** Runs the stages in order over one HTTP exchange and records a step for each; nothing else decides here. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Cause } from './causes.ts';
import type { Attempt, Exchange, Refusal, Verdict } from './exchange.ts';
import { headerValue } from './providers/headers.ts';
import { authorize } from './stages/authorize.ts';
import { ForwardRun } from './stages/forward.ts';
import { forwardStep, respondStep } from './stages/forward-steps.ts';
import { identify } from './stages/identify.ts';
import { answerModels } from './stages/list-models.ts';
import { needsKeyHere } from './stages/needs-key.ts';
import { type Prepared, prepareAttempt } from './stages/prepare-attempt.ts';
import { receiveBody, receiveHead, tooLarge } from './stages/receive.ts';
import { PRACTICE } from './stages/resolve-target.ts';
import { ownAnswer, refusalAnswer, writeAnswer } from './stages/respond.ts';
import { type ChosenTarget, route } from './stages/route.ts';
import { recordStep, refuse, type StageContext, type StageOutcome } from './stages/stage.ts';
import { emptyTap, tapChunk, tapWhole } from './stages/tap.ts';
import type { ProviderKey } from './store/schema.ts';
import type { ConfigSnapshot } from './store/snapshot.ts';
import type { Upstream } from './upstream.ts';
import type { Forwarder } from './upstreams/forwarder.ts';

export interface PipelineOptions {
  readonly config: () => ConfigSnapshot;
  readonly now: () => number;
  readonly newCaptureId: () => string;
  readonly recorder: { begin(exchange: Exchange): void; finish(exchange: Exchange): void };
  /** Opens a sealed provider key. */
  readonly openKey: (key: ProviderKey) => string;
  /** Why keys cannot be opened just now, as a sentence with its next action; undefined when they can. */
  readonly lockedBecause: () => string | undefined;
  readonly dispatcher: Upstream;
  readonly forwarder: Forwarder;
  readonly practice: Upstream;
  readonly classify: (exchange: Exchange, attempt: Attempt, body: string) => Cause;
  readonly explainUrl: (captureId: string) => string;
  /** A fault of ours, for the log. */
  readonly onFault: (error: unknown) => void;
}

/** A body must not stand still longer than this while it is being received. */
const BODY_IDLE_MS = 30_000;

/** How long the rest of a refused body is taken and thrown away. */
const DISCARD_MS = 10_000;

/** The beginning of an exchange's record, from a request as Node parsed it. */
export function openExchange(
  request: IncomingMessage,
  options: Pick<PipelineOptions, 'config' | 'now' | 'newCaptureId'>,
): Exchange {
  const url = (request.url ?? '/').slice(0, 16_384);
  const query = url.indexOf('?');
  const config = options.config();
  return {
    id: options.newCaptureId(),
    receivedAt: options.now(),
    startedAt: performance.now(),
    configVersion: config.version,
    request: {
      method: request.method ?? 'GET',
      url,
      path: query === -1 ? url : url.slice(0, query),
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
      remoteAddress: request.socket.remoteAddress ?? '',
      body: emptyTap(),
    },
    recording: config.settings.recording,
    steps: [],
    attempts: [],
  };
}

export class ExchangeRun {
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly options: PipelineOptions;
  private readonly onClosed: () => void;
  private readonly exchange: Exchange;
  private readonly context: StageContext;
  private chunks: Buffer[] = [];
  private sizeBytes = 0;
  private receiveEndMs = 0;
  private forwarding: ForwardRun | undefined;
  private stageStartMs = 0;
  private totalTimer: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, options: PipelineOptions, onClosed: () => void) {
    this.request = request;
    this.response = response;
    this.options = options;
    this.onClosed = onClosed;
    this.exchange = openExchange(request, options);
    this.context = { config: options.config(), now: options.now };
    options.recorder.begin(this.exchange);
  }

  private elapsed(): number {
    return performance.now() - this.exchange.startedAt;
  }

  start() {
    this.guarded(() => this.begin());
  }

  /** A fault of ours fails this one exchange, with our name on it, and never the gateway. */
  private guarded(work: () => void) {
    try {
      work();
    } catch (error) {
      this.options.onFault(error);
      if (this.exchange.verdict) return;
      const outcome = refuse({
        cause: 'other',
        status: 500,
        message: 'Keyward made a mistake while handling this request.',
      });
      recordStep(this.exchange, 'receive', outcome, this.elapsed(), this.elapsed());
      this.answerRefusal();
    }
  }

  private begin() {
    const { exchange, context, request } = this;
    this.response.once('close', () => this.onClientClose());
    const head = receiveHead(exchange, context);
    this.receiveEndMs = this.elapsed();
    if (head.decision === 'refused') {
      recordStep(exchange, 'receive', head, 0, this.receiveEndMs);
      this.answerRefusal();
      return;
    }
    if (exchange.endpoint?.dialect === 'raw') {
      recordStep(exchange, 'receive', head, 0, this.receiveEndMs);
      if (!this.runIdentify()) return;
      this.decide(Buffer.alloc(0));
      return;
    }
    // A stranger's body is not read into memory: who is asking is settled by the headers alone.
    const startMs = this.receiveEndMs;
    const identified = identify(exchange, context);
    const identifiedMs = this.elapsed();
    if (identified.decision === 'refused') {
      recordStep(exchange, 'receive', head, 0, startMs);
      recordStep(exchange, 'identify', identified, startMs, identifiedMs);
      this.answerRefusal();
      return;
    }
    if (request.method === 'GET' || request.method === 'HEAD') {
      this.afterBody(head, identified, startMs, identifiedMs, Buffer.alloc(0));
      return;
    }
    this.gather((body) => this.guarded(() => this.afterBody(head, identified, startMs, identifiedMs, body)));
  }

  refuseAtOnce(refusal: Omit<Refusal, 'stage'>) {
    recordStep(this.exchange, 'receive', refuse(refusal), 0, this.elapsed());
    this.answerRefusal();
  }

  /** Reads the whole body, bounded in size and in silence. */
  private gather(onWhole: (body: Buffer) => void) {
    const { request } = this;
    const bound = this.context.config.settings.maxBodyBytes;
    let timer = setTimeout(() => this.bodyStoodStill(), BODY_IDLE_MS);
    const onData = (chunk: Buffer) => {
      timer.refresh();
      this.sizeBytes += chunk.length;
      if (this.sizeBytes > bound) {
        stop();
        recordStep(this.exchange, 'receive', tooLarge(this.sizeBytes, bound), 0, this.elapsed());
        this.answerRefusal();
        return;
      }
      this.chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      onWhole(this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks));
    };
    const stop = () => {
      clearTimeout(timer);
      timer = undefined as unknown as NodeJS.Timeout;
      request.off('data', onData).off('end', onEnd);
    };
    request.on('data', onData).once('end', onEnd);
    this.response.once('close', stop);
  }

  private bodyStoodStill() {
    const outcome = refuse({
      cause: 'bad_request_parameter',
      message: `The request's body stopped coming for ${BODY_IDLE_MS / 1000} seconds.`,
    });
    recordStep(this.exchange, 'receive', outcome, 0, this.elapsed());
    this.answerRefusal();
  }

  private afterBody(head: StageOutcome, identified: StageOutcome, startMs: number, identifiedMs: number, body: Buffer) {
    const { exchange } = this;
    exchange.request.body = tapWhole(body, this.context.config.settings.captureBodyBytes, this.elapsed());
    const received = receiveBody(exchange, body);
    // One step for head and body: `identify` ran between them only so that a stranger's body is not read.
    recordStep(
      exchange,
      'receive',
      received.decision === 'refused' ? received : merged(head, received),
      0,
      this.elapsed(),
    );
    if (received.decision === 'refused') {
      this.answerRefusal();
      return;
    }
    recordStep(exchange, 'identify', identified, startMs, identifiedMs);
    this.decide(body);
  }

  private runIdentify(): boolean {
    const startMs = this.elapsed();
    recordStep(this.exchange, 'identify', identify(this.exchange, this.context), startMs, this.elapsed());
    if (!this.exchange.refusal) return true;
    this.answerRefusal();
    return false;
  }

  private decide(body: Buffer) {
    const { exchange, context, options } = this;
    this.stageStartMs = this.elapsed();
    recordStep(exchange, 'authorize', authorize(exchange, context), this.stageStartMs, this.elapsed());
    if (exchange.refusal) {
      this.answerRefusal();
      return;
    }
    this.stageStartMs = this.elapsed();
    const locked = options.lockedBecause();
    if (locked) {
      recordStep(
        exchange,
        'route',
        refuse({ cause: 'gateway_config', message: locked }),
        this.stageStartMs,
        this.elapsed(),
      );
      this.answerRefusal();
      return;
    }
    if (exchange.endpoint?.dialect === 'openai-models') {
      this.answerModels();
      return;
    }
    const { outcome, target } = route(exchange, context, needsKeyHere);
    recordStep(exchange, 'route', outcome, this.stageStartMs, this.elapsed());
    if (!target) {
      this.answerRefusal();
      return;
    }
    this.forward(target, body);
  }

  private answerModels() {
    const { exchange, context } = this;
    const text = answerModels(exchange, context.config);
    if (text === undefined) {
      const name = (exchange.askedModel ?? '').slice(0, 120);
      const outcome = refuse({
        cause: 'model_not_found',
        message: `No model here is called "${name}".`,
        param: 'model',
      });
      recordStep(exchange, 'route', outcome, this.stageStartMs, this.elapsed());
      this.answerRefusal();
      return;
    }
    recordStep(
      exchange,
      'route',
      { decision: 'answered', summary: 'The gateway answers from its own catalogue of models.' },
      this.stageStartMs,
      this.elapsed(),
    );
    this.answerOwn(200, text);
  }

  private forward(target: ChosenTarget, body: Buffer) {
    const startMs = this.elapsed();
    this.stageStartMs = startMs;
    const isRaw = this.exchange.endpoint?.dialect === 'raw';
    if (isRaw && target.providerId === PRACTICE) {
      // The practice provider takes whole bodies only; its raw requests are small.
      this.gather((whole) => this.guarded(() => this.send(target, whole, false, startMs)));
      return;
    }
    this.send(target, body, isRaw, startMs);
  }

  private send(target: ChosenTarget, body: Buffer, streamed: boolean, startMs: number) {
    const { exchange, options, context, response } = this;
    const { settings } = context.config;
    if (!streamed && exchange.endpoint?.dialect === 'raw') {
      exchange.request.body = tapWhole(body, settings.captureBodyBytes, this.elapsed());
    }
    const prepared = this.prepare(target, body, streamed);
    if (!prepared.ok) {
      recordStep(exchange, 'forward', prepared.outcome, startMs, this.elapsed());
      this.answerRefusal();
      return;
    }
    const { attempt, url, headers } = prepared.prepared;
    exchange.attempts.push(attempt);
    const run = new ForwardRun(exchange, attempt, response, {
      captureBodyBytes: settings.captureBodyBytes,
      explainUrl: options.explainUrl(exchange.id),
      providerName:
        target.provider?.name ?? (target.providerId === PRACTICE ? 'The practice provider' : target.providerId),
      classify: options.classify,
      onDone: (verdict) => this.onForwarded(verdict, startMs),
    });
    this.forwarding = run;
    const { timeouts } = settings;
    const method = exchange.request.method;
    this.totalTimer = setTimeout(() => {
      run.control?.abort();
      run.onError({ code: 'KEYWARD_TOTAL_TIMEOUT', message: `not finished within ${timeouts.totalMs} ms` });
    }, timeouts.totalMs);
    this.totalTimer.unref();
    const zero = exchange.startedAt;
    if (streamed) {
      run.control = options.forwarder.send(
        {
          method,
          url,
          headers,
          body: this.tappedBody(settings.captureBodyBytes),
          timeouts,
          incoming: this.request,
          outgoing: response,
        },
        run,
        attempt.timings,
        zero,
      );
    } else {
      const upstream = target.providerId === PRACTICE ? options.practice : options.dispatcher;
      run.control = upstream.send(
        { method, url, headers, body: prepared.prepared.body, timeouts },
        run,
        attempt.timings,
        zero,
      );
    }
  }

  private prepare(target: ChosenTarget, body: Buffer, streamed: boolean): Prepared {
    const { exchange, options, context } = this;
    try {
      const prepared = prepareAttempt(exchange, target, body, {
        openKey: options.openKey,
        captureBodyBytes: context.config.settings.captureBodyBytes,
        elapsedMs: this.elapsed(),
        streamed,
      });
      if (prepared.ok && streamed) copyBodyFraming(exchange, prepared.prepared.headers);
      return prepared;
    } catch (error) {
      return {
        ok: false,
        outcome: refuse({
          cause: 'gateway_config',
          message: `The stored key for ${target.providerId} cannot be opened: ${error instanceof Error ? error.message : 'unknown reason'}`,
        }),
      };
    }
  }

  /** The client's body on its way to the forwarder, copied up to the recording bound as it passes. */
  private tappedBody(boundBytes: number): PassThrough {
    const { exchange, request } = this;
    const tap = exchange.request.body;
    const through = new PassThrough();
    through.on('pipe', () => {
      request.on('data', (chunk: Buffer) => tapChunk(tap, chunk, boundBytes, this.elapsed()));
      request.once('end', () => {
        tap.complete = true;
      });
    });
    request.pipe(through);
    return through;
  }

  private onForwarded(verdict: Omit<Verdict, 'endMs'>, startMs: number) {
    const { exchange } = this;
    const endMs = this.elapsed();
    recordStep(exchange, 'forward', forwardStep(exchange, verdict), startMs, endMs);
    recordStep(exchange, 'respond', respondStep(exchange, verdict), exchange.answer?.firstByteMs ?? endMs, endMs);
    this.finish(verdict);
  }

  private answerRefusal() {
    const { exchange, options } = this;
    const refusal = exchange.refusal;
    if (!refusal) throw new Error('answerRefusal without a refusal');
    const answer = refusalAnswer(exchange, refusal, options.explainUrl(exchange.id));
    this.respond(answer.status, answer.headers, answer.body);
    this.discardRest();
    this.finish({
      ok: false,
      cause: refusal.ownerCause ?? refusal.cause,
      stage: refusal.stage,
      message: refusal.ownerMessage ?? refusal.message,
      status: answer.status,
      evidence: refusal.evidence,
    });
  }

  /**
   * A client that is still sending reads its refusal only if what it sends is taken off its hands for a while; then the
   * connection is cut, so that a refused upload cannot go on for ever.
   */
  private discardRest() {
    const { request } = this;
    if (request.complete) return;
    request.resume();
    const cut = setTimeout(() => request.socket.destroy(), DISCARD_MS);
    cut.unref();
    request.once('close', () => clearTimeout(cut));
  }

  private answerOwn(status: number, text: string) {
    const answer = ownAnswer(this.exchange, status, text, undefined);
    this.respond(answer.status, answer.headers, answer.body);
    this.finish({ ok: true, cause: null, stage: null, message: 'Answered by the gateway itself.', status });
  }

  private respond(status: number, headers: string[], body: Buffer) {
    const { exchange, response } = this;
    const startMs = this.elapsed();
    const tap = tapWhole(body, this.context.config.settings.captureBodyBytes, startMs);
    exchange.answer = { status, headers, body: tap, firstByteMs: startMs };
    writeAnswer(response, { status, headers, body }, exchange.request.method === 'HEAD');
    recordStep(
      exchange,
      'respond',
      { decision: 'answered', summary: `Answered with status ${status}.` },
      startMs,
      this.elapsed(),
    );
  }

  private onClientClose() {
    if (this.exchange.verdict || this.forwarding || this.response.writableFinished) return;
    this.finish({
      ok: true,
      cause: null,
      stage: null,
      clientGone: true,
      status: null,
      message: 'The app hung up before its request was complete.',
    });
  }

  private finish(verdict: Omit<Verdict, 'endMs'>) {
    const { exchange, options } = this;
    if (exchange.verdict) return;
    clearTimeout(this.totalTimer);
    exchange.verdict = { ...verdict, endMs: this.elapsed() };
    options.recorder.finish(exchange);
    this.onClosed();
  }
}

function merged(head: StageOutcome, body: StageOutcome): StageOutcome {
  return { ...head, ...body, output: { ...head.output, ...body.output } } as StageOutcome;
}

/** A streamed body keeps the client's own framing; a chunked one on a method that usually has none must say so. */
function copyBodyFraming(exchange: Exchange, headers: string[]) {
  const { rawHeaders, method } = exchange.request;
  const length = headerValue(rawHeaders, 'content-length');
  if (length !== undefined) headers.push('content-length', length);
  else if (headerValue(rawHeaders, 'transfer-encoding') && !/^(?:POST|PUT|PATCH)$/.test(method)) {
    headers.push('transfer-encoding', 'chunked');
  }
}
