/** A chat completion request as the canonical form. Source: platform.openai.com/docs/api-reference/chat/create. */
import type { RequestFacts } from '../canonical/adapter.ts';
import { isEffort } from '../canonical/effort.ts';
import {
  asBoolean,
  asNumber,
  asRecord,
  asText,
  asTexts,
  defined,
  isRecord,
  nameOf,
  nonEmpty,
  unknownFields,
} from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, OnlyHere, ReasoningWish, ResponseFormat, Sampling } from '../canonical/request.ts';
import { parseMessages } from './parse-messages.ts';
import { parseToolChoice, parseTools } from './parse-tools.ts';

// biome-ignore format: one name after another
const KNOWN = new Set([
  'model', 'messages', 'tools', 'functions', 'tool_choice', 'function_call', 'parallel_tool_calls', 'response_format',
  'stop', 'temperature', 'top_p', 'top_k', 'frequency_penalty', 'presence_penalty', 'seed', 'n', 'logprobs',
  'top_logprobs', 'max_tokens', 'max_completion_tokens', 'reasoning_effort', 'verbosity', 'user', 'safety_identifier',
  'metadata', 'service_tier', 'stream', 'stream_options',
]);

/** Refuses what is no request at all; keeps unknown fields. */
export function parseRequest(body: unknown, facts: RequestFacts): Result<CanonicalRequest> {
  if (!isRecord(body)) return NOT_AN_OBJECT;
  const losses = createLosses();
  const streamOptions = asRecord(body.stream_options) ?? {};
  const extra = {
    ...unknownFields(body, KNOWN),
    ...unknownFields({ stream_options: unknownFields(streamOptions, new Set(['include_usage'])) }, new Set()),
  };
  if (asText(body.safety_identifier) !== undefined && asText(body.user) !== undefined) {
    losses.add('dropped', 'user', 'The safety identifier stands for the user.');
  }
  const request: CanonicalRequest = {
    from: 'openai-chat',
    model: facts.model ?? asText(body.model),
    messages: parseMessages(body.messages, losses),
    tools: parseTools(body, losses),
    toolChoice: parseToolChoice(body, losses),
    parallelToolCalls: asBoolean(body.parallel_tool_calls),
    responseFormat: parseFormat(body.response_format, losses),
    stopSequences: typeof body.stop === 'string' ? [body.stop] : nonEmpty(asTexts(body.stop)),
    sampling: parseSampling(body),
    maxTokens: asNumber(body.max_completion_tokens) ?? asNumber(body.max_tokens),
    reasoning: parseEffort(body.reasoning_effort),
    verbosity: asText(body.verbosity),
    userId: asText(body.safety_identifier) ?? asText(body.user),
    metadata: asRecord(body.metadata),
    serviceTier: asText(body.service_tier),
    stream: facts.stream ?? body.stream === true,
    includeUsage: body.stream === true ? streamOptions.include_usage === true : undefined,
    extra: Object.keys(extra).length === 0 ? undefined : extra,
    onlyHere: findOnlyHere(body),
  };
  return losses.close(defined(request));
}

function parseSampling(body: Record<string, unknown>): Sampling {
  return defined({
    temperature: asNumber(body.temperature),
    topP: asNumber(body.top_p),
    topK: asNumber(body.top_k),
    frequencyPenalty: asNumber(body.frequency_penalty),
    presencePenalty: asNumber(body.presence_penalty),
    seed: asNumber(body.seed),
    n: asNumber(body.n),
    logprobs: asBoolean(body.logprobs),
    topLogprobs: asNumber(body.top_logprobs),
  });
}

function parseEffort(value: unknown): ReasoningWish | undefined {
  if (!isEffort(value)) return undefined;
  return { mode: value === 'none' ? 'off' : 'on', effort: value };
}

function parseFormat(value: unknown, losses: Losses): ResponseFormat | undefined {
  const format = asRecord(value);
  switch (format?.type) {
    case undefined:
      return undefined;
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const wish = asRecord(format.json_schema) ?? {};
      const schema = asRecord(wish.schema);
      if (!schema)
        losses.refuse('response_format.json_schema.schema', 'A JSON schema response format needs its schema.');
      return defined({
        type: 'json-schema' as const,
        schema: schema ?? {},
        name: asText(wish.name),
        description: asText(wish.description),
        strict: asBoolean(wish.strict),
      });
    }
    default:
      losses.refuse(
        'response_format.type',
        `${nameOf(format?.type)} is no response format; use text, json_object or json_schema.`,
      );
      return undefined;
  }
}

/** Wishes whose loss would change what comes back. */
function findOnlyHere(body: Record<string, unknown>): OnlyHere[] {
  const found: OnlyHere[] = [];
  if (asTexts(body.modalities).includes('audio')) {
    found.push({ param: 'modalities', why: 'Spoken answers exist in OpenAI chat completions only.' });
  }
  if (asRecord(body.web_search_options)) {
    found.push({
      param: 'web_search_options',
      why: 'This web search is run by OpenAI; the target has none of its kind.',
    });
  }
  return found;
}
