/** Runs the real stages over a recorded request: on the recorded clock, or, where it is really sent, on the real one. */
import type { KeptAnswer } from '../cache/response-cache.ts';
import type { Capture } from '../captures/capture.ts';
import { markedLength, markerInUrl, marksSecret } from '../captures/marker.ts';
import type { Stage } from '../causes.ts';
import type { Attempt, Exchange, ListedAnswer, Verdict } from '../exchange.ts';
import { guardRequest } from '../guard.ts';
import { listedSchema } from '../models/listed-schema.ts';
import { recordedFacts } from '../routing/facts-log.ts';
import { Attempts } from '../run-attempts.ts';
import { StageRun } from '../run-stages.ts';
import type { Presented } from '../stages/credential-facts.ts';
import type { ForwardRun } from '../stages/forward.ts';
import { forwardStep } from '../stages/forward-steps.ts';
import type { Plan } from '../stages/plan.ts';
import type { PreparedAttempt } from '../stages/prepare-attempt.ts';
import { PRACTICE } from '../stages/resolve-target.ts';
import { recordStep } from '../stages/stage.ts';
import type { ChosenTarget } from '../stages/usable-target.ts';
import type { Provider, ProviderKey } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { MemorySink } from './memory-sink.ts';
import { RecordedCache, recordedAnswer } from './recorded-cache.ts';
import { adoptSizes, createRecordedUpstream, unservable } from './recorded-upstream.ts';
import { ReplayClock } from './replay-clock.ts';
import { foreignHost, keyGone, planWithBaseUrl } from './replay-config.ts';
import type { ReplayDeps } from './replay-deps.ts';
import type { ReplayRefusal } from './replay-problem.ts';
import { bodyMissing, type ReplayRequest, tapOf } from './replay-request.ts';
import { replayedLimits } from './replayed-limits.ts';
import { holdsMarker, otherProvidersKey, redactedWhereItMatters } from './sending-refusals.ts';

export interface RunInput {
  readonly capture: Capture;
  readonly request: ReplayRequest;
  /** No edit has changed it. */
  readonly sameRequest: boolean;
  readonly mode: 'dry-run' | 'recorded' | 'live';
  /** The time of the capture, not today's. */
  readonly recordedClock: boolean;
  readonly config: ConfigSnapshot;
  readonly presented: Presented;
  /** Came in through the listener, which turns foreign hosts and origins away. */
  readonly guarded: boolean;
  readonly keyId?: string;
  readonly baseUrl?: string;
  /** Nothing is sent, and nothing served, before this stage has been asked for. */
  readonly until?: Stage;
  readonly timing: boolean;
}

export interface RunOutput {
  readonly exchange: Exchange;
  readonly prepared?: PreparedAttempt;
  readonly target?: ChosenTarget;
  readonly refused?: ReplayRefusal;
  /** What to know about this run, a sentence each. */
  readonly notes: readonly string[];
  /** Id of the capture that it became. */
  readonly captureId?: string;
}

/** Runs to the end, to where it is refused, or to where its mode stops. */
export async function runStages(deps: ReplayDeps, input: RunInput): Promise<RunOutput> {
  return new ReplayRun(deps, input).run();
}

class ReplayRun {
  private readonly deps: ReplayDeps;
  private readonly input: RunInput;
  private readonly exchange: Exchange;
  private readonly clock: ReplayClock;
  private readonly stages: StageRun;
  private readonly sink = new MemorySink();
  private readonly notes: string[] = [];
  private readonly live: boolean;
  /** Something has been sent, so there is a capture of it. */
  private begun = false;

  constructor(deps: ReplayDeps, input: RunInput) {
    const { capture, config } = input;
    this.deps = deps;
    this.input = input;
    this.live = input.mode === 'live' && !beforeForward(input.until);
    this.clock = new ReplayClock(capture.steps);
    const startedAt = this.live ? performance.now() : 0;
    const receivedAt = input.recordedClock ? Date.parse(capture.time) : deps.now();
    this.exchange = openReplay(input, {
      id: this.live ? deps.replay.newCaptureId() : capture.id,
      receivedAt: this.live ? deps.now() : receivedAt,
      startedAt,
    });
    const { clock, live } = this;
    const elapsed = live ? () => performance.now() - startedAt : clock.elapsed;
    this.stages = new StageRun(this.exchange, {
      context: {
        config,
        now: input.recordedClock ? () => receivedAt + elapsed() : () => receivedAt,
        // What is really sent goes by how things are; everything else by how they were.
        routing: live ? deps.replay.routing : recordedFacts(factsOf(capture)),
        // An unedited request has what the lists said then in its exchange, or went by the catalogue alone.
        ...(live || !input.sameRequest ? { lists: deps.replay.lists } : {}),
      },
      at: live ? elapsed : clock.at,
      elapsed,
      presented: () => input.presented,
      lockedBecause: input.mode === 'recorded' ? () => undefined : deps.replay.lockedBecause,
      openKey: (key) => this.openKey(key),
      ...(live
        ? limitsOf(deps)
        : replayedLimits(input.recordedClock ? capture.steps : undefined, deps.replay.lookLimits)),
      classify: (exchange, attempt, text, snapshot) => this.classify(exchange, attempt, text, snapshot),
      cache: new RecordedCache(capture, {
        fingerprint: deps.replay.fingerprint,
        live,
        sameRequest: input.sameRequest,
      }),
      countTexts: deps.replay.countTexts,
      findCapture: (id) => deps.recorder.get(id),
      ...(input.recordedClock && input.sameRequest ? modelsThen(capture) : {}),
      explainUrl: live ? deps.replay.explainUrl(this.exchange.id) : explainUrlThen(capture),
      spends: live,
    });
  }

  async run(): Promise<RunOutput> {
    try {
      return await this.runToEnd();
    } finally {
      this.stages.release();
    }
  }

  private async runToEnd(): Promise<RunOutput> {
    const { input, stages, exchange } = this;
    const turnedAway = input.guarded && guardRequest(exchange.request.rawHeaders, input.config.settings);
    if (turnedAway) {
      stages.turnAway(turnedAway);
      return this.refusedByStage();
    }
    const admission = stages.admit();
    if (admission === 'refused') return this.refusedByStage();
    const body = admission === 'no-body' ? Buffer.alloc(0) : input.request.body;
    if (!body) return this.stop(bodyMissing(input.capture));
    if (admission !== 'raw' && !stages.takeBody(body)) return this.refusedByStage();
    const choice = await stages.choose();
    switch (choice.kind) {
      case 'refused':
        return this.refusedByStage();
      case 'own-answer':
        return this.over(stages.answerOwn(this.sink, choice));
      case 'cached':
        return this.cached(choice.answer);
      case 'plan':
        return this.forward(choice.plan, body);
    }
  }

  /** What was answered from the cache is so again, with the recorded bytes. */
  private cached(answer: KeptAnswer): RunOutput {
    const { input, stages } = this;
    if (recordedAnswer(input.capture)) return this.over(stages.answerCached(this.sink, answer));
    if (input.mode === 'dry-run') return this.done({});
    return this.stop({ sentence: 'The answer from the cache was not recorded.', next: LIVE });
  }

  private async forward(chosen: Plan, body: Buffer): Promise<RunOutput> {
    const { input, stages } = this;
    const plan = this.edited(chosen);
    const [target] = plan.entries;
    const refusal = this.keyRefusal(target);
    if (refusal) return this.stop(refusal, { target });
    if (beforeForward(input.until)) return this.done({ target });
    const raw = this.exchange.endpoint?.dialect === 'raw' && target.providerId !== PRACTICE;
    if (input.mode !== 'dry-run') return this.carry(plan, body, raw && !this.live);
    const prepared = stages.prepare(target, body, raw && !this.live);
    return prepared ? this.wouldSend(target, prepared) : this.refusedByStage({ target });
  }

  /** With the edits that stand for the target; what is tried with another key or address is tried with nothing else. */
  private edited(chosen: Plan): Plan {
    const { baseUrl, keyId } = this.input;
    const plan = baseUrl === undefined ? chosen : planWithBaseUrl(chosen, baseUrl);
    const named = plan.entries.find(({ key }) => keyId !== undefined && key?.id === keyId);
    return named ? { ...plan, entries: [named] } : plan;
  }

  /** Why this key is not used: it is not the one that was asked for, or it is not there any more. */
  private keyRefusal(target: ChosenTarget): ReplayRefusal | undefined {
    const { input, deps } = this;
    if (input.keyId !== undefined && target.key?.id !== input.keyId)
      return otherProvidersKey(target, input.config.providerKeys.get(input.keyId));
    const gone = target.key && keyGone(target.key, deps.store.snapshot);
    if (gone && this.live) return gone;
    if (gone && input.mode === 'dry-run') this.notes.push(gone.sentence);
    return undefined;
  }

  /** A dry run ends here, with the request as it would go out. */
  private wouldSend(target: ChosenTarget, prepared: PreparedAttempt): RunOutput {
    const { exchange, clock } = this;
    const name = target.provider?.name ?? 'the practice provider';
    const outcome = forwardStep(exchange, { ok: true, cause: null, stage: null, status: null, message: '' });
    recordStep(
      exchange,
      'forward',
      { decision: 'skipped', summary: `Would be sent to ${name}; a dry run sends nothing.`, input: outcome.input },
      clock.at('forward', 'start'),
      clock.at('forward', 'start'),
    );
    return this.done({ target, prepared });
  }

  /** All attempts, to the verdict or to the one that cannot be made. */
  private carry(plan: Plan, body: Buffer, streamed: boolean): Promise<RunOutput> {
    const { stages, input } = this;
    return new Promise((resolve, reject) => {
      let last: Pick<RunOutput, 'target' | 'prepared'> = {};
      new Attempts(stages, plan, {
        body,
        streamed,
        sink: this.sink,
        bounded: this.live,
        pause: (ms, goOn) => this.pause(ms, goOn),
        carry: (target, prepared, run) => {
          last = { target, prepared };
          const carried = this.live ? this.send(plan, target, prepared, run) : this.serve(target, prepared, run);
          carried.then((refusal) => refusal && resolve(this.stopAttempts(refusal, last)), reject);
        },
        onAttemptOver: (attempt) => {
          const recorded = input.capture.attemptList[attempt.index];
          if (!this.live && recorded) adoptSizes(attempt, recorded);
        },
        onDone: (verdict) => resolve(this.over(verdict, last, this.begun)),
        onRefused: () => resolve(this.refusedByStage({ target: plan.entries[0] })),
      }).start();
    });
  }

  /** What was sent before stays a capture of its own. */
  private stopAttempts(refused: ReplayRefusal, last: Partial<RunOutput>): RunOutput {
    if (!this.begun) return this.stop(refused, last);
    this.exchange.attempts.pop();
    const message = refused.sentence;
    const verdict = { ok: false, cause: 'gateway_config', stage: 'forward', message, status: null } as const;
    return { ...this.over(verdict, last, true), refused };
  }

  /** Between attempts: no longer than it took then, or as long as it takes. */
  private pause(ms: number, goOn: () => void): () => void {
    const { capture, timing } = this.input;
    const next = capture.attemptList[this.exchange.attempts.length];
    const goneMs = this.live || next ? undefined : hungUpAt(capture);
    const waitMs = this.live || timing ? Math.min(ms, (goneMs ?? Number.POSITIVE_INFINITY) - this.clock.elapsed()) : 0;
    const timer = setTimeout(() => {
      if (goneMs !== undefined) {
        this.clock.advanceTo(goneMs);
        this.sink.hangUp();
        return;
      }
      if (!this.live && next) this.clock.advanceTo(next.timings.startMs);
      goOn();
    }, waitMs);
    return () => clearTimeout(timer);
  }

  /** The answer as it was recorded, or why it cannot be served. */
  private async serve(
    target: ChosenTarget,
    prepared: PreparedAttempt,
    run: ForwardRun,
  ): Promise<ReplayRefusal | undefined> {
    const { capture, timing, request } = this.input;
    const recorded = capture.attemptList[prepared.attempt.index];
    if (!recorded) {
      const made = capture.attemptList.length;
      const sentence =
        made === 0
          ? 'There is no recorded answer: the request did not reach a provider then.'
          : `There is no recorded answer to attempt ${made + 1}: the request was over after ${made} then.`;
      return { sentence, next: LIVE };
    }
    const why = unservable(recorded);
    if (why) return { sentence: `There is no whole recorded answer: ${why}.`, next: LIVE };
    if (recorded.provider !== target.providerId || recorded.model !== target.model) {
      const sentence = `The recorded answer is ${recorded.provider}’s${recorded.model ? ` for ${recorded.model}` : ''}; the request would go to ${target.providerId}${target.model ? ` for ${target.model}` : ''} now.`;
      return { sentence, next: LIVE };
    }
    if (request.bodyEdited && prepared.attempt.index === 0) {
      this.notes.push('The recorded answer was given to the unedited body.');
    }
    const upstream = createRecordedUpstream(recorded, { clock: this.clock, timing });
    this.stages.send(upstream, prepared, run, this.exchange.startedAt);
    return undefined;
  }

  private async send(
    plan: Plan,
    target: ChosenTarget,
    prepared: PreparedAttempt,
    run: ForwardRun,
  ): Promise<ReplayRefusal | undefined> {
    const { exchange, deps, input } = this;
    const refusal =
      this.keyRefusal(target) ??
      (await this.strangeAddress(target, prepared)) ??
      redactedWhereItMatters(prepared, exchange.endpoint?.dialect === 'raw');
    if (refusal) return refusal;
    if (!this.begun) {
      const { body } = input.request;
      if (body && holdsMarker(body.toString('utf8'))) {
        this.notes.push('Secrets in the body were not kept; the markers in their place were sent.');
      }
      this.begun = true;
      deps.replay.recorder.begin(exchange);
    }
    const upstream = target.providerId === PRACTICE ? deps.replay.practice : deps.replay.dispatcher;
    this.stages.send(upstream, prepared, run, exchange.startedAt, plan.policy.timeouts);
    return undefined;
  }

  /**
   * Judged by the provider as it is set up, not as an edit has it. Where the configuration came from elsewhere, by the
   * key's own provider as it is set up here: a file must not say where a key of this home is sent.
   */
  private async strangeAddress(
    target: ChosenTarget,
    { url, signIn }: PreparedAttempt,
  ): Promise<ReplayRefusal | undefined> {
    const { input, deps } = this;
    const provider = input.config.providers.get(target.providerId);
    if (!provider || !target.key) return undefined;
    const addresses = signIn?.kind === 'ibm-iam' ? [url, new URL(signIn.tokenUrl)] : [url];
    const strange = (by: Provider) =>
      addresses.map((address) => foreignHost(address, by, target.key)).find((refusal) => refusal !== undefined);
    if (!(await this.isFromElsewhere())) return strange(provider);
    const { providers, providerKeys } = deps.store.snapshot;
    const owner = providers.get(providerKeys.get(target.key.id)?.provider ?? '');
    if (owner) return strange(owner);
    return { sentence: `The key for ${provider.name} belongs to no provider that is set up here.`, next: NOW };
  }

  private async isFromElsewhere(): Promise<boolean> {
    const { capture } = this.input;
    for (const id of [capture.id, capture.origin?.of]) {
      if (id !== undefined && (await this.deps.recorder.importedConfig(id))) return true;
    }
    return false;
  }

  private refusedByStage(more: Partial<RunOutput> = {}): RunOutput {
    return this.over(this.stages.answerRefusal(this.sink), more);
  }

  /** The verdict stands: what was replayed to its end becomes a capture of its own. */
  private over(verdict: Omit<Verdict, 'endMs'>, more: Partial<RunOutput> = {}, begun = false): RunOutput {
    const { exchange, deps, input } = this;
    const elapsed = this.live ? performance.now() - exchange.startedAt : this.clock.elapsed();
    exchange.verdict = { ...verdict, endMs: elapsed };
    if (input.mode === 'dry-run' || input.until !== undefined) {
      if (begun) deps.replay.recorder.finish(exchange);
      return this.done(begun ? { ...more, captureId: exchange.id } : more);
    }
    // A recorded answer is served under the original's id, so that it comes out byte for byte; it is kept under its own.
    const record: Exchange = this.live
      ? exchange
      : {
          ...exchange,
          id: deps.replay.newCaptureId(),
          receivedAt: deps.now(),
          origin: { kind: 'replay', of: input.capture.id, nothingSent: true },
        };
    if (!begun) deps.replay.recorder.begin(record);
    deps.replay.recorder.finish(record);
    return this.done(record.recording === 'off' ? more : { ...more, captureId: record.id });
  }

  private stop(refused: ReplayRefusal, more: Partial<RunOutput> = {}): RunOutput {
    return this.done({ ...more, refused });
  }

  private done(more: Partial<RunOutput>): RunOutput {
    return { exchange: this.exchange, notes: this.notes, ...more };
  }

  /** The secret is put back where it is sent, or would be; a recorded answer needs none. */
  private openKey(key: ProviderKey): string {
    const { deps, input } = this;
    const today = deps.store.snapshot.providerKeys.get(key.id);
    if (input.mode === 'recorded' || !today || today.version !== key.version) return standIn(key, input.capture);
    return deps.replay.openKey(today);
  }

  /**
   * Where the recorded reading rested on the shape of the key, which is not kept, that reading stands for an answer that
   * is the recorded one.
   */
  private classify(exchange: Exchange, attempt: Attempt, text: string, config: ConfigSnapshot) {
    const cause = this.deps.replay.classify(exchange, attempt, text, config);
    if (this.input.mode !== 'recorded') return cause;
    const outcome = this.input.capture.attemptList[attempt.index]?.outcome;
    if (outcome?.keyFlaws) attempt.keyFlaws = outcome.keyFlaws;
    if (cause !== 'key_invalid_unknown') return cause;
    const recorded = outcome?.cause;
    return recorded === 'key_malformed' || recorded === 'key_wrong_provider' ? recorded : cause;
  }
}

function limitsOf({ replay: { takeLimits, takeLimitsNow } }: ReplayDeps) {
  return { takeLimits, takeLimitsNow };
}

/** When the app hung up while the gateway waited to try again, in ms; undefined where it did not. */
function hungUpAt({ steps, verdict }: Capture): number | undefined {
  if (!verdict?.clientGone) return undefined;
  return steps.findLast(({ stage }) => stage === 'forward')?.endMs ?? verdict.endMs;
}

const NOW = 'Replay it with today’s configuration (config now).';
const LIVE = 'Send it for real (mode live), or see what would be sent (mode dry-run).';

function beforeForward(until: Stage | undefined): boolean {
  return until !== undefined && until !== 'forward' && until !== 'respond';
}

function openReplay(input: RunInput, own: Pick<Exchange, 'id' | 'receivedAt' | 'startedAt'>): Exchange {
  const { capture, request, config } = input;
  const { method, url, headers } = request;
  return {
    ...own,
    configVersion: config.version,
    request: {
      method,
      url,
      path: url.split('?', 1)[0] as string,
      httpVersion: capture.request.httpVersion,
      rawHeaders: headers.flat(),
      remoteAddress: capture.request.remoteAddress,
      body: tapOf(capture, request, 0),
    },
    recording: config.settings.recording,
    steps: [],
    attempts: [],
    ...(input.mode === 'live' ? {} : listedThen(capture)),
    origin: { kind: 'replay', of: capture.id },
  };
}

/** What the providers' lists of models said of the name asked for. */
function listedThen({ steps }: Capture): { listed?: ListedAnswer } {
  const recorded = steps.find(({ input }) => input?.listed !== undefined)?.input?.listed;
  const parsed = listedSchema.safeParse(recorded);
  return parsed.success ? { listed: parsed.data } : {};
}

/** A list of models is told by lists that have changed since. */
function modelsThen({ endpoint, answer, verdict }: Capture): { modelsAnswered?: string } {
  const body = endpoint === 'models' && verdict?.ok ? answer?.body : undefined;
  return body?.text !== undefined && body.keptBytes === body.sizeBytes ? { modelsAnswered: body.text } : {};
}

function factsOf({ steps }: Capture): unknown {
  return steps.find(({ stage }) => stage === 'route')?.input?.routing;
}

/** The address that the original answer named, so that the same answer comes out on any port of any machine. */
function explainUrlThen(capture: Capture): string {
  const text = capture.answer?.body.text ?? '';
  const found = /https?:\/\/[\w.:[\]-]{1,100}\/ui\/requests\//.exec(text)?.[0];
  return `${found ?? 'http://127.0.0.1:4141/ui/requests/'}${capture.id}`;
}

/** The marker that stands for a secret which is not at hand; its length is told by the recording alone. */
function standIn({ lastFour, fingerprint }: ProviderKey, { attemptList }: Capture): string {
  const recorded = attemptList.flatMap(({ url, requestHeaders }) => [url, ...requestHeaders.map(([, value]) => value)]);
  const length = markedLength(recorded.find((text) => marksSecret(text, fingerprint)) ?? '') ?? 0;
  return markerInUrl({ kind: 'provider-key', length, fingerprint, lastFour });
}
