/**
 * The canonical request: what a caller asked, free of any dialect's spelling. Each parser makes one, each builder reads
 * one. Types only. What a dialect carries and this form does not know stays in `extra` of the thing that carried it, and
 * is written back by that dialect's builder; other builders list it as lost.
 */
import type { Dialect } from '../../exchange.ts';

/** The dialects that are translated into one another: callers ask in them, and providers answer in them. */
export type TranslatedDialect = Extract<
  Dialect,
  'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini-generate'
>;

/** Those, and the dialects that only providers speak: requests are built in them and answers read. */
export type ProviderDialect =
  | TranslatedDialect
  | Extract<Dialect, 'bedrock-converse' | 'cohere-v2' | 'watsonx-chat' | 'ollama-chat' | 'replicate-predictions'>;

/** Those, and the dialects that only callers speak. */
export type CallerDialect = TranslatedDialect | Extract<Dialect, 'openai-completions'>;

export type Fields = Readonly<Record<string, unknown>>;

/** A mark after which the provider may keep the prompt so far. `ttl` in the provider's own word (`5m`, `1h`). */
export interface CacheMark {
  readonly ttl?: string;
}

export type MediaSource =
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  | { readonly kind: 'base64'; readonly data: string; readonly mediaType: string }
  | { readonly kind: 'text'; readonly text: string; readonly mediaType: string }
  /** An id in the storage of the provider whose dialect this is; nobody else can read it. */
  | { readonly kind: 'file'; readonly id: string; readonly mediaType?: string };

interface PartBase {
  readonly cache?: CacheMark;
  readonly extra?: Fields;
}

export interface Citation {
  readonly url?: string;
  readonly title?: string;
  readonly citedText?: string;
  /** Characters of the part's text that the citation backs. */
  readonly startIndex?: number;
  readonly endIndex?: number;
  /** The dialect it came in and the whole of it there. */
  readonly from: ProviderDialect;
  readonly value: Fields;
}

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
}

export interface MediaPart extends PartBase {
  readonly type: 'image' | 'audio' | 'document';
  readonly source: MediaSource;
  /** OpenAI's resolution of images: `low`, `high`, `auto`. */
  readonly detail?: string;
  readonly title?: string;
  readonly context?: string;
  readonly citable?: boolean;
}

export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments as the model wrote it (perhaps broken); for `custom` the plain input. */
  readonly argumentsText: string;
  readonly kind: 'function' | 'custom';
}

export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  readonly callId: string;
  /** The tool's name, where the dialect says it or the call stands earlier in the conversation. */
  readonly name?: string;
  readonly content: readonly Part[];
  readonly isError?: boolean;
  readonly kind?: 'function' | 'custom';
}

/**
 * A piece of the model's thinking. `signature` proves it to the dialect `from`, `redacted` is thinking that only that
 * dialect can read. An empty text with a signature belongs to the part that follows it (Gemini signs calls and texts).
 */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  readonly text: string;
  readonly from: ProviderDialect;
  readonly signature?: string;
  readonly redacted?: string;
  readonly id?: string;
}

export interface RefusalPart extends PartBase {
  readonly type: 'refusal';
  readonly text: string;
}

/** A block that means something in one dialect only (server-side tools and the like), kept whole. */
export interface OpaquePart extends PartBase {
  readonly type: 'opaque';
  readonly from: ProviderDialect;
  readonly name: string;
  readonly value: Fields;
}

export type Part = TextPart | MediaPart | ToolCallPart | ToolResultPart | ReasoningPart | RefusalPart | OpaquePart;

export interface Message {
  /** `tool` holds tool results only. */
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly parts: readonly Part[];
  readonly name?: string;
  /** Where it stands in the caller's request (`messages[3]`), for the ledger. */
  readonly at: string;
  readonly extra?: Fields;
}

export interface ToolDefinition extends PartBase {
  /** `builtin`: run by the provider of the dialect it came in; `extra` is the whole of it. */
  readonly kind: 'function' | 'custom' | 'builtin';
  readonly name: string;
  readonly description?: string;
  /** JSON schema of the arguments. */
  readonly parameters?: Fields;
  readonly strict?: boolean;
}

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string; readonly kind?: 'function' | 'custom' }
  | { readonly type: 'allowed'; readonly names: readonly string[]; readonly required: boolean }
  /** A provider's own tool, forced. */
  | { readonly type: 'builtin'; readonly value: unknown };

export type ResponseFormat =
  | { readonly type: 'text' | 'json' }
  | {
      readonly type: 'json-schema';
      readonly schema: Fields;
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };

export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly n?: number;
  readonly logprobs?: boolean;
  readonly topLogprobs?: number;
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** How much the model may think. `adaptive`: as much as it sees fit. */
export interface ReasoningWish {
  readonly mode: 'off' | 'on' | 'adaptive';
  readonly effort?: Effort;
  readonly budgetTokens?: number;
  /** Whether the thinking is to be seen in the answer. Undefined leaves it to the provider. */
  readonly visible?: boolean;
  readonly extra?: Fields;
}

/** Something that only the caller's own dialect can do, and without which the request would mean something else. */
export interface OnlyHere {
  readonly param: string;
  readonly why: string;
}

export interface CanonicalRequest {
  readonly from: TranslatedDialect;
  readonly model?: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  readonly stopSequences?: readonly string[];
  readonly sampling: Sampling;
  readonly maxTokens?: number;
  readonly reasoning?: ReasoningWish;
  readonly verbosity?: string;
  readonly userId?: string;
  readonly metadata?: Fields;
  /** In the caller's word; builders know which words mean the same. */
  readonly serviceTier?: string;
  readonly stream: boolean;
  /** Whether the stream is to end with the usage; undefined where the dialect has no such switch. */
  readonly includeUsage?: boolean;
  readonly extra?: Fields;
  readonly onlyHere: readonly OnlyHere[];
}
