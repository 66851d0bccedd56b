/**
 * Decides, for each attempt, in which dialect its target is asked, and puts the request into that dialect where it is not
 * the caller's own. What could not be carried stands in the step's ledger; what would change the request's meaning is
 * refused. Pure: a replay runs it again and gets the same bytes.
 */
import type { AnswerContext } from '../dialects/canonical/adapter.ts';
import { asRecord, asText } from '../dialects/canonical/json.ts';
import type { LedgerEntry } from '../dialects/canonical/losses.ts';
import type { CallerDialect, Fields, ProviderDialect } from '../dialects/canonical/request.ts';
import {
  type AnswerPlan,
  translateError,
  translateRequest,
  translateResponse,
} from '../dialects/canonical/translate.ts';
import { translateEmbeddings } from '../dialects/canonical/translate-embeddings.ts';
import { translateMedia } from '../dialects/canonical/translate-media.ts';
import { translateRerank } from '../dialects/canonical/translate-rerank.ts';
import type { CallTarget, TranslatedCall, WayBack } from '../dialects/canonical/way-back.ts';
import { withEarlier } from '../dialects/openai-responses/earlier.ts';
import { embeddingsEndpoint, outboundOf, rerankEndpoint } from '../dialects/outbound.ts';
import type { Dialect, Endpoint, Exchange, RawHeaders, Step } from '../exchange.ts';
import { isDeeperThan, MOST_LEVELS } from '../json/depth.ts';
import { headerValue } from '../providers/headers.ts';
import { findPreset } from '../providers/presets.ts';
import { isConversation, type Spoken, spokenDialect } from '../providers/spoken-dialect.ts';
import { isEmbeddings, spokenEmbeddings } from '../providers/spoken-embeddings.ts';
import { isMedia, spokenMedia } from '../providers/spoken-media.ts';
import { spokenRerank } from '../providers/spoken-rerank.ts';
import { readUpload } from './multipart-field.ts';
import type { Recalled } from './recall.ts';
import { refuse, type StageOutcome } from './stage.ts';
import { scopeOf, targetFacts } from './target-facts.ts';
import { travellingHeaders } from './travelling-headers.ts';
import type { ChosenTarget } from './usable-target.ts';

/** A request in the provider's dialect, and what its answer's way back has to know. */
export interface Translation {
  readonly from: Dialect;
  readonly to: Dialect;
  /** Where it goes behind the provider's base URL. */
  readonly endpoint: Endpoint;
  readonly search?: string;
  readonly body: Buffer;
  /** The client's lines that mean something in any dialect. */
  readonly headers: RawHeaders;
  readonly back: WayBack;
  /** Absent where there is no conversation, and so no stream. */
  readonly conversation?: TranslatedConversation;
}

export interface TranslatedConversation {
  readonly from: CallerDialect;
  readonly to: ProviderDialect;
  readonly plan: AnswerPlan;
  readonly answer: AnswerContext;
}

export interface Translated {
  /** Undefined where there is nothing to say: a request of this kind is not translated. */
  readonly outcome?: StageOutcome;
  /** Undefined: the bytes pass untouched, or the outcome refuses. */
  readonly translation?: Translation;
}

/** More entries than a person reads; their number is told. */
const MOST_ENTRIES = 200;

const NO_BYTES = Buffer.alloc(0);

/** Whether this target is asked in another dialect than the caller's. */
export function isTranslated({ endpoint, askedModel, json }: Exchange, { provider, model }: ChosenTarget): boolean {
  if (!endpoint || !provider || !isConversation(endpoint.dialect)) return false;
  const { dialect } = endpoint;
  return !spokenDialect(
    provider,
    findPreset(provider.preset),
    { ...endpoint, dialect },
    model ?? askedModel ?? '',
    json,
  ).own;
}

/** `recalled`: what the request refers to by id, where it does. `upload`: the body as it came, of which one that is uploaded is read. */
export function translate(
  exchange: Exchange,
  target: ChosenTarget,
  recalled?: Recalled,
  upload: Buffer = NO_BYTES,
): Translated {
  const { endpoint, json } = exchange;
  const { provider } = target;
  if (!endpoint || !provider) return {};
  const { dialect } = endpoint;
  // An upload is no JSON.
  if (json === undefined && !isMedia(dialect)) return {};
  const preset = findPreset(provider.preset);
  const model = target.model ?? exchange.askedModel ?? '';
  if (isConversation(dialect)) {
    const spoken = spokenDialect(provider, preset, { ...endpoint, dialect }, model, json);
    return decided(
      exchange,
      target,
      dialect,
      spoken,
      (to) => converse(exchange, dialect, to, target, recalled),
      recalled,
    );
  }
  if (isEmbeddings(dialect)) {
    const spoken = spokenEmbeddings(provider, preset, dialect, model, json);
    return decided(exchange, target, dialect, spoken, (to) => {
      const place = embeddingsEndpoint(spoken.format);
      const asked = { ...named(exchange, model, place), scope: scopeOf(provider) };
      return { ...translateEmbeddings(dialect, to, json, asked), endpoint: place };
    });
  }
  if (dialect === 'openai-rerank') {
    return decided(exchange, target, dialect, spokenRerank(provider, preset, model), (to) => {
      const place = rerankEndpoint(to);
      return { ...translateRerank(to, json, named(exchange, model, place)), endpoint: place };
    });
  }
  const media = isMedia(dialect) ? spokenMedia(provider, preset, model) : undefined;
  if (media) {
    return decided(exchange, target, dialect, media, (to) => {
      const place = outboundOf(to, false).endpoint;
      const asked = { ...named(exchange, model, place), model };
      const type = headerValue(exchange.request.rawHeaders, 'content-type') ?? '';
      const body = endpoint.modelIn === 'multipart' ? readUpload(upload, type) : json;
      return { ...translateMedia(endpoint.name, body, asked), endpoint: place };
    });
  }
  return {};
}

function named({ askedModel, receivedAt }: Exchange, model: string, { modelIn }: Endpoint): CallTarget {
  return {
    model: modelIn === 'body' ? model : undefined,
    shownModel: askedModel ?? model,
    askedAtSeconds: Math.floor(receivedAt / 1000),
  };
}

type Call = TranslatedCall & Pick<Translation, 'endpoint' | 'search' | 'conversation'>;

function decided<D extends Dialect>(
  exchange: Exchange,
  { provider }: ChosenTarget,
  from: Dialect,
  spoken: Spoken<D>,
  translated: (to: D) => Call,
  recalled?: Recalled,
): Translated {
  if (spoken.own) return { outcome: untouched(spoken) };
  // What speaks none of these is refused by whoever looks for its address, with the words for it.
  if (spoken.dialect === undefined) return {};
  const to = spoken.dialect;
  const result = translated(to);
  const { rule } = spoken;
  const input = { dialect: from, ...(recalled ? { recalled: recalled.captures } : {}) };
  const cannot = (param: string, message: string): Translated => ({
    outcome: refuse(
      {
        cause: 'bad_request_parameter',
        message: `${provider?.name} is asked in another dialect (${to}), and this request cannot be said in it: ${message}`,
        param,
        rule,
        evidence: [{ what: 'cannot be carried', where: param, value: message }],
      },
      { input, output: { dialect: to } },
    ),
  });
  if (result.refused !== undefined) return cannot(result.refused.param, result.refused.message);
  // `receive` bounds the request's own depth; arguments of tools come as texts and become JSON here.
  if (isDeeperThan(result.body, MOST_LEVELS))
    return cannot('messages', `It is nested more than ${MOST_LEVELS} levels deep.`);
  const { headers, ledger: dropped } = travellingHeaders(
    exchange.edited?.rawHeaders ?? exchange.request.rawHeaders,
    exchange.edited?.written,
  );
  const { body, endpoint, search, back, conversation } = result;
  const ledger = [...dropped, ...result.ledger].map((entry) => ({ on: 'request' as const, ...entry }));
  return {
    outcome: {
      decision: 'passed',
      summary: summaryOf(from, to, ledger.length),
      rule,
      input,
      output: { dialect: to, ...boundedLedger(ledger) },
    },
    translation: { from, to, endpoint, search, body: wire(body), headers, back, conversation },
  };
}

function wire(body: Fields): Buffer {
  return Buffer.from(JSON.stringify(body), 'utf8');
}

function converse(
  exchange: Exchange,
  from: CallerDialect,
  to: ProviderDialect,
  target: ChosenTarget,
  recalled: Recalled | undefined,
): Call {
  const model = target.model ?? exchange.askedModel ?? '';
  const stream = exchange.stream === true;
  const outbound = outboundOf(to, stream);
  if (recalled?.missing) return { refused: recalled.missing, endpoint: outbound.endpoint };
  const { provider } = target;
  const facts = { ...targetFacts(findPreset(provider?.preset), to, model), scope: scopeOf(provider) };
  const kept = from === 'openai-responses' ? keepHere(exchange, recalled) : undefined;
  const json = kept ? kept.body : exchange.json;
  const result = translateRequest(from, to, json, facts, { model: exchange.askedModel, stream });
  if (result.refused !== undefined) return { refused: result.refused, endpoint: outbound.endpoint };
  const { body, plan } = result;
  const answer: AnswerContext = {
    seed: exchange.id,
    nowSeconds: Math.floor(exchange.receivedAt / 1000),
    model: exchange.askedModel ?? model,
    includeUsage: plan.includeUsage,
    jsonArray: from === 'gemini-generate' && stream && !/[?&]alt=sse\b/.test(exchange.request.url),
    stored: kept?.stored,
    earlier: kept?.earlier,
  };
  const back: WayBack = {
    whole: (answered) => translateResponse(to, from, answered, plan, answer),
    failed: (status, text, headers) => translateError(to, from, status, text, headers),
  };
  const ledger = kept ? [...kept.ledger, ...result.ledger] : result.ledger;
  return { body, ledger, back, ...outbound, conversation: { from, to, plan, answer } };
}

/** What OpenAI would keep between requests, and the captures of this gateway keep in its place. */
function keepHere({ json, recording }: Exchange, recalled: Recalled | undefined) {
  const request = asRecord(json) ?? {};
  const { body, ledger } = recalled ? withEarlier(request, recalled) : { body: request, ledger: [] };
  const stored = recording === 'full' && request.store !== false;
  const earlier = asText(request.previous_response_id);
  if (!stored || request.store === undefined) return { body, ledger, stored, earlier };
  const { store, ...rest } = body;
  const why = 'The provider keeps nothing; what is recorded here of the answer serves later requests of this app.';
  return {
    body: rest,
    ledger: [...ledger, { path: 'store', action: 'dropped' as const, why, before: true }],
    stored,
    earlier,
  };
}

/** An entry of the ledger, and on which way it was lost. */
export type WayEntry = LedgerEntry & { readonly on: 'request' | 'answer' };

function boundedLedger(ledger: readonly WayEntry[]) {
  if (ledger.length <= MOST_ENTRIES) return { ledger };
  return { ledger: ledger.slice(0, MOST_ENTRIES), moreLosses: ledger.length - MOST_ENTRIES };
}

/** The step of a translated request with what its answer lost on the way back. */
export function withAnswerLosses(step: Step, lost: readonly LedgerEntry[]): Step {
  const { ledger = [], moreLosses = 0 } = step.output as { ledger?: readonly WayEntry[]; moreLosses?: number };
  const all = [...ledger, ...lost.map((entry) => ({ on: 'answer' as const, ...entry }))];
  const { dialect: from } = step.input as { dialect: string };
  const { dialect: to } = step.output as { dialect: string };
  const bounded = boundedLedger(all);
  const more = moreLosses + (bounded.moreLosses ?? 0);
  return {
    ...step,
    summary: numbered(summaryOf(from, to, all.length + moreLosses), step.input?.attempt),
    output: { dialect: to, ledger: bounded.ledger, ...(more > 0 ? { moreLosses: more } : {}) },
  };
}

/** The same step as it stood before an answer came: a dry run has none. */
export function withoutAnswerLosses<S extends Pick<Step, 'summary' | 'input' | 'output'>>(step: S): S {
  const { ledger, dialect: to } = (step.output ?? {}) as { ledger?: readonly WayEntry[]; dialect?: string };
  if (!ledger?.some(({ on }) => on === 'answer')) return step;
  const kept = ledger.filter(({ on }) => on !== 'answer');
  const { dialect: from } = step.input as { dialect: string };
  const summary = numbered(summaryOf(from, to ?? '', kept.length), step.input?.attempt);
  return { ...step, summary, output: { ...step.output, ledger: kept } };
}

/** Whether an attempt that follows another is asked in the same dialect, at the same price. */
export function saysTheSame(step: Step, outcome: StageOutcome): boolean {
  const said = ({ decision, rule, output }: StageOutcome | Step) => JSON.stringify([decision, rule, output]);
  return said(step) === said(outcome);
}

/** The step of an attempt that follows another; `attempt` counts from one. */
export function ofAttempt(outcome: StageOutcome, attempt: number): StageOutcome {
  return { ...outcome, summary: numbered(outcome.summary, attempt), input: { ...outcome.input, attempt } };
}

function numbered(summary: string, attempt: unknown): string {
  return typeof attempt === 'number' ? `Attempt ${attempt}: ${summary}` : summary;
}

function summaryOf(from: string, to: string, losses: number): string {
  const words =
    losses === 0 ? 'nothing was lost' : losses === 1 ? '1 entry in the ledger' : `${losses} entries in the ledger`;
  return `Translated from ${from} to ${to} and back: ${words}.`;
}

/** One for each rule: most requests repeat an earlier one's step. */
const untouchedSteps = new WeakMap<Spoken<Dialect>, StageOutcome>();

function untouched(spoken: Spoken<Dialect>): StageOutcome {
  const known = untouchedSteps.get(spoken);
  if (known) return known;
  const outcome: StageOutcome = {
    decision: 'skipped',
    summary: `The provider is asked in the caller's own dialect, ${spoken.rule.value}: the bytes pass untouched.`,
    rule: spoken.rule,
  };
  untouchedSteps.set(spoken, outcome);
  return outcome;
}
