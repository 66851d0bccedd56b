/**
 * How a provider differs from the dialect that it speaks, in the words of that dialect. Types only; which provider has
 * which is data (providers/wire-quirks.ts). Undefined is the dialect's common case.
 */
import type { Sampling } from './request.ts';

/** What a name or an id may look like. */
export interface NameRule {
  readonly maxLength: number;
  /** One allowed character. */
  readonly allowed: RegExp;
  /** Where the first character has a rule of its own. */
  readonly first?: RegExp;
  /** Neither longer nor shorter. */
  readonly exactly?: number;
}

/** Fields that some look-alike refuses or does nothing with. */
export type LackedField =
  | keyof Sampling
  | 'stop'
  | 'parallelToolCalls'
  | 'streamOptions'
  | 'user'
  | 'metadata'
  | 'serviceTier'
  | 'verbosity'
  | 'messageName'
  | 'strictTools';

/** How thinking is switched. `effort` is OpenAI's `reasoning_effort`, `none` no switch at all. */
export type ThinkingSwitch =
  | 'effort'
  | 'thinking.type'
  | 'enable_thinking'
  | 'reasoning'
  | 'reasoning.enabled'
  | 'chat_template_kwargs'
  | 'chat_template_args'
  | 'none';

export interface WireQuirks {
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  readonly seedField?: 'random_seed';
  /** False: instructions of a developer go as `system`. */
  readonly developerRole?: boolean;
  readonly lacks?: readonly LackedField[];
  /** The tool choices that are understood besides `auto`. */
  readonly choices?: readonly ('none' | 'required' | 'tool' | 'allowed')[];
  /** The formats of answers that are understood besides text. */
  readonly formats?: readonly ('json' | 'json-schema')[];
  /** False: tools that take free text go as functions with one text. */
  readonly customTools?: boolean;
  readonly temperature?: { readonly min?: number; readonly max?: number };
  readonly mostStops?: number;
  /** False: images as data only. */
  readonly imageUrls?: boolean;
  /** Instructions stand in one message before all others. */
  readonly systemFirst?: boolean;
  /** User and assistant take turns: neighbours of one role are joined. */
  readonly alternating?: boolean;
  /** The last message is the user's or a tool's: no beginning of an answer is taken. */
  readonly lastByUser?: boolean;
  /** Answers end after a few hundred tokens unless the request says how long they may be. */
  readonly shortByDefault?: boolean;
  /** Content that is text only goes as one text, not as a list. */
  readonly textAsString?: boolean;
  readonly callIds?: NameRule;
  readonly thinkingSwitch?: ThinkingSwitch;
  /** True: a whole answer cannot be thought about, so thinking is switched off outside streams. */
  readonly thinkingNeedsStream?: boolean;
  /** The member in which a model's own thinking goes back; `none` where it is refused. */
  readonly thinkingBack?: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'none';
  /** Members that are always sent, as answers cannot be read without them. */
  readonly always?: Readonly<Record<string, string | number | boolean>>;
}
