/**
 * The one order of the stages, for a request under way and for a replay alike. What differs between the two (clock,
 * configuration, credentials, what carries the request, where the answer goes) is given; nothing here knows which it is.
 */
import type { KeptAnswer } from './cache/response-cache.ts';
import type { Cause, Stage } from './causes.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { LedgerEntry } from './dialects/canonical/losses.ts';
import type { Attempt, Exchange, RawHeaders, Refusal, Rule, RuleOrigin, Step, Verdict } from './exchange.ts';
import { withoutLimitHeaders } from './limits/limit-headers.ts';
import type { CountTexts } from './models/token-counter.ts';
import { headerValue } from './providers/headers.ts';
import type { Timeouts } from './routing/policy.ts';
import type { RoutingFacts } from './routing/routing-facts.ts';
import { authorize } from './stages/authorize.ts';
import { type ExchangeCache, type KeepPlan, lookUp } from './stages/cache.ts';
import { cachesAtAll } from './stages/cache-rules.ts';
import { type Counted, countTokens } from './stages/count-tokens.ts';
import type { Presented } from './stages/credential-facts.ts';
import type { Failure } from './stages/failure.ts';
import { ForwardRun } from './stages/forward.ts';
import { forwardStep, respondStep } from './stages/forward-steps.ts';
import { identify } from './stages/identify.ts';
import { KeepingSink, keepAnswer } from './stages/keep-answer.ts';
import { askOfCaller, askOfKey } from './stages/limit-ask.ts';
import { LimitRun, type TakeLimits, type TakeLimitsNow } from './stages/limit-run.ts';
import { answerModels } from './stages/list-models.ts';
import type { Plan, RouteResult } from './stages/plan.ts';
import { type PreparedAttempt, prepareAttempt } from './stages/prepare-attempt.ts';
import { priceExchange } from './stages/price-exchange.ts';
import { type FindCapture, type Recalled, recall, recallable } from './stages/recall.ts';
import { receiveBody, receiveHead } from './stages/receive.ts';
import { renameModel } from './stages/rename-model.ts';
import { PRACTICE } from './stages/resolve-target.ts';
import {
  type AnswerSink,
  keywardHeaders,
  type OwnAnswer,
  ownAnswer,
  refusalAnswer,
  writeAnswer,
  writeKept,
} from './stages/respond.ts';
import { route } from './stages/route.ts';
import { recordStep, refuse, refuseLocked, type StageContext, type StageOutcome } from './stages/stage.ts';
import { emptyTap, tapChunk, tapWhole } from './stages/tap.ts';
import { editsAtAll, transform } from './stages/transform.ts';
import {
  isTranslated,
  ofAttempt,
  saysTheSame,
  type Translation,
  translate,
  withAnswerLosses,
} from './stages/translate.ts';
import type { ChosenTarget } from './stages/usable-target.ts';
import type { ProviderKey } from './store/schema.ts';
import type { ConfigSnapshot } from './store/snapshot.ts';
import type { SignIn, Upstream, UpstreamControl } from './upstream.ts';

export interface StageEnvironment {
  readonly context: StageContext;
  /** Offset in ms of this edge of this stage: what the exchange's clock shows, or what was recorded. */
  readonly at: (stage: Stage, edge: 'start' | 'end') => number;
  /** Offset in ms at this moment. */
  readonly elapsed: () => number;
  /** The credentials that came with the exchange. */
  readonly presented: (exchange: Exchange) => Presented;
  /** Why keys cannot be opened just now, as a sentence with its next action; undefined when they can. */
  readonly lockedBecause: () => string | undefined;
  /** Opens a sealed provider key. */
  readonly openKey: (key: ProviderKey) => string;
  readonly takeLimits: TakeLimits;
  /** The same at once, for an attempt that follows another. */
  readonly takeLimitsNow: TakeLimitsNow;
  readonly classify: (exchange: Exchange, attempt: Attempt, body: string, config: ConfigSnapshot) => Cause;
  readonly explainUrl: string;
  /** Answers kept from earlier; in a replay, what was recorded of them; absent where there are none. */
  readonly cache?: ExchangeCache;
  /** Counts texts as a model does; absent where tokens are estimated. */
  readonly countTexts?: CountTexts;
  /** Reads what was recorded of earlier exchanges; absent where requests go on from none. */
  readonly findCapture?: FindCapture;
  /** In a replay, what was answered to a request for the models there are. */
  readonly modelsAnswered?: string;
  /** False where nothing is really sent, so that nothing is spent. */
  readonly spends?: boolean;
}

/** What comes after the stages that the head alone decides. `raw`: the body is not looked at here. */
export type Admission = 'refused' | 'raw' | 'no-body' | 'body';

export type Choice =
  | { readonly kind: 'refused' }
  | { readonly kind: 'own-answer'; readonly text: string; readonly headers?: readonly string[] }
  | { readonly kind: 'cached'; readonly answer: KeptAnswer }
  | { readonly kind: 'plan'; readonly plan: Plan };

type Outcome = Omit<Verdict, 'endMs'>;

/** Why a target cannot be asked, and which stage says so. */
export interface Unprepared {
  readonly stage: 'translate' | 'forward';
  readonly outcome: StageOutcome;
}

export interface ForwardEnds {
  readonly onDone: (verdict: Outcome) => void;
  readonly onOver?: () => void;
  readonly moveOn?: (failure: Failure) => boolean;
}

export class StageRun {
  private readonly exchange: Exchange;
  private readonly environment: StageEnvironment;
  private head: StageOutcome | undefined;
  private body: Buffer | undefined;
  private plan: KeepPlan | undefined;
  private keeping: KeepingSink | undefined;
  private recalled: Recalled | undefined;
  private readonly limits: LimitRun;
  private identified: { readonly outcome: StageOutcome; readonly startMs: number; readonly endMs: number } | undefined;

  constructor(exchange: Exchange, environment: StageEnvironment) {
    this.exchange = exchange;
    this.environment = environment;
    this.limits = new LimitRun(exchange, environment);
  }

  private record(stage: Stage, outcome: StageOutcome, startMs: number) {
    recordStep(
      this.exchange,
      stage,
      withListed(outcome, stage, this.exchange.listed),
      startMs,
      this.environment.at(stage, 'end'),
    );
  }

  /** `receive`, as far as the head goes, and `identify`: a stranger's body is not read into memory. */
  admit(): Admission {
    const { exchange, environment } = this;
    const head = receiveHead(exchange, environment.context);
    if (head.decision === 'refused') {
      this.record('receive', this.withCredentials(head), 0);
      return 'refused';
    }
    const raw = exchange.endpoint?.dialect === 'raw';
    if (raw) this.record('receive', head, 0);
    const startMs = environment.at('identify', 'start');
    const outcome = identify(exchange, environment.context, environment.presented(exchange));
    const endMs = environment.at('identify', 'end');
    if (raw || outcome.decision === 'refused') {
      if (!raw) recordStep(exchange, 'receive', head, 0, startMs);
      recordStep(exchange, 'identify', outcome, startMs, endMs);
      if (outcome.decision === 'refused') return 'refused';
      return 'raw';
    }
    this.head = head;
    this.identified = { outcome, startMs, endMs };
    const { method } = exchange.request;
    return method === 'GET' || method === 'HEAD' ? 'no-body' : 'body';
  }

  /** Facts of the credentials are kept also where `identify` leaves no step: a replay with the rest mended wants them. */
  private withCredentials(outcome: StageOutcome): StageOutcome {
    const { facts } = this.environment.presented(this.exchange);
    return facts.length === 0 ? outcome : { ...outcome, input: { ...outcome.input, credentials: facts } };
  }

  /** Turned away by the listener, before any stage. */
  turnAway(refusal: Omit<Refusal, 'stage'>) {
    this.record('receive', this.withCredentials(refuse(refusal)), 0);
  }

  /** The body did not arrive as it should have. */
  refuseBody(outcome: StageOutcome) {
    this.record('receive', this.identified ? this.withCredentials(outcome) : outcome, 0);
  }

  /** The rest of `receive`, once the body is whole. False: refused. */
  takeBody(body: Buffer): boolean {
    const { exchange, environment, head, identified } = this;
    this.body = body;
    if (!head || !identified) throw new Error('takeBody before admit');
    const received = renameModel(exchange, environment.context.config, receiveBody(exchange, body));
    if (received.decision === 'refused') {
      this.refuseBody(received);
      return false;
    }
    // One step for head and body: `identify` ran between them only so that a stranger's body is not read.
    this.record('receive', merged(head, received), 0);
    recordStep(exchange, 'identify', identified.outcome, identified.startMs, identified.endMs);
    return true;
  }

  /** `authorize`, `limit`, `cache`, `route`: may it, and now; was it answered before; where does it go. A promise only where limits are shared, a tokenizer or an earlier capture is asked. */
  choose(): Choice | Promise<Choice> {
    const { exchange, environment } = this;
    const { context } = environment;
    const startMs = environment.at('authorize', 'start');
    this.record('authorize', authorize(exchange, context), startMs);
    if (exchange.refusal) return { kind: 'refused' };
    const within = this.limits.take(askOfCaller(exchange, context));
    if (within === true) return this.find();
    return within === false
      ? { kind: 'refused' }
      : within.then((passed) => (passed ? this.find() : { kind: 'refused' }));
  }

  private find(): Choice | Promise<Choice> {
    const { exchange, environment } = this;
    const { context } = environment;
    const locked = environment.lockedBecause();
    const kept = locked ? undefined : this.askCache();
    if (kept) return { kind: 'cached', answer: kept };
    const routeMs = environment.at('route', 'start');
    if (locked) {
      this.record('route', refuseLocked(locked), routeMs);
      return { kind: 'refused' };
    }
    if (exchange.endpoint?.dialect === 'openai-models') return this.models(routeMs);
    const result = route(exchange, context);
    const look = result.plan ? undefined : this.lookAgain(result.outcome);
    if (look) return look.then(() => this.routeAnew(routeMs));
    return this.routed(result, routeMs);
  }

  /** A name that nobody has may be of a model that was loaded a moment ago. */
  private lookAgain(outcome: StageOutcome): Promise<void> | undefined {
    if (outcome.decision !== 'refused' || outcome.refusal.cause !== 'model_not_found') return undefined;
    return this.environment.context.lists?.lookAgain?.();
  }

  /** With the lists as they are now: whether the caller may go where they lead is asked anew. */
  private routeAnew(routeMs: number): Choice | Promise<Choice> {
    const { exchange, environment } = this;
    exchange.listed = undefined;
    const allowed = authorize(exchange, environment.context);
    if (allowed.decision === 'refused') {
      const earlier = exchange.steps.findIndex(({ stage }) => stage === 'authorize');
      const startMs = exchange.steps[earlier]?.startMs ?? routeMs;
      if (earlier !== -1) exchange.steps.splice(earlier, 1);
      this.record('authorize', allowed, startMs);
      return { kind: 'refused' };
    }
    return this.routed(route(exchange, environment.context), routeMs);
  }

  private routed({ outcome, plan }: RouteResult, routeMs: number): Choice | Promise<Choice> {
    this.record('route', outcome, routeMs);
    if (!plan || !this.edit()) return { kind: 'refused' };
    return this.count(plan.entries[0]) ?? this.recall(plan) ?? this.withinKeyLimits(plan, 0);
  }

  /** Fills in what the request refers to by id, where a target cannot; undefined where there is nothing to fill in. */
  private recall(plan: Plan): Promise<Choice> | undefined {
    const { exchange, environment } = this;
    const { findCapture } = environment;
    const references = findCapture && recallable(exchange);
    if (!references || !plan.entries.some((entry) => isTranslated(exchange, entry))) return undefined;
    return recall(exchange, references, environment.context.config, findCapture).then((recalled) => {
      this.recalled = recalled;
      return this.withinKeyLimits(plan, 0);
    });
  }

  /** What the target's provider cannot count is counted or estimated here, and nothing is sent. */
  private count(target: ChosenTarget): Choice | Promise<Choice> | undefined {
    const { exchange, environment } = this;
    const startMs = environment.at('translate', 'start');
    const counted = countTokens(exchange, target, environment.countTexts);
    const answer = ({ outcome, text, headers }: Counted): Choice => {
      this.record('translate', outcome, startMs);
      return text === undefined ? { kind: 'refused' } : { kind: 'own-answer', text, headers };
    };
    return counted instanceof Promise ? counted.then(answer) : counted && answer(counted);
  }

  /** The plan from its first entry on whose key's limits let this pass; those before it are passed over. */
  private withinKeyLimits(plan: Plan, place: number): Choice | Promise<Choice> {
    const { exchange, environment } = this;
    const entry = plan.entries[place];
    if (!entry) return { kind: 'refused' };
    const isLast = place === plan.entries.length - 1;
    const decided = (passed: boolean): Choice | Promise<Choice> => {
      if (!passed) return isLast ? { kind: 'refused' } : this.withinKeyLimits(plan, place + 1);
      if (place === 0) return { kind: 'plan', plan };
      return { kind: 'plan', plan: { ...plan, entries: [entry, ...plan.entries.slice(place + 1)] } };
    };
    const within = this.limits.takeAttempt(askOfKey(exchange, environment.context, entry), isLast);
    return within instanceof Promise ? within.then(decided) : decided(within);
  }

  /** Before an attempt that follows another, which is over: true where the limits of its key let it pass. */
  takeKey(entry: ChosenTarget): boolean {
    return this.limits.takeAttemptNow(askOfKey(this.exchange, this.environment.context, entry));
  }

  /** The exchange is over, in whatever way: what it holds of its limits is given back. */
  release() {
    this.limits.release();
  }

  /** `transform`: the rules of the app and of the route. False: refused. */
  private edit(): boolean {
    const { exchange, environment, body = Buffer.alloc(0) } = this;
    const { config } = environment.context;
    if (!editsAtAll(config)) return true;
    const startMs = environment.at('transform', 'start');
    const outcome = transform(exchange, config, body);
    if (outcome) this.record('transform', outcome, startMs);
    return outcome?.decision !== 'refused';
  }

  private askCache(): KeptAnswer | undefined {
    const { exchange, environment, body } = this;
    const { cache, context } = environment;
    if (!body || !cache || !cachesAtAll(context.config)) return undefined;
    const startMs = environment.at('cache', 'start');
    const found = lookUp(exchange, context, cache, body);
    if (!found) return undefined;
    this.plan = found.plan;
    this.record('cache', found.outcome, startMs);
    return found.answer;
  }

  private models(startMs: number): Choice {
    const { exchange, environment } = this;
    environment.context.lists?.noteLook?.();
    const text = environment.modelsAnswered ?? answerModels(exchange, environment.context);
    if (text === undefined) {
      const name = (exchange.askedModel ?? '').slice(0, 120);
      const outcome = refuse({
        cause: 'model_not_found',
        message: `No model here is called "${name}".`,
        param: 'model',
      });
      this.record('route', outcome, startMs);
      return { kind: 'refused' };
    }
    this.record(
      'route',
      { decision: 'answered', summary: 'The gateway answers from its catalogue of models and its providers’ lists.' },
      startMs,
    );
    return { kind: 'own-answer', text };
  }

  /** The request as it will be sent, added to the attempts; undefined: refused. */
  prepare(target: ChosenTarget, body: Buffer, streamed: boolean): PreparedAttempt | undefined {
    const prepared = this.tryPrepare(target, body, streamed);
    if ('attempt' in prepared) return prepared;
    this.refuseUnprepared(prepared);
    return undefined;
  }

  /** The same, where another target may follow: a refusal is given back and recorded nowhere. */
  tryPrepare(
    target: ChosenTarget,
    body: Buffer,
    streamed: boolean,
    origins: readonly Rule[] = [],
  ): PreparedAttempt | Unprepared {
    const { exchange, environment } = this;
    const first = exchange.attempts.length === 0;
    const translateMs = first ? environment.at('translate', 'start') : 0;
    const { outcome, translation } = translate(exchange, target, this.recalled, body);
    if (outcome?.decision === 'refused') return { stage: 'translate', outcome };
    if (outcome && first) this.recordTranslate(outcome, translateMs);
    // The first begins where the recorded step did; those that follow are told by their attempt's own beginning.
    const startMs = first ? environment.at('forward', 'start') : environment.elapsed();
    if (outcome && !first) this.recordTranslateAgain(outcome, startMs);
    const prepared = this.prepareAt(startMs, target, body, streamed, origins, translation);
    if ('attempt' in prepared) exchange.attempts.push(prepared.attempt);
    return prepared;
  }

  /** Of targets that could not be asked after all no step stays. */
  private recordTranslate(outcome: StageOutcome, startMs: number) {
    const { steps } = this.exchange;
    const earlier = steps.findIndex(({ stage }) => stage === 'translate');
    this.record('translate', outcome, startMs);
    if (earlier !== -1) steps[earlier] = steps.pop() as Step;
  }

  /** An attempt that follows another has a step of its own where it is asked otherwise than the one before. */
  private recordTranslateAgain(outcome: StageOutcome, startMs: number) {
    const { exchange } = this;
    const before = exchange.steps.findLast(({ stage }) => stage === 'translate');
    if (before && saysTheSame(before, outcome)) return;
    // In whole microseconds, as the attempt's own beginning is kept: by that a replay tells the time of this step.
    const atMs = Math.round(startMs * 1000) / 1000;
    recordStep(exchange, 'translate', ofAttempt(outcome, exchange.attempts.length + 1), atMs, atMs);
  }

  /** Whether this target could be asked, as far as can be told without asking. */
  canPrepare(target: ChosenTarget, body: Buffer): boolean {
    const { outcome, translation } = translate(this.exchange, target, this.recalled, body);
    if (outcome?.decision === 'refused') return false;
    return 'attempt' in this.prepareAt(0, target, body, false, [], translation);
  }

  refuseUnprepared({ stage, outcome }: Unprepared) {
    this.record(stage, outcome, this.environment.at(stage, 'start'));
  }

  private prepareAt(
    elapsedMs: number,
    target: ChosenTarget,
    body: Buffer,
    streamed: boolean,
    origins: readonly Rule[],
    translation: Translation | undefined,
  ): PreparedAttempt | Unprepared {
    const { exchange, environment } = this;
    const { captureBodyBytes } = environment.context.config.settings;
    try {
      const prepared = prepareAttempt(exchange, target, body, {
        openKey: environment.openKey,
        captureBodyBytes,
        elapsedMs,
        streamed,
        origins,
        translation,
      });
      if (!prepared.ok) return { stage: 'forward', outcome: prepared.outcome };
      if (streamed) copyBodyFraming(exchange, prepared.prepared.headers);
      return prepared.prepared;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      const outcome = refuse({
        cause: 'gateway_config',
        message: `The stored key for ${target.providerId} cannot be opened: ${reason}`,
      });
      return { stage: 'forward', outcome };
    }
  }

  /** What takes the provider's answer to `sink`; `onOver` is called when it is over, `onDone` when its steps stand. */
  openForward(
    target: ChosenTarget,
    { attempt, translation }: Pick<PreparedAttempt, 'attempt' | 'translation'>,
    sink: AnswerSink,
    ends: ForwardEnds,
  ): ForwardRun {
    const { exchange, environment } = this;
    const { config } = environment.context;
    if (this.plan && environment.cache) this.keeping = new KeepingSink(sink, environment.cache.largestBytes);
    return new ForwardRun(exchange, attempt, this.keeping ?? sink, {
      captureBodyBytes: config.settings.captureBodyBytes,
      elapsed: environment.elapsed,
      translation,
      explainUrl: environment.explainUrl,
      providerName:
        target.provider?.name ?? (target.providerId === PRACTICE ? 'The practice provider' : target.providerId),
      classify: (failed, failedAttempt, text) => environment.classify(failed, failedAttempt, text, config),
      moveOn: ends.moveOn,
      onDone: (verdict, lost) => {
        ends.onOver?.();
        this.addLosses(lost);
        this.endForward(verdict);
        ends.onDone(verdict);
      },
    });
  }

  /** Hands a request with its body in memory over; the control ends it. */
  send(
    upstream: Upstream,
    prepared: PreparedAttempt,
    run: ForwardRun,
    zero: number,
    timeouts: Timeouts = this.environment.context.config.settings.timeouts,
  ): UpstreamControl {
    const { method } = this.exchange.request;
    const { url, headers, body, attempt, signIn } = prepared;
    const more = signIn ? signing(signIn, attempt) : prepared.run ? running(prepared.run, attempt) : {};
    const control = upstream.send({ method, url, headers, body, timeouts, ...more }, run, attempt.timings, zero);
    run.control = control;
    return control;
  }

  /** Ends the forwarding when all attempts together take too long; to be cleared when it is over. */
  limitWhole(run: ForwardRun, totalMs: number): Deadline {
    const since = this.exchange.attempts[0]?.timings.startMs ?? 0;
    return startDeadline(Math.max(0, totalMs - (this.environment.elapsed() - since)), () => {
      run.control?.abort();
      run.onError({ code: 'KEYWARD_TOTAL_TIMEOUT', message: `not finished within ${totalMs} ms` });
    });
  }

  /** What the answer lost on its way back stands in the same ledger as what the request lost on its way there. */
  private addLosses(lost: readonly LedgerEntry[]) {
    if (lost.length === 0) return;
    const { steps } = this.exchange;
    const at = steps.findLastIndex(({ stage }) => stage === 'translate');
    const step = steps[at];
    if (step) steps[at] = withAnswerLosses(step, lost);
  }

  /** The steps of all attempts, once their verdict stands. */
  endForward(verdict: Outcome) {
    const { exchange, environment } = this;
    const startMs = exchange.attempts[0]?.timings.startMs ?? 0;
    const endMs = environment.at('forward', 'end');
    if (environment.spends !== false) exchange.cost = priceExchange(exchange, environment.context);
    if (this.plan && this.keeping && environment.cache) {
      keepAnswer(exchange, this.keeping, this.plan, environment.cache, verdict, environment.context.now());
    }
    recordStep(exchange, 'forward', forwardStep(exchange, verdict), startMs, endMs);
    const answeredMs = exchange.answer?.firstByteMs ?? endMs;
    recordStep(exchange, 'respond', respondStep(exchange, verdict), answeredMs, environment.at('respond', 'end'));
  }

  get facts(): RoutingFacts | undefined {
    return this.environment.context.routing;
  }

  get captureId(): string {
    return this.exchange.id;
  }

  /** How many attempts there have been. */
  get attempts(): number {
    return this.exchange.attempts.length;
  }

  elapsed(): number {
    return this.environment.elapsed();
  }

  /** Wall clock, milliseconds since the epoch. */
  now(): number {
    return this.environment.context.now();
  }

  /** Answers with what a stage refused for; returns the verdict. */
  answerRefusal(sink: AnswerSink): Outcome {
    const { exchange, environment } = this;
    const { refusal } = exchange;
    if (!refusal) throw new Error('answerRefusal without a refusal');
    const answer = refusalAnswer(exchange, refusal, environment.explainUrl);
    this.respond(sink, answer);
    return {
      ok: false,
      cause: refusal.ownerCause ?? refusal.cause,
      stage: refusal.stage,
      message: refusal.ownerMessage ?? refusal.message,
      status: answer.status,
      evidence: refusal.evidence,
    };
  }

  /** Answers with a text of the gateway's own; returns the verdict. */
  answerOwn(sink: AnswerSink, { text, headers }: Extract<Choice, { kind: 'own-answer' }>): Outcome {
    const answer = ownAnswer(this.exchange, 200, text, undefined, [
      ...(headers ?? []),
      ...(this.exchange.limitHeaders ?? []),
    ]);
    this.respond(sink, answer);
    return { ok: true, cause: null, stage: null, message: 'Answered by the gateway itself.', status: answer.status };
  }

  /** Answers with what was kept; returns the verdict. A stream goes out chunk by chunk, as it came, without the pauses. */
  answerCached(sink: AnswerSink, answer: KeptAnswer): Outcome {
    const { exchange, environment } = this;
    const startMs = environment.at('respond', 'start');
    const { captureBodyBytes } = environment.context.config.settings;
    const { limitHeaders = [] } = exchange;
    const headers = [...withoutLimitHeaders(answer.headers), ...limitHeaders, ...keywardHeaders(exchange, undefined)];
    const tap = emptyTap();
    for (const chunk of answer.chunks) tapChunk(tap, chunk, captureBodyBytes, startMs);
    tap.complete = true;
    exchange.answer = { status: answer.status, headers, body: tap, firstByteMs: startMs };
    writeKept(sink, answer, headers);
    this.record('respond', { decision: 'answered', summary: `Answered with status ${answer.status}.` }, startMs);
    return { ok: true, cause: null, stage: null, message: 'Answered from the cache.', status: answer.status };
  }

  private respond(sink: AnswerSink, { status, headers, body }: OwnAnswer) {
    const { exchange, environment } = this;
    const startMs = environment.at('respond', 'start');
    const tap = tapWhole(body, environment.context.config.settings.captureBodyBytes, startMs);
    exchange.answer = { status, headers, body: tap, firstByteMs: startMs };
    writeAnswer(sink, { status, headers, body }, exchange.request.method === 'HEAD');
    this.record('respond', { decision: 'answered', summary: `Answered with status ${status}.` }, startMs);
  }
}

/** What the lists of models said goes with the step that went by it, so that a replay goes by the same. */
function withListed(outcome: StageOutcome, stage: Stage, listed: Exchange['listed']): StageOutcome {
  if (!listed || (stage !== 'route' && stage !== 'cache' && outcome.decision !== 'refused')) return outcome;
  return { ...outcome, input: { ...outcome.input, listed } };
}

/** What was added on the way out is part of what was sent. */
function signing(signIn: SignIn, attempt: Attempt) {
  return {
    signIn,
    onSigned: (headers: RawHeaders, again: boolean) => {
      attempt.requestHeaders = headers;
      if (again) attempt.origins = [...attempt.origins, { name: 'auth.token-renewed', origin: DEFAULT_SIGN_IN }];
    },
    onSignInRefused: () => {
      attempt.origins = [...attempt.origins, { name: 'auth.token-refused', origin: DEFAULT_SIGN_IN }];
    },
  };
}

/** What else was asked for this answer's sake is part of what was sent. */
function running({ stream }: { readonly stream: boolean }, attempt: Attempt) {
  return {
    run: {
      stream,
      onRequest: (name: string, value: string) => {
        attempt.origins = [...attempt.origins, { name, origin: DEFAULT_RUNS, value }];
      },
    },
  };
}

const DEFAULT_RUNS: RuleOrigin = { from: 'default', name: 'runs' };
const DEFAULT_SIGN_IN: RuleOrigin = { from: 'default', name: 'sign-in' };

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
