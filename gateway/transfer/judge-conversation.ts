/**
 * Takes a conversation from elsewhere through the very stages that live traffic takes, with what it was answered in
 * place of a provider: so its verdict, its cause and its record are those it would have had here.
 */
import { createHash } from 'node:crypto';
import { captureIdAt } from '../captures/capture-id.ts';
import type { DecodedFrom, ImportItem } from '../captures/pack-imports.ts';
import { matchEndpoint } from '../dialects/endpoints.ts';
import type { Attempt, Exchange, TappedBody, Verdict } from '../exchange.ts';
import { MemorySink } from '../replay/memory-sink.ts';
import type { StageEnvironment } from '../run-stages.ts';
import { StageRun } from '../run-stages.ts';
import { presentedAgain } from '../stages/credential-facts.ts';
import type { ForwardRun } from '../stages/forward.ts';
import { respondStep } from '../stages/forward-steps.ts';
import { findMultipartFields, multipartBoundary } from '../stages/multipart-field.ts';
import { emptyTap, tapWhole } from '../stages/tap.ts';
import type { ChosenTarget } from '../stages/usable-target.ts';
import type { Document, Provider } from '../store/schema.ts';
import { createSnapshot } from '../store/snapshot.ts';
import type { Conversation, ConversationAnswer } from './conversation.ts';
import { destinationOf, IMPORTED_CREDENTIAL, importConfig, ownImportConfig, presetOf } from './import-config.ts';

export interface JudgeOptions {
  /** Providers of this home. */
  readonly providers: Iterable<Provider>;
  readonly captureBodyBytes: number;
  readonly classify: StageEnvironment['classify'];
  /** Wall clock, for conversations that do not say when they were. */
  readonly nowMs: number;
  /** Whether that address is this gateway's own. */
  readonly isOwn: (url: URL) => boolean;
  /** This home's configuration as it may leave it. */
  readonly ownConfig: Document;
  /** What tells two otherwise equal conversations of a file apart. */
  readonly salt: string;
}

/** The conversation as an exchange of this gateway, ready to be kept. */
export function judgeConversation(
  conversation: Conversation,
  options: JudgeOptions,
): ImportItem & { readonly id: string } {
  const { url, answer, error } = conversation;
  if (answer === null && error === null && options.isOwn(url)) {
    return unsent(conversation, `${url.pathname}${url.search}`, ownImportConfig(options.ownConfig), options);
  }
  const named = headerOf(answer?.headers ?? [], 'x-keyward-provider');
  const { provider, apiUrl, rawUrl } = destinationOf(conversation, options.providers, presetOf(url, named));
  const model = modelIn(conversation);
  const document = importConfig(provider, model);
  if (answer === null && error === null) return unsent(conversation, apiUrl ?? rawUrl, document, options);
  // Whatever a gateway would have refused by itself did reach the provider there, and goes the way that looks at nothing.
  const judging =
    (apiUrl === null ? undefined : Judging.of(conversation, apiUrl, document, options)) ??
    Judging.of(conversation, rawUrl, document, options);
  if (!judging) throw new Error(`no way to ${provider.id}`);
  const { exchange, decoded } = judging.run();
  return { id: exchange.id, record: { exchange, decoded }, config: JSON.stringify(document) };
}

/** Code of an error that says: the app did not wait for the end. */
export const GIVEN_UP = 'GIVEN_UP';
const NOT_TAKEN_PART = 'Imported: this request did not go through this gateway.';

class Judging {
  private readonly conversation: Conversation;
  private readonly options: JudgeOptions;
  private readonly exchange: Exchange;
  private readonly stages: StageRun;
  private target: ChosenTarget | undefined;
  private nowMs = 0;

  /** Undefined where a stage before `forward` would have ended it. */
  static of(conversation: Conversation, url: string, document: Document, options: JudgeOptions): Judging | undefined {
    const judging = new Judging(conversation, url, document, options);
    return judging.choose() ? judging : undefined;
  }

  private constructor(conversation: Conversation, url: string, document: Document, options: JudgeOptions) {
    this.conversation = conversation;
    this.options = options;
    const snapshot = createSnapshot({
      ...document,
      settings: {
        ...document.settings,
        captureBodyBytes: options.captureBodyBytes,
        maxBodyBytes: Number.MAX_SAFE_INTEGER,
      },
    });
    this.exchange = openExchange(conversation, url, options);
    this.stages = new StageRun(this.exchange, {
      context: { config: snapshot, now: () => this.exchange.receivedAt },
      at: (stage, edge) =>
        stage === 'forward' || stage === 'respond' ? (edge === 'end' ? this.endMs : this.nowMs) : 0,
      elapsed: () => this.nowMs,
      presented: () => presentedAgain([IMPORTED_CREDENTIAL], (text) => text),
      lockedBecause: () => undefined,
      openKey: () => 'imported',
      // What others used then is not known.
      takeLimits: () => ({ readings: [] }),
      takeLimitsNow: () => ({ readings: [] }),
      classify: options.classify,
      explainUrl: '',
    });
  }

  private get endMs(): number {
    const { timings } = this.conversation;
    return timings.endMs ?? timings.lastByteMs ?? timings.firstByteMs ?? 0;
  }

  private choose(): boolean {
    const { stages } = this;
    const admission = stages.admit();
    if (admission === 'refused') return false;
    if (admission === 'body' || admission === 'no-body') {
      if (!stages.takeBody(this.conversation.body ?? Buffer.alloc(0))) return false;
    }
    const choice = stages.choose();
    if (choice instanceof Promise) throw new Error('nothing is asked of other machines here');
    if (choice.kind !== 'plan') return false;
    this.target = choice.plan.entries[0];
    return true;
  }

  run(): { exchange: Exchange; decoded: DecodedFrom } {
    const { exchange, conversation, target, stages, options } = this;
    if (!target) throw new Error('run before choose');
    const { answer, error } = conversation;
    exchange.request.body = tapOf(conversation, options);
    const attempt = this.attempt(target);
    exchange.attempts.push(attempt);
    let verdict: Omit<Verdict, 'endMs'> | undefined;
    const run = stages.openForward(target, { attempt }, new MemorySink(), {
      onDone: (decided) => {
        verdict = decided;
      },
    });
    if (error?.code === GIVEN_UP) verdict = givenUp(attempt, answer !== null);
    else this.play(run);
    if (!verdict) throw new Error('no verdict was taken');
    this.asItWent(attempt, verdict);
    // What this gateway had no part in must not look as if it had; the facts stay, for replays.
    for (const step of exchange.steps) {
      if (step.stage !== 'identify' && step.stage !== 'authorize' && step.stage !== 'route') continue;
      const { stage, input, startMs, endMs } = step;
      exchange.steps[exchange.steps.indexOf(step)] = {
        stage,
        decision: 'skipped',
        summary: NOT_TAKEN_PART,
        input,
        startMs,
        endMs,
      };
    }
    delete exchange.caller;
    delete exchange.credentialFrom;
    delete exchange.routeName;
    return { exchange, decoded: this.decoded() };
  }

  private attempt({ providerId, rule }: ChosenTarget): Attempt {
    const { url, method, headers, timings, remoteAddress } = this.conversation;
    return {
      index: 0,
      provider: providerId,
      model: this.exchange.askedModel,
      method,
      url: url.href,
      requestHeaders: headers.flat(),
      requestBody: 'same',
      origins: [{ ...rule, name: 'imported', value: undefined }],
      timings: { startMs: 0, ...timings },
      remoteAddress,
    };
  }

  private play(run: ForwardRun): void {
    const { exchange } = this;
    const { endpoint } = exchange;
    // A body that was left out cannot be judged: what is not there is not empty. Raw access asks for nothing.
    if (endpoint && this.conversation.answer?.body === undefined) exchange.endpoint = { ...endpoint, family: 'raw' };
    this.serve(run);
    exchange.endpoint = endpoint;
  }

  private serve(run: ForwardRun): void {
    const { answer, error, timings } = this.conversation;
    this.nowMs = timings.firstByteMs ?? 0;
    if (answer) {
      // The body comes decoded, so its judges must not undo its coding once more.
      const headers = answer.headers.filter(([name]) => name.toLowerCase() !== 'content-encoding').flat();
      const unknown = answer.body === undefined && answer.status < 400;
      run.onHeaders(answer.status, answer.statusText, unknown ? withoutType(headers) : headers);
      this.nowMs = this.endMs;
      if (answer.body && answer.body.length > 0) run.onChunk(answer.body);
      if (!error) run.onEnd([]);
    }
    this.nowMs = this.endMs;
    if (error) run.onError(error);
  }

  /** The app got what the provider sent, without a gateway between them. */
  private asItWent(attempt: Attempt, verdict: Omit<Verdict, 'endMs'>): void {
    const { exchange } = this;
    const { answer, timings } = this.conversation;
    const endMs = this.endMs;
    attempt.timings.endMs = endMs;
    if (answer) {
      attempt.responseHeaders = answer.headers.flat();
      if (answer.body === undefined) delete attempt.responseBody;
      exchange.answer = {
        status: answer.status,
        headers: answer.headers.flat(),
        body: answer.body === undefined ? emptyTap() : 'same',
        firstByteMs: timings.firstByteMs,
      };
    } else delete exchange.answer;
    const status = answer?.status ?? null;
    const last = exchange.steps.findLastIndex((step) => step.stage === 'respond');
    const { decision, summary, output } = respondStep(exchange, verdict);
    if (last !== -1) exchange.steps[last] = { stage: 'respond', decision, summary, output, startMs: endMs, endMs };
    exchange.verdict = { ...verdict, status, endMs };
  }

  private decoded(): DecodedFrom {
    const decoded = new Map<TappedBody, string>();
    const coding = headerOf(this.conversation.answer?.headers ?? [], 'content-encoding');
    const tap = this.exchange.attempts[0]?.responseBody;
    if (coding !== undefined && tap) decoded.set(tap, coding);
    return decoded;
  }
}

/** A request alone, as a curl command holds it: kept as if it had just arrived, to be sent by a replay. */
function unsent(
  conversation: Conversation,
  url: string,
  document: Document,
  options: JudgeOptions,
): ReturnType<typeof judgeConversation> {
  const exchange = openExchange(conversation, url, options);
  const { method, path } = exchange.request;
  const match = matchEndpoint(method, path);
  if (match.kind === 'endpoint') exchange.endpoint = match.endpoint;
  exchange.askedModel = modelIn(conversation) ?? exchange.endpoint?.modelInPath;
  exchange.request.body = tapOf(conversation, options);
  const input = { credentials: [IMPORTED_CREDENTIAL] };
  exchange.steps.push({ stage: 'identify', decision: 'skipped', summary: NOT_TAKEN_PART, input, startMs: 0, endMs: 0 });
  exchange.verdict = {
    ok: true,
    cause: null,
    stage: null,
    status: null,
    message: 'Imported as a request alone: it has not been sent yet.',
    endMs: 0,
  };
  return { id: exchange.id, record: { exchange, decoded: new Map() }, config: JSON.stringify(document) };
}

function tapOf({ body, bodyComplete = true }: Conversation, { captureBodyBytes }: JudgeOptions): TappedBody {
  return { ...tapWhole(body ?? Buffer.alloc(0), captureBodyBytes, 0), complete: bodyComplete };
}

function givenUp(attempt: Attempt, begun: boolean): Omit<Verdict, 'endMs'> {
  attempt.outcome = { ok: false, movedOn: 'the app hung up' };
  return {
    ok: true,
    cause: null,
    stage: null,
    clientGone: true,
    status: null,
    message: `The app gave the request up ${begun ? 'before the answer was complete' : 'before the answer began'}.`,
  };
}

function openExchange(conversation: Conversation, url: string, options: JudgeOptions): Exchange {
  const { method, headers, httpVersion } = conversation;
  const startedAt = Math.min(conversation.startedAtMs ?? options.nowMs, options.nowMs);
  const query = url.indexOf('?');
  return {
    id: captureIdAt(startedAt, digestOf(conversation, options.salt)),
    receivedAt: startedAt,
    startedAt: 0,
    configVersion: 1,
    request: {
      method,
      url,
      path: query === -1 ? url : url.slice(0, query),
      httpVersion,
      rawHeaders: headers.flat(),
      remoteAddress: '',
      body: emptyTap(),
    },
    recording: 'full',
    steps: [],
    attempts: [],
    origin: { kind: 'import' },
  };
}

/** The same conversation in the same place of the same file is the same capture, however often it comes. */
function digestOf({ startedAtMs, method, url, headers, body, answer, error }: Conversation, salt: string): Buffer {
  const hash = createHash('sha256').update(
    JSON.stringify([salt, startedAtMs, method, url.href, headers, answer?.status, answer?.headers, error]),
  );
  if (body) hash.update(body);
  if (answer?.body) hash.update(answer.body);
  return hash.digest();
}

function modelIn({ body, headers }: Conversation): string | undefined {
  const boundary = multipartBoundary(headerOf(headers, 'content-type') ?? '');
  if (body && boundary) return findMultipartFields(body, boundary, 'model')[0]?.value;
  if (body?.[0] !== 0x7b) return undefined;
  try {
    const { model } = JSON.parse(body.toString('utf8')) as { model?: unknown };
    return typeof model === 'string' ? model : undefined;
  } catch {
    return undefined; // the provider's own words say what is wrong with it
  }
}

export function headerOf(headers: ConversationAnswer['headers'], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

function withoutType(flat: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    if ((flat[at] as string).toLowerCase() !== 'content-type') kept.push(flat[at] as string, flat[at + 1] as string);
  }
  return kept;
}
