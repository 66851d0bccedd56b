/**
 * What a request can wish of Ollama that its OpenAI form has no field for, and drops without a word: members of `/api/chat`
 * and `/api/embed`, and options of the model. Sources: github.com/ollama/ollama, `ChatRequest`, `EmbedRequest`, `Options` and
 * `Runner` of api/types.go, against `ChatCompletionRequest` and `EmbedRequest` of openai/openai.go. A caller of any dialect
 * writes them at the top of its body, as Ollama spells them. Pure.
 */
import { isRecord } from '../canonical/json.ts';
import type { CanonicalRequest, Fields } from '../canonical/request.ts';

type Kind = 'number' | 'boolean';

/** Members of the request itself, and what they look like; anything else under these names is none of Ollama's. */
const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  options: isRecord,
  // Seconds, or a duration in Go's spelling ("10m"); negative is for ever.
  keep_alive: (value) => typeof value === 'number' || typeof value === 'string',
  think: (value) => typeof value === 'boolean' || typeof value === 'string',
  truncate: (value) => typeof value === 'boolean',
  shift: (value) => typeof value === 'boolean',
};

/** Of embeddings (`EmbedRequest`). */
const EMBED_MEMBERS: ReadonlySet<string> = new Set(['options', 'keep_alive', 'truncate']);

/** Options that the OpenAI form does not carry; LiteLLM's and LangChain's users write them beside the model's name. */
const OPTIONS: Readonly<Record<string, Kind>> = {
  num_ctx: 'number',
  num_keep: 'number',
  num_predict: 'number',
  top_k: 'number',
  min_p: 'number',
  typical_p: 'number',
  repeat_last_n: 'number',
  repeat_penalty: 'number',
  num_batch: 'number',
  num_gpu: 'number',
  main_gpu: 'number',
  num_thread: 'number',
  draft_num_predict: 'number',
  use_mmap: 'boolean',
  // Of older versions; newer ones pass over what they no longer know.
  mirostat: 'number',
  mirostat_eta: 'number',
  mirostat_tau: 'number',
  tfs_z: 'number',
  penalize_newline: 'boolean',
};

/** `top_k` is Anthropic's own field, and Ollama's form of its API carries it (anthropic/anthropic.go). */
function carriedElsewhere(name: string, dialect: string): boolean {
  return name === 'top_k' && dialect === 'anthropic-messages';
}

/** The member of a request's body that only Ollama's own form carries, as a JSON pointer; undefined where there is none. */
export function nativeWish(body: unknown, dialect: string): string | undefined {
  if (!isRecord(body)) return undefined;
  const found = Object.keys(body).find((name) => isWish(name, body[name]) && !carriedElsewhere(name, dialect));
  return found && `/${found}`;
}

/** The same of a request for embeddings. */
export function nativeEmbedWish(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const found = Object.keys(body).find((name) => isEmbedWish(name, body[name]));
  return found && `/${found}`;
}

export function isEmbedWish(name: string, value: unknown): boolean {
  return EMBED_MEMBERS.has(name) && MEMBERS[name]?.(value) === true;
}

function isWish(name: string, value: unknown): boolean {
  return MEMBERS[name]?.(value) ?? (OPTIONS[name] !== undefined && typeof value === OPTIONS[name]);
}

export interface Wishes {
  /** `keep_alive`, `think`, `truncate`, `shift`. */
  readonly members: Fields;
  /** The `options` object as it was given. */
  readonly options: Fields;
  /** Options that stood at the top of the body. */
  readonly loose: Fields;
  /** Fields that are no wishes of Ollama's. */
  readonly rest: Fields | undefined;
}

/** Sorts a request's unknown fields. */
export function takeWishes({ extra }: CanonicalRequest): Wishes {
  const members: Record<string, unknown> = {};
  const loose: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  let options: Fields = {};
  for (const [name, value] of Object.entries(extra ?? {})) {
    if (!isWish(name, value)) rest[name] = value;
    else if (name === 'options') options = value as Fields;
    else if (name in MEMBERS) members[name] = value;
    else loose[name] = value;
  }
  return { members, options, loose, rest: Object.keys(rest).length > 0 ? rest : undefined };
}
