/** A Responses request as the canonical form. Source: platform.openai.com/docs/api-reference/responses/create. */
import type { RequestFacts } from '../canonical/adapter.ts';
import { isEffort } from '../canonical/effort.ts';
import {
  asBoolean,
  asNumber,
  asRecord,
  asRecords,
  asText,
  asTexts,
  defined,
  isRecord,
  nameOf,
  unknownFields,
} from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT, type Result } from '../canonical/losses.ts';
import type {
  CanonicalRequest,
  Fields,
  Message,
  OnlyHere,
  ReasoningWish,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../canonical/request.ts';
import { parseInput } from './parse-items.ts';

// biome-ignore format: one name after another
const KNOWN = new Set([
  'model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'text', 'temperature', 'top_p',
  'max_output_tokens', 'reasoning', 'user', 'safety_identifier', 'metadata', 'service_tier', 'stream', 'top_logprobs',
  'include',
]);
const LOGPROBS = 'message.output_text.logprobs';

export function parseRequest(body: unknown, facts: RequestFacts): Result<CanonicalRequest> {
  if (!isRecord(body)) return NOT_AN_OBJECT;
  const losses = createLosses();
  const instructions = asText(body.instructions);
  const first: Message[] = instructions
    ? [{ role: 'system', parts: [{ type: 'text', text: instructions }], at: 'instructions' }]
    : [];
  const text = asRecord(body.text);
  const include = asTexts(body.include);
  if (asText(body.safety_identifier) !== undefined && asText(body.user) !== undefined) {
    losses.add('dropped', 'user', 'The safety identifier stands for the user.');
  }
  const request: CanonicalRequest = {
    from: 'openai-responses',
    model: facts.model ?? asText(body.model),
    messages: [...first, ...parseInput(body.input, losses)],
    tools: asRecords(body.tools).map((tool, index) => parseTool(tool, index, losses)),
    toolChoice: parseChoice(body.tool_choice),
    parallelToolCalls: asBoolean(body.parallel_tool_calls),
    responseFormat: parseFormat(asRecord(text?.format)),
    sampling: defined({
      temperature: asNumber(body.temperature),
      topP: asNumber(body.top_p),
      logprobs: include.includes(LOGPROBS) ? true : undefined,
      topLogprobs: asNumber(body.top_logprobs),
    }),
    maxTokens: asNumber(body.max_output_tokens),
    reasoning: parseReasoningWish(asRecord(body.reasoning)),
    verbosity: asText(text?.verbosity),
    userId: asText(body.safety_identifier) ?? asText(body.user),
    metadata: asRecord(body.metadata),
    serviceTier: asText(body.service_tier),
    stream: facts.stream ?? body.stream === true,
    extra: collectExtra(body, include),
    onlyHere: findOnlyHere(body),
  };
  return losses.close(defined(request));
}

/** Defaults say nothing; encrypted reasoning is what translated answers carry anyway. */
function collectExtra(body: Record<string, unknown>, include: readonly string[]): Fields | undefined {
  const others = include.filter((name) => name !== LOGPROBS && name !== 'reasoning.encrypted_content');
  const extra = { ...unknownFields(body, KNOWN), ...(others.length > 0 ? { include: others } : {}) };
  const { store, truncation, background, ...rest } = extra as Record<string, unknown>;
  const said = defined({
    ...rest,
    store: store === undefined ? undefined : store,
    truncation: truncation === 'disabled' ? undefined : truncation,
    background: background === false ? undefined : background,
  });
  return Object.keys(said).length === 0 ? undefined : said;
}

const KNOWN_TOOL = new Set(['type', 'name', 'description', 'parameters', 'strict']);

function parseTool(tool: Record<string, unknown>, index: number, losses: Losses): ToolDefinition {
  if (tool.type !== 'function' && tool.type !== 'custom') {
    return { kind: 'builtin', name: asText(tool.name) ?? nameOf(tool.type), extra: tool };
  }
  const name = asText(tool.name) ?? '';
  if (name === '') losses.refuse(`tools[${index}].name`, 'A tool needs a name.');
  return defined({
    kind: tool.type as 'function' | 'custom',
    name,
    description: asText(tool.description),
    parameters: asRecord(tool.parameters),
    strict: asBoolean(tool.strict),
    extra: unknownFields(tool, KNOWN_TOOL),
  });
}

function parseChoice(value: unknown): ToolChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return { type: value };
  const choice = asRecord(value);
  if (!choice) return undefined;
  const name = asText(choice.name) ?? '';
  if (choice.type === 'function') return { type: 'tool', name };
  if (choice.type === 'custom') return { type: 'tool', name, kind: 'custom' };
  if (choice.type !== 'allowed_tools') return { type: 'builtin', value: choice };
  const names = asRecords(choice.tools).map((tool) => asText(tool.name) ?? '');
  return { type: 'allowed', names, required: choice.mode === 'required' };
}

function parseFormat(format: Record<string, unknown> | undefined): ResponseFormat | undefined {
  switch (format?.type) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return defined({
        type: 'json-schema' as const,
        schema: asRecord(format.schema) ?? {},
        name: asText(format.name),
        description: asText(format.description),
        strict: asBoolean(format.strict),
      });
    default:
      return undefined;
  }
}

const KNOWN_REASONING = new Set(['effort', 'summary', 'generate_summary']);

function parseReasoningWish(reasoning: Record<string, unknown> | undefined): ReasoningWish | undefined {
  if (!reasoning) return undefined;
  const effort = isEffort(reasoning.effort) ? reasoning.effort : undefined;
  const summary = asText(reasoning.summary) ?? asText(reasoning.generate_summary);
  const rest = unknownFields(reasoning, KNOWN_REASONING);
  if (effort === undefined && summary === undefined && rest === undefined) return undefined;
  return defined({
    mode: effort === 'none' ? ('off' as const) : effort === undefined ? ('adaptive' as const) : ('on' as const),
    effort,
    visible: summary === undefined ? undefined : true,
    extra: summary === undefined || summary === 'auto' ? rest : { ...rest, summary },
  });
}

/** What OpenAI keeps between requests is nowhere else: the answer would be to half a conversation. */
function findOnlyHere(body: Record<string, unknown>): OnlyHere[] {
  const found: OnlyHere[] = [];
  const kept = (param: string, what: string) =>
    found.push({
      param,
      why: `${what} is kept by OpenAI, and this model is another provider's; send the whole conversation in input.`,
    });
  if (body.store === true) {
    found.push({
      param: 'store',
      why: 'The answers to this app are not recorded here, so nothing can be kept; send "store": false, and the whole conversation each time.',
    });
  }
  if (asText(body.previous_response_id)) kept('previous_response_id', 'The earlier response');
  if (body.conversation !== undefined && body.conversation !== null) kept('conversation', 'The conversation');
  if (asRecord(body.prompt)) kept('prompt', 'The prompt template');
  if (body.background === true) {
    found.push({
      param: 'background',
      why: 'Answers in the background are made by OpenAI only; leave background out.',
    });
  }
  for (const [index, item] of asRecords(body.input).entries()) {
    if (item.type === 'item_reference') kept(`input[${index}]`, 'The item that is referred to');
  }
  return found;
}
