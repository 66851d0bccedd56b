/**
 * The inputs of language models on Replicate: each model has a schema of its own, and those of one maker are alike. Source:
 * replicate.com/MODEL/versions/…/api, *Input schema*, of openai/gpt-4o-mini, gpt-4.1-mini, o1, o4-mini and gpt-5-nano,
 * anthropic/claude-4-sonnet and claude-4.5-haiku, google/gemini-2.5-flash, meta/meta-llama-3.1-405b-instruct,
 * ibm-granite/granite-3.3-8b-instruct. An input that a model does not know is ignored (github.com/replicate/cog/pull/2943).
 */
import type { Sampling } from '../canonical/request.ts';

export interface InputFields {
  /** False: what is known of this model is its maker's or the field's common names, and no more. */
  readonly known: boolean;
  /** Absent: instructions stand before the prompt. */
  readonly system?: string;
  /** A list of chat messages in the place of a prompt. */
  readonly messages?: string;
  readonly maxTokens: string;
  readonly leastTokens?: number;
  readonly sampling: Readonly<Partial<Record<keyof Sampling, string>>>;
  /** One text, sequences parted by commas. */
  readonly stop?: string;
  readonly images?: { readonly name: string; readonly list: boolean };
  readonly effort?: string;
  readonly verbosity?: string;
  /** Claude's: a switch and a budget. Gemini's: a budget alone, 0 is none. */
  readonly thinkingSwitch?: string;
  readonly thinkingBudget?: string;
}

const PENALTIES = { frequencyPenalty: 'frequency_penalty', presencePenalty: 'presence_penalty' } as const;
const COMMON_SAMPLING = { temperature: 'temperature', topP: 'top_p', topK: 'top_k', ...PENALTIES } as const;

const COMMON: InputFields = {
  known: false,
  system: 'system_prompt',
  maxTokens: 'max_tokens',
  sampling: { ...COMMON_SAMPLING, seed: 'seed' },
  stop: 'stop_sequences',
};

const REASONING: InputFields = {
  known: true,
  system: 'system_prompt',
  maxTokens: 'max_completion_tokens',
  sampling: {},
  images: { name: 'image_input', list: true },
  effort: 'reasoning_effort',
};

const CLAUDE: InputFields = { known: true, system: 'system_prompt', maxTokens: 'max_tokens', sampling: {} };

const FAMILIES: readonly (readonly [RegExp, InputFields])[] = [
  [/^openai\/gpt-oss/, COMMON],
  [/^openai\/o1-mini/, { known: true, messages: 'messages', maxTokens: 'max_completion_tokens', sampling: {} }],
  [/^openai\/o[134]/, REASONING],
  [/^openai\/gpt-5/, { ...REASONING, messages: 'messages', verbosity: 'verbosity' }],
  [
    /^openai\/gpt-/,
    {
      known: true,
      system: 'system_prompt',
      messages: 'messages',
      maxTokens: 'max_completion_tokens',
      sampling: { temperature: 'temperature', topP: 'top_p', ...PENALTIES },
      images: { name: 'image_input', list: true },
    },
  ],
  [
    /^anthropic\/claude-(?:4|3\.7)-sonnet/,
    {
      ...CLAUDE,
      leastTokens: 1024,
      images: { name: 'image', list: false },
      thinkingSwitch: 'extended_thinking',
      thinkingBudget: 'thinking_budget_tokens',
    },
  ],
  [/^anthropic\//, CLAUDE],
  [
    /^google\/gemini/,
    {
      known: true,
      system: 'system_instruction',
      maxTokens: 'max_output_tokens',
      sampling: { temperature: 'temperature', topP: 'top_p' },
      images: { name: 'images', list: true },
      thinkingBudget: 'thinking_budget',
    },
  ],
  [/^meta\/(?:meta-)?llama/, { ...COMMON, known: true, sampling: COMMON_SAMPLING }],
  [/^ibm-granite\/granite-3\.3/, { ...COMMON, known: true, messages: 'messages' }],
];

/** By the model's name, its version left aside. */
export function inputFields(model: string): InputFields {
  const name = model.replace(/:.*$/, '').replace(/^deployments\//, '');
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? COMMON;
}
