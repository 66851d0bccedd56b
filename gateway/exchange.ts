/**
 * The thing that flows: one request and its response on their way through the gateway, as data. Types only; stages,
 * recorder, replay and diagnosis all read these shapes and none of them knows another.
 *
 * Clocks: every field ending in `Ms` that is an offset counts monotonic milliseconds (fractions allowed) from the
 * moment the request was accepted; `receivedAt` alone is wall-clock time (milliseconds since the epoch).
 */
import type { Cause, Stage } from './causes.ts';

/** Header lines as they came: `[name, value, name, value, …]`, case and order kept. */
export type RawHeaders = readonly string[];

/** Whose envelope an error wears on its way back to the caller. `raw` is `/p/PROVIDER/…`. */
export type Family = 'openai' | 'anthropic' | 'gemini' | 'raw';

export type Dialect =
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'openai-images'
  | 'openai-audio'
  | 'openai-moderations'
  | 'openai-rerank'
  | 'openai-models'
  | 'openai-realtime'
  | 'anthropic-messages'
  | 'anthropic-count-tokens'
  | 'gemini-generate'
  | 'gemini-count-tokens'
  | 'gemini-embed'
  // Spoken to providers only: no path of the data plane is of these.
  | 'bedrock-converse'
  | 'cohere-v2'
  | 'watsonx-chat'
  | 'ollama-chat'
  | 'replicate-predictions'
  | 'cohere-embed'
  | 'ollama-embed'
  | 'titan-embed'
  | 'watsonx-embed'
  | 'voyage-embeddings'
  | 'jina-embeddings'
  | 'cohere-rerank'
  | 'bedrock-rerank'
  | 'voyage-rerank'
  | 'raw';

/** What a data-plane path and method mean. */
export interface Endpoint {
  /** Name used in scopes, listings and `endpoints` of a gateway key: `chat.completions`, `messages`, `generateContent`, `raw` … */
  readonly name: string;
  readonly family: Family;
  readonly dialect: Dialect;
  /** The provider's own form, where no caller speaks it and so no family has it. */
  readonly format?: 'bedrock' | 'cohere' | 'watsonx' | 'ollama' | 'replicate';
  /** The path behind the provider's base URL (`/chat/completions`), leading slash; for Gemini it holds `{model}`. */
  readonly upstreamPath: string;
  /** Where the model's name stands. */
  readonly modelIn: 'body' | 'path' | 'query' | 'multipart' | 'none';
  /** For `/p/PROVIDER/REST` and `/v1/models/ID`. */
  readonly provider?: string;
  readonly modelInPath?: string;
  readonly websocket?: boolean;
  /** What is asked for is answered with a run that goes on: its end, or its stream, is the answer. */
  readonly runs?: boolean;
}

/** A body as the recorder sees it: the bytes up to the recording bound, and how many there were in all. */
export interface TappedBody {
  chunks: Buffer[];
  /** Bytes seen in all, also those beyond the bound. */
  sizeBytes: number;
  /** Bytes kept in `chunks`. */
  keptBytes: number;
  /** Offsets of each chunk's arrival, in ms; parallel to `chunkSizes`; bounded like the bytes. */
  chunkTimesMs: number[];
  chunkSizes: number[];
  /** True once the sender said it was whole (end of message), false while running or cut. */
  complete: boolean;
}

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as received, at most 16 KiB; holds secrets (`?key=`) until the recorder has redacted it. */
  readonly url: string;
  readonly path: string;
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
  readonly remoteAddress: string;
  body: TappedBody;
}

export interface Caller {
  readonly gatewayKeyId: string;
  readonly appId: string;
  readonly appName: string;
  readonly label: string;
}

/** Where a setting that decided something was made, so that an explanation can point at it. */
export type RuleOrigin =
  | { readonly from: 'default'; readonly name: string }
  | { readonly from: 'settings'; readonly path: string }
  | { readonly from: 'preset'; readonly id: string }
  | { readonly from: 'provider'; readonly id: string }
  | { readonly from: 'provider-key'; readonly id: string; readonly version: number }
  | { readonly from: 'route'; readonly name: string }
  | { readonly from: 'app'; readonly id: string }
  | { readonly from: 'gateway-key'; readonly id: string }
  | { readonly from: 'request'; readonly where: string };

export interface Rule {
  /** Machine name, stable: `gateway-key.expiry`, `scope.models`, `route.alias` … */
  readonly name: string;
  readonly origin: RuleOrigin;
  readonly value?: unknown;
}

/** One fact a step or an explanation rests on. `where` is a header name, a JSON pointer, a byte range, a config path. */
export interface Evidence {
  readonly what: string;
  readonly where: string;
  readonly value: string;
}

/** What one stage did to an exchange. `input` and `output` hold small facts, never bodies, never secrets. */
export interface Step {
  readonly stage: Stage;
  readonly decision: 'passed' | 'answered' | 'refused' | 'skipped';
  /** One sentence in plain words. */
  readonly summary: string;
  readonly rule?: Rule;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly evidence?: readonly Evidence[];
  readonly startMs: number;
  readonly endMs: number;
}

/** A refusal or failure as a stage states it; `respond` words it in the caller's dialect. */
export interface Refusal {
  readonly cause: Cause;
  readonly stage: Stage;
  /** One plain sentence for the caller. Must tell nothing that helps a stranger guess a key. */
  readonly message: string;
  /** The finer truth, for the owner only: what really was wrong. Kept in the capture. */
  readonly ownerCause?: Cause;
  readonly ownerMessage?: string;
  readonly status?: number;
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rule?: Rule;
  readonly evidence?: readonly Evidence[];
}

/** Reference to the provider key used; never the key. */
export interface KeyReference {
  readonly id: string;
  readonly version: number;
  readonly label: string;
  readonly lastFour: string;
  /** Keyed (HMAC) with the home's salt; equal for equal secrets within one home. */
  readonly fingerprint: string;
}

/** Offsets in ms; undefined where it did not happen or could not be measured (a reused connection has no DNS). */
export interface AttemptTimings {
  startMs: number;
  dnsMs?: number;
  connectMs?: number;
  tlsMs?: number;
  sentMs?: number;
  firstByteMs?: number;
  lastByteMs?: number;
  endMs?: number;
  reusedConnection?: boolean;
}

/** One try at one target. `legs` two and three: what was sent to the provider and what came back. */
export interface Attempt {
  readonly index: number;
  readonly provider: string;
  readonly model?: string;
  readonly method: string;
  /** Full upstream URL; holds secrets where the provider wants the key in the query, until redacted. */
  readonly url: string;
  /** As sent, flat; holds the provider key until redacted. A signature is added when it is made. */
  requestHeaders: RawHeaders;
  /** `'same'` when the bytes are the client's own. */
  readonly requestBody: TappedBody | 'same';
  readonly key?: KeyReference;
  origins: readonly Rule[];
  readonly timings: AttemptTimings;
  status?: number;
  statusText?: string;
  responseHeaders?: RawHeaders;
  responseTrailers?: RawHeaders;
  responseBody?: TappedBody;
  remoteAddress?: string;
  /** What is wrong with the shape of the credential that was sent, seen while it was at hand: its recorded form is a marker. */
  keyFlaws?: readonly KeyFlawSeen[];
  outcome?: AttemptOutcome;
}

/** A visible flaw of a credential, told without any part of it. */
export interface KeyFlawSeen {
  /** Name of the flaw, as diagnosis has it. */
  readonly flaw: string;
  readonly where: string;
  readonly says: string;
  readonly shown: string;
}

export interface AttemptOutcome {
  readonly ok: boolean;
  readonly cause?: Cause;
  /** Transport error code as Node or undici name it (`ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`, `CERT_HAS_EXPIRED`). */
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** Why the gateway moved on or stopped here. */
  readonly movedOn?: string;
}

/** Leg four: what the client got. `body` is `'same'` when it is the last attempt's bytes untouched. */
export interface Answer {
  status: number;
  headers: RawHeaders;
  body: TappedBody | 'same';
  /** Offset of the first byte handed to the client's socket. */
  firstByteMs?: number;
}

/** Taken at the end of the exchange, never before: a `200` whose stream broke is a failure. */
export interface Verdict {
  readonly ok: boolean;
  readonly cause: Cause | null;
  readonly stage: Stage | null;
  /** One sentence, the finer truth (for the owner). */
  readonly message: string;
  readonly status: number | null;
  readonly endMs: number;
  /** The client hung up before the end; not a failure of gateway or provider by itself. */
  readonly clientGone?: boolean;
  readonly evidence?: readonly Evidence[];
}

/** Tokens as the provider counted them, in one meaning for every dialect; undefined where it did not say. */
export interface TokenUsage {
  /** All input, what was read from and written to a cache included. */
  inputTokens?: number;
  /** All output, reasoning included. */
  outputTokens?: number;
  cachedInputTokens?: number;
  cacheWriteTokens?: number;
  /** Of `cacheWriteTokens`: kept for an hour instead of five minutes. */
  longCacheWriteTokens?: number;
  reasoningTokens?: number;
  /** Sound and pictures among them, which have other prices than text. */
  otherKindsTokens?: number;
  /** What the provider calls the speed it answered with: `default`, `flex`, `priority`, `batch` … */
  serviceTier?: string;
  /** What the answer itself says it cost. */
  statedCostUsd?: number;
}

/** What an exchange cost, and how that is known. */
export interface Cost {
  readonly usd: number;
  /** `stated`: the provider's own word. `list`: worked out of the counted tokens and the list prices below. */
  readonly by: 'stated' | 'list';
  /** `preset/model` of the catalogue whose prices were used. */
  readonly model?: string;
  /** USD per 1,000,000 tokens that applied to this request. */
  readonly prices?: {
    readonly input: number | null;
    readonly output: number | null;
    readonly cachedInput: number | null;
    readonly cacheWrite: number | null;
  };
  /** When the price list was read: `2026-11-10`. */
  readonly pricesOf?: string;
}

/** What the cache did for an exchange. */
export interface CacheUse {
  /** `off`: switched on, but not for a request like this. */
  readonly state: 'hit' | 'miss' | 'off';
  /** Of a hit: the capture whose answer it is, who gave it, how old it was. */
  readonly of?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly ageMs?: number;
  /** Of a hit: what was counted and paid for that answer then, and so not again. */
  readonly saved?: { readonly inputTokens?: number; readonly outputTokens?: number; readonly costUsd?: number };
  /** Of a miss, once it is over: whether the answer is kept, or why it is not. */
  readonly kept?: boolean;
  readonly notKept?: string;
}

/** `id,chunks` of a recording policy: `full`, `no-bodies` (headers, steps, timings only) or `off`. */
export type Recording = 'full' | 'no-bodies' | 'off';

/** What the providers' own lists of models said of a bare name. */
export type ListedAnswer =
  | { readonly asked: string; readonly provider: string; readonly model: string }
  | { readonly asked: string; readonly missing: MissingModel };

/** What the lists say of a bare name that nobody here has. */
export interface MissingModel {
  /** Nearest names that are listed, as they can be asked for. */
  readonly nearest: readonly string[];
  readonly lists: readonly {
    readonly provider: string;
    readonly name: string;
    /** How old the list was; undefined where there is none. */
    readonly ageMs?: number;
    readonly count: number;
    /** Why the last try failed. */
    readonly failure?: string;
  }[];
}

/** One exchange in flight. Stages write their own fields and nobody else's. */
export interface Exchange {
  /** Capture id: sorts by time, `c` and 20 characters of Crockford base 32, lower case. */
  readonly id: string;
  readonly receivedAt: number;
  /** `performance.now()` at acceptance: the zero of all offsets. */
  readonly startedAt: number;
  readonly configVersion: number;
  readonly request: ReceivedRequest;
  endpoint?: Endpoint;
  /** Parsed JSON body where the endpoint wants one; parsed once, by `receive`. */
  json?: unknown;
  askedModel?: string;
  /** Where the model's name stands in the body, in bytes, end exclusive; found by `receive` where the body is JSON. */
  modelSpan?: { readonly start: number; readonly end: number };
  /** The model that the request itself names, where a rule of the app's asks another in its place (`askedModel`). */
  namedModel?: string;
  /** The request as rules edited it on its way out; absent where none did. Its JSON is in `json`, its model in `modelSpan`. */
  edited?: {
    readonly rawHeaders: RawHeaders;
    /** Absent where the body is the client's own. */
    readonly body?: Buffer;
    /** Names (lower case) that rules wrote: they go along into any dialect. */
    readonly written: ReadonlySet<string>;
  };
  stream?: boolean;
  caller?: Caller;
  /** Where the caller's credential was found, for the explanation: header name or `?key=`. */
  credentialFrom?: string;
  userAsserted?: { readonly value: string; readonly from: string };
  /** Absent where the lists were not asked, or say what the built-in catalogue says. Kept, so that one exchange has one answer. */
  listed?: ListedAnswer;
  routeName?: string;
  /** What its limits showed when it was let through or refused, as headers of the answer; flat. */
  limitHeaders?: readonly string[];
  recording: Recording;
  steps: Step[];
  attempts: Attempt[];
  refusal?: Refusal;
  answer?: Answer;
  usage?: TokenUsage;
  /** Absent where it is not known, and for practice. */
  cost?: Cost;
  /** Absent where no cache is switched on for it. */
  cache?: CacheUse;
  verdict?: Verdict;
  /** Links a replay or a probe to the capture it came from. */
  origin?: {
    readonly kind: 'replay' | 'probe' | 'check' | 'import';
    readonly of?: string;
    /** A recorded answer was served again, so nothing was used. */
    readonly nothingSent?: boolean;
  };
  /** The recorder's own: where it stands among those that are not over. */
  runningPlace?: number;
}
