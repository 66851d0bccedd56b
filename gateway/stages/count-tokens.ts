/**
 * Answers "how many tokens is this?" where the target's provider cannot: counted here by the model's own tokenizer where
 * there is one, and whatever is not exact marked as an estimate. Sends nothing; a replay counts the same.
 */
import { adapterOf } from '../dialects/canonical/registry.ts';
import type { Dialect, Exchange } from '../exchange.ts';
import { canCount, countRequest, estimateRequest, type RequestTokens } from '../models/request-tokens.ts';
import type { CountTexts } from '../models/token-counter.ts';
import { findPreset } from '../providers/presets.ts';
import { mainDialect } from '../providers/spoken-dialect.ts';
import { refuse, type StageOutcome } from './stage.ts';
import type { ChosenTarget } from './usable-target.ts';

/** Whose counting an endpoint asks for. */
const COUNTS = {
  'anthropic-count-tokens': 'anthropic-messages',
  'gemini-count-tokens': 'gemini-generate',
} as const satisfies Partial<Record<Dialect, string>>;

export interface Counted {
  readonly outcome: StageOutcome;
  /** Undefined: refused. */
  readonly text?: string;
  readonly headers?: readonly string[];
}

/**
 * Undefined where it is no such question, or one that the provider answers itself. A promise only where a tokenizer is
 * asked; without `count`, all is estimated.
 */
export function countTokens(
  exchange: Exchange,
  target: ChosenTarget,
  count: CountTexts | undefined,
): Counted | Promise<Counted> | undefined {
  const dialect = exchange.endpoint?.dialect;
  if (dialect !== 'anthropic-count-tokens' && dialect !== 'gemini-count-tokens') return undefined;
  const { provider } = target;
  const asked = COUNTS[dialect];
  if (!provider || mainDialect(provider, findPreset(provider.preset)) === asked) return undefined;
  const parsed = adapterOf(asked).parseRequest(questionOf(exchange.json), { model: exchange.askedModel });
  if (parsed.refused !== undefined) {
    const { message, param } = parsed.refused;
    return { outcome: refuse({ cause: 'bad_request_parameter', message, param }) };
  }
  const request = parsed.value;
  const answer = (tokens: RequestTokens) => answered(dialect, asked, provider.name, tokens);
  const model = { preset: provider.preset, model: target.model ?? exchange.askedModel ?? '' };
  if (!count || !canCount(model)) return answer(estimateRequest(request));
  return countRequest(request, model, count).then((counted) => answer(counted ?? estimateRequest(request)));
}

function answered(dialect: keyof typeof COUNTS, asked: string, provider: string, counted: RequestTokens): Counted {
  const { tokens, exact, encoding } = counted;
  const value = dialect === 'anthropic-count-tokens' ? { input_tokens: tokens } : { totalTokens: tokens };
  return {
    outcome: {
      decision: 'answered',
      summary: `${provider} counts no tokens for ${asked}: ${inWords(counted)}.`,
      rule: exact
        ? { name: 'tokens.count', origin: { from: 'default', name: 'tokenizer' }, value: tokens }
        : { name: 'tokens.estimate', origin: { from: 'default', name: 'estimate of tokens' }, value: tokens },
      input: { dialect },
      output: { tokens, estimate: !exact, ...(encoding === undefined ? {} : { encoding }) },
    },
    text: JSON.stringify(value),
    headers: exact ? [] : ['x-keyward-estimate', 'tokens'],
  };
}

function inWords({ tokens, exact, encoding, guessed }: RequestTokens): string {
  if (exact) return `counted here as ${tokens}, exactly, with the model’s own tokenizer (${encoding})`;
  if (encoding === undefined) return `estimated here as ${tokens}, within about a quarter for prose and code`;
  return `estimated here as ${tokens}, its texts counted with ${encoding}; not known exactly: ${guessed.join(', ')}`;
}

/** Gemini's question may hold a whole request under a name of its own (ai.google.dev/api/tokens). */
function questionOf(json: unknown): unknown {
  const inner = (json as { generateContentRequest?: unknown } | null)?.generateContentRequest;
  return inner ?? json;
}
