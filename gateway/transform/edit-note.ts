/** What an edit did, for the step: the rule, where it was set, before and after. */
import type { RuleOrigin } from '../exchange.ts';

export interface EditNote {
  readonly do: 'set' | 'default' | 'remove' | 'rename' | 'prefix' | 'redact';
  /** `header x-name`, a JSON pointer, or a pattern. */
  readonly at: string;
  /** As JSON, cut where it is long; absent where there was or is nothing, and where bodies are not recorded. */
  readonly before?: string;
  readonly after?: string;
  /** How often a pattern matched. */
  readonly count?: number;
  /** Why nothing was changed; absent where something was. */
  readonly unchanged?: string;
  readonly origin: RuleOrigin;
}

const SHOWN_CHARACTERS = 300;

export function shown(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
