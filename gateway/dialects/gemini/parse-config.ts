/** `generationConfig`, tools and tool choice. Source: ai.google.dev/api/generate-content#generationconfig. */
import {
  asBoolean,
  asNumber,
  asRecord,
  asRecords,
  asText,
  asTexts,
  defined,
  unknownFields,
} from '../canonical/json.ts';
import type {
  Fields,
  ReasoningWish,
  ResponseFormat,
  Sampling,
  ToolChoice,
  ToolDefinition,
} from '../canonical/request.ts';
import { bothSpellings, member } from './member.ts';
import { fromGeminiSchema } from './schema.ts';

type Json = Record<string, unknown>;

export function parseSampling(config: Json | undefined): Sampling {
  return defined({
    temperature: asNumber(config?.temperature),
    topP: asNumber(member(config, 'topP')),
    topK: asNumber(member(config, 'topK')),
    frequencyPenalty: asNumber(member(config, 'frequencyPenalty')),
    presencePenalty: asNumber(member(config, 'presencePenalty')),
    seed: asNumber(config?.seed),
    n: asNumber(member(config, 'candidateCount')),
    logprobs: asBoolean(member(config, 'responseLogprobs')),
    topLogprobs: asNumber(config?.logprobs),
  });
}

export function parseFormat(config: Json | undefined): ResponseFormat | undefined {
  const type = asText(member(config, 'responseMimeType'));
  const json = asRecord(member(config, 'responseJsonSchema'));
  const own = asRecord(member(config, 'responseSchema'));
  if (json ?? own) return { type: 'json-schema', schema: json ?? fromGeminiSchema(own ?? {}) };
  if (type === 'application/json') return { type: 'json' };
  return type === 'text/plain' ? { type: 'text' } : undefined;
}

const LEVELS = new Set(['minimal', 'low', 'medium', 'high']);
const KNOWN_THINKING = bothSpellings(['includeThoughts', 'thinkingBudget', 'thinkingLevel']);

/** A budget of 0 is none, of -1 as much as the model sees fit (ai.google.dev/gemini-api/docs/thinking). */
export function parseThinking(config: Json | undefined): ReasoningWish | undefined {
  const thinking = asRecord(member(config, 'thinkingConfig'));
  if (!thinking) return undefined;
  const budget = asNumber(member(thinking, 'thinkingBudget'));
  const level = asText(member(thinking, 'thinkingLevel'))?.toLowerCase();
  const effort =
    level !== undefined && LEVELS.has(level) ? (level as 'minimal' | 'low' | 'medium' | 'high') : undefined;
  return defined({
    mode:
      budget === 0
        ? ('off' as const)
        : budget === -1 || (budget === undefined && !effort)
          ? ('adaptive' as const)
          : ('on' as const),
    effort,
    budgetTokens: budget !== undefined && budget > 0 ? budget : undefined,
    visible: asBoolean(member(thinking, 'includeThoughts')),
    extra: unknownFields(thinking, KNOWN_THINKING),
  });
}

const KNOWN_FUNCTION = bothSpellings(['name', 'description', 'parameters', 'parametersJsonSchema']);
const KNOWN_TOOL = bothSpellings(['functionDeclarations']);

/** Each declared function is a tool; every other member of an entry is a tool of Google's own. */
export function parseTools(value: unknown): ToolDefinition[] {
  return asRecords(value).flatMap((entry) => {
    const declared = asRecords(member(entry, 'functionDeclarations')).map((item): ToolDefinition => {
      const own = asRecord(item.parameters);
      return defined({
        kind: 'function' as const,
        name: asText(item.name) ?? '',
        description: asText(item.description),
        parameters: asRecord(member(item, 'parametersJsonSchema')) ?? (own && fromGeminiSchema(own)),
        extra: unknownFields(item, KNOWN_FUNCTION),
      });
    });
    const builtin = Object.entries(unknownFields(entry, KNOWN_TOOL) ?? {}).map(
      ([name, body]): ToolDefinition => ({ kind: 'builtin', name, extra: { [name]: body } }),
    );
    return [...declared, ...builtin];
  });
}

export function parseChoice(toolConfig: Json | undefined): ToolChoice | undefined {
  const calling = asRecord(member(toolConfig, 'functionCallingConfig'));
  const names = asTexts(member(calling, 'allowedFunctionNames'));
  const [first] = names;
  switch (asText(calling?.mode)?.toUpperCase()) {
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      if (names.length === 1 && first !== undefined) return { type: 'tool', name: first };
      return names.length > 1 ? { type: 'allowed', names, required: true } : { type: 'required' };
    case 'AUTO':
    case 'VALIDATED':
      return names.length > 0 ? { type: 'allowed', names, required: false } : { type: 'auto' };
    default:
      return undefined;
  }
}

/** What is left of `toolConfig`, for its own dialect. */
export function restOfToolConfig(toolConfig: Json | undefined): Fields | undefined {
  return toolConfig && unknownFields(toolConfig, bothSpellings(['functionCallingConfig']));
}
