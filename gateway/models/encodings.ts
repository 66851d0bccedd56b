/**
 * Which of OpenAI's encodings a model reads, and what is published about the frame around its messages. Pure.
 * Source of the encodings: tiktoken/model.py (github.com/openai/tiktoken). o200k_harmony, which gpt-oss reads, cuts plain
 * text as o200k_base does; only its control tokens are more. Other makers publish a count over the network or nothing.
 */
export type Encoding = 'o200k_base' | 'cl100k_base';

export interface ModelEncoding {
  readonly encoding: Encoding;
  /**
   * The tokens around each message are published for this model, and were checked against the API's own count
   * (cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken). Of models that reason none are: for gpt-5 the same
   * rule was seen to be one token too high.
   */
  readonly framed: boolean;
  /** The name says for certain which model it is; elsewhere whoever set up the server or the deployment named it. */
  readonly certain: boolean;
}

/** Undefined where no tokenizer is known. `preset` is that of the provider that serves the model, null for one without. */
export function encodingOf(preset: string | null, model: string): ModelEncoding | undefined {
  const { name, maker } = parted(model);
  if (name === undefined) return undefined;
  const encoding = ENCODINGS.find(({ of }) => of.test(name))?.encoding;
  // Anybody may serve the open models; another maker's "gpt-4-…" is not OpenAI's.
  if (encoding === undefined || !(maker === '' || OPENAI.test(maker) || name.startsWith('gpt-oss-'))) return undefined;
  return { encoding, framed: FRAMED.test(name), certain: preset !== null && !NAMED_BY_OWNER.has(preset) };
}

/** More than any model's name is long. */
const LONGEST_NAME = 200;
const FAMILY = /(?:^|[/.])((?:ft:)?(?:chatgpt-4o|gpt-|o[134](?![a-z\d])|text-embedding-|davinci-002|babbage-002).*)$/;
const OPENAI = /(?:^|[/.])openai[/.]$/;

/** A model without what others put before it: `openai/gpt-4o`, `us.openai.gpt-oss-20b`, `accounts/x/models/gpt-oss-20b`. */
function parted(model: string): { readonly name?: string; readonly maker: string } {
  const lower = model.toLowerCase();
  const name = lower.length > LONGEST_NAME ? undefined : FAMILY.exec(lower)?.[1];
  return { name, maker: name === undefined ? '' : lower.slice(0, lower.length - name.length) };
}

const ENCODINGS: readonly { readonly of: RegExp; readonly encoding: Encoding }[] = [
  { of: /^(?:ft:)?(?:chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-5|gpt-oss-|o[13](?:-|$)|o4-mini)/, encoding: 'o200k_base' },
  { of: /^(?:ft:)?(?:gpt-4|gpt-3\.5|gpt-35-turbo)(?:[-:]|$)/, encoding: 'cl100k_base' },
  { of: /^(?:text-embedding-(?:ada-002|3-)|(?:ft:)?(?:davinci|babbage)-002)/, encoding: 'cl100k_base' },
];

const FRAMED =
  /^(?:gpt-4o(?:-mini)?(?:-20\d\d-\d\d-\d\d)?|gpt-4(?:-32k)?(?:-0314|-0613)?|gpt-3\.5-turbo(?:-0613|-1106|-0125)?)$/;

/** Presets whose models bear the name that their owner gave a deployment. */
const NAMED_BY_OWNER: ReadonlySet<string> = new Set(['azure-openai']);

/** Tokens around a message, for a name in it, and of the answer's beginning (the cookbook named above). */
export const FRAME = { message: 3, role: 1, name: 1, answer: 3 } as const;
