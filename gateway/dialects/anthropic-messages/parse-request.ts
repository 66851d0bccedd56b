/** A messages request as the canonical form. Source: docs.claude.com/en/api/messages. */
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
  nonEmpty,
  unknownFields,
} from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT, type Result } from '../canonical/losses.ts';
import type {
  CanonicalRequest,
  OnlyHere,
  ReasoningWish,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../canonical/request.ts';
import { parseCache } from './parse-blocks.ts';
import { parseMessages } from './parse-messages.ts';

// biome-ignore format: one name after another
const KNOWN = new Set([
  'model', 'messages', 'system', 'max_tokens', 'tools', 'tool_choice', 'stop_sequences', 'temperature', 'top_p',
  'top_k', 'thinking', 'metadata', 'service_tier', 'stream', 'output_config',
]);

/** Refuses what is no request at all; keeps unknown fields. */
export function parseRequest(body: unknown, facts: RequestFacts): Result<CanonicalRequest> {
  if (!isRecord(body)) return NOT_AN_OBJECT;
  const losses = createLosses();
  const choice = asRecord(body.tool_choice);
  const noParallel = asBoolean(choice?.disable_parallel_tool_use);
  const output = asRecord(body.output_config);
  const outputExtra = output && unknownFields(output, new Set(['effort', 'format']));
  const extra = { ...unknownFields(body, KNOWN), ...(outputExtra ? { output_config: outputExtra } : {}) };
  const metadataExtra = unknownFields(asRecord(body.metadata) ?? {}, new Set(['user_id']));
  const request: CanonicalRequest = {
    from: 'anthropic-messages',
    model: facts.model ?? asText(body.model),
    messages: parseMessages(body, losses),
    tools: asRecords(body.tools).map((tool, index) => parseTool(tool, index, losses)),
    toolChoice: parseChoice(choice, losses),
    parallelToolCalls: noParallel === undefined ? undefined : !noParallel,
    responseFormat: parseFormat(output ?? body),
    stopSequences: nonEmpty(asTexts(body.stop_sequences)),
    sampling: defined({
      temperature: asNumber(body.temperature),
      topP: asNumber(body.top_p),
      topK: asNumber(body.top_k),
    }),
    maxTokens: asNumber(body.max_tokens),
    reasoning: parseThinking(asRecord(body.thinking), output?.effort),
    userId: asText(asRecord(body.metadata)?.user_id),
    metadata: metadataExtra,
    serviceTier: asText(body.service_tier),
    stream: facts.stream ?? body.stream === true,
    extra: Object.keys(extra).length === 0 ? undefined : extra,
    onlyHere: findOnlyHere(body),
  };
  return losses.close(defined(request));
}

const KNOWN_TOOL = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);

/** Tools without a type, or of type `custom`, are the caller's; every other type is Anthropic's own. */
function parseTool(tool: Record<string, unknown>, index: number, losses: Losses): ToolDefinition {
  const name = asText(tool.name) ?? '';
  if (typeof tool.type === 'string' && tool.type !== 'custom') {
    return { kind: 'builtin', name: name || tool.type, extra: tool };
  }
  if (name === '') losses.refuse(`tools[${index}].name`, 'A tool needs a name.');
  return defined({
    kind: 'function' as const,
    name,
    description: asText(tool.description),
    parameters: asRecord(tool.input_schema),
    strict: asBoolean(tool.strict),
    cache: parseCache(tool.cache_control),
    extra: unknownFields(tool, KNOWN_TOOL),
  });
}

function parseChoice(choice: Record<string, unknown> | undefined, losses: Losses): ToolChoice | undefined {
  switch (choice?.type) {
    case undefined:
      return undefined;
    case 'auto':
    case 'none':
      return { type: choice.type as 'auto' | 'none' };
    case 'any':
      return { type: 'required' };
    case 'tool':
      return { type: 'tool', name: asText(choice.name) ?? '' };
    default:
      losses.refuse('tool_choice.type', 'tool_choice.type must be auto, any, tool or none.');
      return undefined;
  }
}

/** `output_config.format`; the field stood at the top (`output_format`) while it was in beta. */
function parseFormat(holder: Record<string, unknown>): ResponseFormat | undefined {
  const format = asRecord(holder.format) ?? asRecord(holder.output_format);
  const schema = asRecord(format?.schema);
  return schema ? { type: 'json-schema', schema } : undefined;
}

function parseThinking(thinking: Record<string, unknown> | undefined, effort: unknown): ReasoningWish | undefined {
  if (thinking === undefined && !isEffort(effort)) return undefined;
  const display = asText(thinking?.display);
  const mode = thinking?.type === 'disabled' ? 'off' : thinking?.type === 'enabled' ? 'on' : 'adaptive';
  return defined({
    mode,
    effort: isEffort(effort) ? effort : undefined,
    budgetTokens: asNumber(thinking?.budget_tokens),
    visible: display === undefined ? undefined : display !== 'omitted',
    // An effort without a wish to think is a wish about the answer's length as well: Anthropic's own affair.
    extra:
      thinking === undefined
        ? { effortOnly: true }
        : unknownFields(thinking, new Set(['type', 'budget_tokens', 'display'])),
  } as const);
}

function findOnlyHere(body: Record<string, unknown>): OnlyHere[] {
  const found: OnlyHere[] = [];
  if (asRecords(body.mcp_servers).length > 0) {
    found.push({ param: 'mcp_servers', why: 'These MCP servers are called by Anthropic; the target cannot.' });
  }
  if (body.container !== undefined && body.container !== null) {
    found.push({ param: 'container', why: 'The container is kept by Anthropic; the target has none.' });
  }
  return found;
}
