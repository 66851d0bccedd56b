/**
 * What providers of OpenAI's dialect take differently from OpenAI, as data. Sources: each one's API reference (`sources`
 * of data/providers.json); those that are not named take the form that every look-alike knows.
 */
import type { Preset } from './preset-schema.ts';

export interface WireQuirks {
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** False: instructions of a developer go as `system`. */
  readonly developerRole: boolean;
}

const LOOK_ALIKE: WireQuirks = { maxTokensField: 'max_tokens', developerRole: false };
/** `max_tokens` is deprecated at OpenAI and refused by its reasoning models. */
const OPENAI: WireQuirks = { maxTokensField: 'max_completion_tokens', developerRole: true };

const BY_PRESET: Readonly<Record<string, WireQuirks>> = {
  openai: OPENAI,
  'azure-openai': OPENAI,
  openrouter: { maxTokensField: 'max_tokens', developerRole: true },
  groq: { maxTokensField: 'max_completion_tokens', developerRole: false },
  cerebras: { maxTokensField: 'max_completion_tokens', developerRole: false },
};

export function wireQuirks(preset: Preset | undefined): WireQuirks {
  return BY_PRESET[preset?.id ?? ''] ?? LOOK_ALIKE;
}

/** Claude models from 4.6 on think as they see fit and take an effort (docs.claude.com/en/build-with-claude/adaptive-thinking). */
export function takesEffort(model: string): boolean {
  return /claude-(?:(?:opus|sonnet|haiku|mythos|fable)-)?(?:4-[6-9]|[5-9])(?:\D|$)/.test(model);
}
