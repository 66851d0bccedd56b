/** One HTTP exchange of a client: its bytes in, through the stages (run-stages.ts), its bytes out, and its record. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { decodeRequest } from './captures/decode-body.ts';
import type { Cause } from './causes.ts';
import { startDeadline } from './deadline.ts';
import type { Attempt, Exchange, Refusal, Verdict } from './exchange.ts';
import type { ModelLists } from './models/listed.ts';
import type { CountTexts } from './models/token-counter.ts';
import { headerValue } from './providers/headers.ts';
import { findPreset, signsRequests } from './providers/presets.ts';
import type { RoutingFacts } from './routing/routing-facts.ts';
import { Attempts } from './run-attempts.ts';
import { type Choice, type StageEnvironment, StageRun } from './run-stages.ts';
import type { ExchangeCache } from './stages/cache.ts';
import { presentedBy } from './stages/credential-facts.ts';
import type { ForwardRun } from './stages/forward.ts';
import type { Plan } from './stages/plan.ts';
import type { PreparedAttempt } from './stages/prepare-attempt.ts';
import type { FindCapture } from './stages/recall.ts';
import { tooLarge, undecodable } from './stages/receive.ts';
import { PRACTICE } from './stages/resolve-target.ts';
import { recordStep, refuse, type StageContext } from './stages/stage.ts';
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
  readonly takeLimits: StageEnvironment['takeLimits'];
  readonly takeLimitsNow: StageEnvironment['takeLimitsNow'];
  readonly dispatcher: Upstream;
  readonly forwarder: Forwarder;
  readonly practice: Upstream;
  /** How targets and keys did lately. */
  readonly routing: RoutingFacts;
  /** Keyed with the home's salt: equal texts, equal fingerprints. */
  readonly fingerprint: (text: string) => string;
  readonly classify: (exchange: Exchange, attempt: Attempt, body: string, config: ConfigSnapshot) => Cause;
  /** What the providers listed of their models. */
  readonly lists: ModelLists;
  readonly explainUrl: (captureId: string) => string;
  /** Answers kept from earlier. */
  readonly cache: ExchangeCache;
  readonly countTexts: CountTexts;
  /** What was recorded of an earlier exchange. */
  readonly findCapture: FindCapture;
  /** A fault of ours, for the log. */
  readonly onFault: (error: unknown) => void;
}

/** A body must not stand still longer than this while it is being received. */
const BODY_IDLE_MS = 30_000;

/** How long the rest of a refused body is taken off the client's hands. */
const REST_MS = 10_000;

/** How long the record of a refused request waits for its body; nearly always it has arrived with the head. */
const REST_RECORDED_MS = 1000;

/** Most that is recorded of a body whose sender holds no gateway key of ours: enough to send a mended request again. */
const STRANGERS_BODY_BYTES = 256 * 1024;

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
    // Every field has its place from the start: one shape for all exchanges, and none that grows piece by piece.
    endpoint: undefined,
    json: undefined,
    askedModel: undefined,
    modelSpan: undefined,
    namedModel: undefined,
    edited: undefined,
    stream: undefined,
    caller: undefined,
    credentialFrom: undefined,
    userAsserted: undefined,
    listed: undefined,
    routeName: undefined,
    limitHeaders: undefined,
    refusal: undefined,
    answer: undefined,
    usage: undefined,
    cost: undefined,
    cache: undefined,
    verdict: undefined,
    origin: undefined,
    runningPlace: undefined,
  };
}

export class ExchangeRun {
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly options: PipelineOptions;
  private readonly onClosed: () => void;
  private readonly exchange: Exchange;
  private readonly context: StageContext;
  private readonly stages: StageRun;
  private chunks: Buffer[] = [];
  private sizeBytes = 0;
  private forwarding = false;
  private refused = false;
  /** Somebody reads the body, or has. */
  private bodyTaken = false;
  /** Ends the reading of the body. */
  private stopReading: (() => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, options: PipelineOptions, onClosed: () => void) {
    this.request = request;
    this.response = response;
    this.options = options;
    this.onClosed = onClosed;
    this.exchange = openExchange(request, options);
    this.context = { config: options.config(), now: options.now, routing: options.routing, lists: options.lists };
    const elapsed = () => performance.now() - this.exchange.startedAt;
    this.stages = new StageRun(this.exchange, {
      context: this.context,
      at: elapsed,
      elapsed,
      presented: (exchange) => presentedBy(exchange, options.fingerprint),
      lockedBecause: options.lockedBecause,
      openKey: options.openKey,
      takeLimits: options.takeLimits,
      takeLimitsNow: options.takeLimitsNow,
      classify: options.classify,
      cache: options.cache,
      countTexts: options.countTexts,
      findCapture: options.findCapture,
      explainUrl: options.explainUrl(this.exchange.id),
    });
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
    this.response.once('close', () => this.onClientClose());
    switch (this.stages.admit()) {
      case 'refused':
        this.answerRefusal();
        return;
      case 'raw':
        this.decide(Buffer.alloc(0));
        return;
      case 'no-body':
        this.afterBody(Buffer.alloc(0));
        return;
      case 'body':
        this.gather((body) => this.guarded(() => this.afterBody(body)));
    }
  }

  refuseAtOnce(refusal: Omit<Refusal, 'stage'>) {
    this.stages.turnAway(refusal);
    // Of a page or a host that may not ask at all, nothing more is wanted.
    this.bodyTaken = true;
    this.answerRefusal();
  }

  /** Reads the whole body, bounded in size and in silence. */
  private gather(onWhole: (body: Buffer) => void) {
    const { request } = this;
    this.bodyTaken = true;
    const bound = this.context.config.settings.maxBodyBytes;
    const idle = startDeadline(BODY_IDLE_MS, () => this.bodyStoodStill());
    const onData = (chunk: Buffer) => {
      idle.renew();
      this.sizeBytes += chunk.length;
      if (this.sizeBytes > bound) {
        stop();
        this.stages.refuseBody(tooLarge(this.sizeBytes, bound));
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
      idle.end();
      this.stopReading = undefined;
      request.off('data', onData).off('end', onEnd);
    };
    this.stopReading = stop;
    request.on('data', onData).on('end', onEnd);
  }

  private bodyStoodStill() {
    this.stopReading?.();
    const outcome = refuse({
      cause: 'bad_request_parameter',
      message: `The request's body stopped coming for ${BODY_IDLE_MS / 1000} seconds.`,
    });
    this.stages.refuseBody(outcome);
    this.answerRefusal();
  }

  private afterBody(body: Buffer) {
    this.tapBody(body);
    const coding = headerValue(this.exchange.request.rawHeaders, 'content-encoding');
    if (coding === undefined || body.length === 0) this.takeBody(body);
    else this.decode(body, coding);
  }

  private takeBody(body: Buffer) {
    if (this.stages.takeBody(body)) this.decide(body);
    else this.answerRefusal();
  }

  /** A compressed body is understood, and goes on, without its coding: few providers take one. */
  private decode(body: Buffer, coding: string) {
    const bound = this.context.config.settings.maxBodyBytes;
    void decodeRequest(body, coding, bound).then((decoded) =>
      this.guarded(() => {
        if (this.exchange.verdict) return;
        if (decoded.ok) {
          this.takeBody(decoded.bytes);
          return;
        }
        this.stages.refuseBody(undecodable(decoded.reason, coding, bound));
        this.answerRefusal();
      }),
    );
  }

  private tapBody(body: Buffer) {
    this.exchange.request.body = tapWhole(body, this.context.config.settings.captureBodyBytes, this.elapsed());
  }

  private decide(body: Buffer) {
    const choice = this.stages.choose();
    if (!(choice instanceof Promise)) {
      this.act(choice, body);
      return;
    }
    choice.then(
      (chosen) => this.guarded(() => this.exchange.verdict || this.act(chosen, body)),
      (error) =>
        this.guarded(() => {
          throw error;
        }),
    );
  }

  private act(choice: Choice, body: Buffer) {
    switch (choice.kind) {
      case 'refused':
        this.answerRefusal();
        return;
      case 'own-answer':
        this.finish(this.stages.answerOwn(this.response, choice));
        return;
      case 'cached':
        this.finish(this.stages.answerCached(this.response, choice.answer));
        return;
      case 'plan':
        this.forward(choice.plan, body);
    }
  }

  private forward(plan: Plan, body: Buffer) {
    const isRaw = this.exchange.endpoint?.dialect === 'raw';
    const [{ providerId, provider }] = plan.entries;
    const preset = findPreset(provider?.preset);
    if (isRaw && (providerId === PRACTICE || (preset && signsRequests(preset)))) {
      // The practice provider takes whole bodies only, and a signature is over the whole body.
      this.gather((whole) =>
        this.guarded(() => {
          this.tapBody(whole);
          this.send(plan, whole, false);
        }),
      );
      return;
    }
    this.send(plan, body, isRaw);
  }

  private send(plan: Plan, body: Buffer, streamed: boolean) {
    const { exchange, options, stages } = this;
    const { timeouts } = plan.policy;
    this.forwarding = true;
    new Attempts(stages, plan, {
      body,
      streamed,
      sink: this.response,
      bounded: true,
      pause: (ms, goOn) => this.pause(ms, goOn),
      carry: ({ providerId }, prepared, run) => {
        if (streamed) this.sendStreamed(prepared, run);
        else {
          const upstream = providerId === PRACTICE ? options.practice : options.dispatcher;
          stages.send(upstream, prepared, run, exchange.startedAt, timeouts);
        }
      },
      onDone: (verdict) => this.finish(verdict),
      onRefused: () => this.answerRefusal(),
    }).start();
  }

  private pause(ms: number, goOn: () => void): () => void {
    if (ms === 0) {
      const soon = setImmediate(() => this.guarded(goOn));
      return () => clearImmediate(soon);
    }
    const timer = setTimeout(() => this.guarded(goOn), ms);
    return () => clearTimeout(timer);
  }

  private sendStreamed({ url, headers, attempt }: PreparedAttempt, run: ForwardRun) {
    const { exchange, options, request, response } = this;
    const { timeouts, captureBodyBytes } = this.context.config.settings;
    run.control = options.forwarder.send(
      {
        method: exchange.request.method,
        url,
        headers,
        body: this.tappedBody(captureBodyBytes),
        timeouts,
        incoming: request,
        outgoing: response,
      },
      run,
      attempt.timings,
      exchange.startedAt,
    );
  }

  /** The client's body on its way to the forwarder, copied up to the recording bound as it passes. */
  private tappedBody(boundBytes: number): PassThrough {
    const { exchange, request } = this;
    const tap = exchange.request.body;
    this.bodyTaken = true;
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

  private answerRefusal() {
    const verdict = { ...this.stages.answerRefusal(this.response), endMs: this.elapsed() };
    this.refused = true;
    this.stages.release();
    this.takeRest(() => this.finish(verdict));
  }

  /**
   * A client that is still sending reads its refusal only if what it sends is taken off its hands for a while; then the
   * connection is cut, so that a refused upload cannot go on for ever. What nobody has read yet is recorded within
   * bounds, so that the request can be replayed once its key is mended.
   */
  private takeRest(onOver: () => void) {
    const { request } = this;
    if (request.readableEnded || request.destroyed || (this.bodyTaken && request.complete)) {
      onOver();
      return;
    }
    if (this.bodyTaken) onOver();
    else this.recordRest(onOver);
    request.resume();
    const cut = setTimeout(() => request.socket.destroy(), REST_MS);
    cut.unref();
    request.once('close', () => clearTimeout(cut));
  }

  /** `onOver` comes with the body's end, or as soon as waiting for it would bring nothing more. */
  private recordRest(onOver: () => void) {
    const { exchange, request } = this;
    const { captureBodyBytes } = this.context.config.settings;
    const bound = exchange.caller ? captureBodyBytes : Math.min(captureBodyBytes, STRANGERS_BODY_BYTES);
    if (Number(request.headers['content-length'] ?? 0) > bound) {
      onOver();
      return;
    }
    const tap = emptyTap();
    exchange.request.body = tap;
    const onData = (chunk: Buffer) => {
      tapChunk(tap, chunk, bound, this.elapsed());
      if (tap.sizeBytes > bound) over();
    };
    const onEnd = () => {
      tap.complete = true;
      over();
    };
    const over = () => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', over);
      onOver();
    };
    const timer = setTimeout(over, REST_RECORDED_MS);
    request.on('data', onData).once('end', onEnd).once('close', over);
  }

  private onClientClose() {
    this.stopReading?.();
    // Nothing more can come of it: a fault of ours on the way to its verdict must not keep its slot for ever.
    if (this.forwarding && !this.exchange.verdict) setImmediate(() => this.exchange.verdict || this.stages.release());
    if (this.exchange.verdict || this.refused || this.forwarding || this.response.writableFinished) return;
    this.finish({
      ok: true,
      cause: null,
      stage: null,
      clientGone: true,
      status: null,
      message: 'The app hung up before its request was complete.',
    });
  }

  private finish(verdict: Omit<Verdict, 'endMs'> & Partial<Pick<Verdict, 'endMs'>>) {
    const { exchange, options } = this;
    if (exchange.verdict) return;
    exchange.verdict = { ...verdict, endMs: verdict.endMs ?? this.elapsed() };
    options.recorder.finish(exchange);
    this.stages.release();
    this.onClosed();
  }
}
