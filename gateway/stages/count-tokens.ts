/**
 * Answers "how many tokens is this?" where the target's provider cannot: an estimate of the gateway's own, marked as one.
 * Pure, and sends nothing.
 */
import { adapterOf } from '../dialects/canonical/registry.ts';
import type { CanonicalRequest, Part } from '../dialects/canonical/request.ts';
import type { Dialect, Exchange } from '../exchange.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import { findPreset } from '../providers/presets.ts';
import { mainDialect } from '../providers/spoken-dialect.ts';
import { refuse, type StageOutcome } from './stage.ts';
import type { ChosenTarget } from './usable-target.ts';

/** Whose counting an endpoint asks for. */
const COUNTS = {
  'anthropic-count-tokens': 'anthropic-messages',
  'gemini-count-tokens': 'gemini-generate',
} as const satisfies Partial<Record<Dialect, string>>;

/** A picture at its largest (docs.claude.com/en/docs/build-with-claude/vision); its size is not looked at. */
const PICTURE_TOKENS = 1600;

export interface Counted {
  readonly outcome: StageOutcome;
  /** Undefined: refused. */
  readonly text?: string;
  readonly headers?: readonly string[];
}

/** Undefined where it is no such question, or one that the provider answers itself. */
export function countTokens(exchange: Exchange, target: ChosenTarget): Counted | undefined {
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
  const tokens = tokensOf(parsed.value);
  const value = dialect === 'anthropic-count-tokens' ? { input_tokens: tokens } : { totalTokens: tokens };
  return {
    outcome: {
      decision: 'answered',
      summary: `${provider.name} counts no tokens for ${asked}: estimated here as ${tokens}, within about a quarter for prose and code.`,
      rule: { name: 'tokens.estimate', origin: { from: 'default', name: 'estimate of tokens' }, value: tokens },
      input: { dialect },
      output: { tokens, estimate: true },
    },
    text: JSON.stringify(value),
    headers: ['x-keyward-estimate', 'tokens'],
  };
}

/** Gemini's question may hold a whole request under a name of its own (ai.google.dev/api/tokens). */
function questionOf(json: unknown): unknown {
  const inner = (json as { generateContentRequest?: unknown } | null)?.generateContentRequest;
  return inner ?? json;
}

function tokensOf({ messages, tools, responseFormat }: CanonicalRequest): number {
  let tokens = 0;
  // Each message is framed by a few tokens of its own.
  for (const { parts } of messages) tokens += 4 + sum(parts);
  for (const { name, description, parameters } of tools) {
    tokens += estimateTokens(JSON.stringify({ name, description, parameters }));
  }
  if (responseFormat?.type === 'json-schema') tokens += estimateTokens(JSON.stringify(responseFormat.schema));
  return tokens;
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((tokens, part) => tokens + tokensOfPart(part), 0);
}

function tokensOfPart(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return estimateTokens(part.text);
    case 'tool-call':
      return estimateTokens(part.name) + estimateTokens(part.argumentsText);
    case 'tool-result':
      return sum(part.content);
    case 'image':
      return PICTURE_TOKENS;
    case 'document':
    case 'audio':
      return part.source.kind === 'text' ? estimateTokens(part.source.text) : PICTURE_TOKENS;
    case 'opaque':
      return estimateTokens(JSON.stringify(part.value));
  }
}
