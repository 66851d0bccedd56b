/** The canonical form as a messages request. Source: docs.claude.com/en/api/messages. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { allowedTools, usableTools } from '../canonical/builtin-tools.ts';
import { checkForeign, checkTarget, dropExtra, dropSampling } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ToolDefinition, TranslatedDialect } from '../canonical/request.ts';
import { restrictSchema } from '../canonical/restrict-schema.ts';
import { buildMessages } from './build-messages.ts';
import { buildThinking } from './build-thinking.ts';

const OWN: TranslatedDialect = 'anthropic-messages';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  const own = request.from === OWN;
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  if (request.sampling.logprobs) losses.refuse('logprobs', 'Anthropic gives no log probabilities.');
  dropSampling(request, ['frequencyPenalty', 'presencePenalty', 'seed', 'topLogprobs'], OWN, losses);
  for (const stop of request.stopSequences ?? []) {
    if (stop.trim() === '') losses.refuse('stop', 'Anthropic takes no stop sequence of white space only.');
  }
  if (request.verbosity !== undefined)
    losses.add('dropped', 'verbosity', 'Anthropic has no such parameter.', request.verbosity);
  const thinking = buildThinking(request, target, losses);
  const { system, messages } = buildMessages(request, { from: request.from, losses, answer: false });
  const tools = allowedTools(request, usableTools(request, OWN, losses), losses);
  const wire = defined({
    model: target.model,
    max_tokens: thinking.maxTokens,
    system: withJsonWish(system, request, losses),
    messages,
    tools: nonEmpty(tools.map((tool, index) => buildTool(tool, index, request, losses))),
    tool_choice: tools.length > 0 || own ? buildChoice(request) : undefined,
    stop_sequences: nonEmpty(request.stopSequences ?? []),
    ...buildSampling(request, thinking.on && !own, losses),
    thinking: thinking.thinking,
    metadata: buildMetadata(request, losses),
    service_tier: buildTier(request, losses),
    stream: request.stream ? true : undefined,
    ...(own ? request.extra : {}),
    output_config: buildOutput(request, thinking.effort, losses),
  });
  return losses.close<Fields>(wire);
}

/** Anthropic's temperature ends at 1, OpenAI's and Gemini's at 2. */
function buildSampling(request: CanonicalRequest, thinking: boolean, losses: Losses): Fields {
  const { temperature, topP, topK } = request.sampling;
  if (thinking) {
    if (temperature !== undefined) losses.add('dropped', 'temperature', 'It does not go with thinking.', temperature);
    if (topK !== undefined) losses.add('dropped', 'top_k', 'It does not go with thinking.', topK);
    const kept = topP === undefined ? undefined : Math.max(topP, 0.95);
    if (kept !== topP) losses.add('clamped', 'top_p', 'With thinking it is at least 0.95.', topP, kept);
    return defined({ top_p: kept });
  }
  const clamped = temperature === undefined ? undefined : Math.min(temperature, 1);
  if (clamped !== temperature)
    losses.add('clamped', 'temperature', "Anthropic's temperature ends at 1.", temperature, clamped);
  return defined({ temperature: clamped, top_p: topP, top_k: topK });
}

function buildTool(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields {
  const at = `tools[${index}]`;
  if (tool.kind === 'builtin') return tool.extra ?? {};
  const rest = dropExtra(tool.extra, at, request.from, OWN, losses);
  const about = { name: tool.name, description: tool.description };
  const cache_control = tool.cache ? defined({ type: 'ephemeral', ttl: tool.cache.ttl }) : undefined;
  if (tool.kind === 'custom') {
    losses.add(
      'renamed',
      at,
      'A tool with free text becomes a function with one text; the answer is turned back.',
      tool.name,
    );
    const input_schema = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    return defined({ ...about, input_schema, cache_control });
  }
  const strict = request.from === OWN ? tool.strict : tool.strict === true ? true : undefined;
  const schema: Fields = { type: 'object', ...(tool.parameters ?? { properties: {} }) };
  const input_schema = strict && request.from !== OWN ? restrictSchema(schema, `${at}.parameters`, losses) : schema;
  return defined({ ...about, input_schema, strict, cache_control, ...rest });
}

function buildChoice(request: CanonicalRequest): Fields | undefined {
  const choice = request.toolChoice;
  const parallel = request.parallelToolCalls;
  const single = parallel === undefined ? {} : { disable_parallel_tool_use: !parallel };
  switch (choice?.type) {
    case undefined:
      return parallel === false ? { type: 'auto', ...single } : undefined;
    case 'none':
      return { type: 'none' };
    case 'required':
      return { type: 'any', ...single };
    case 'tool':
      return { type: 'tool', name: choice.name, ...single };
    case 'allowed':
      return { type: choice.required ? 'any' : 'auto', ...single };
    default:
      return { type: 'auto', ...single };
  }
}

function buildOutput(request: CanonicalRequest, effort: string | undefined, losses: Losses): Fields | undefined {
  const own = request.from === OWN;
  const format = request.responseFormat;
  const given = own ? (request.extra?.output_config as Fields | undefined) : undefined;
  if (format?.type !== 'json-schema') return effort === undefined ? given : { ...given, effort };
  if (format.name !== undefined)
    losses.add('dropped', 'response_format.json_schema.name', "Anthropic's formats have no name.", format.name);
  const schema = own ? format.schema : restrictSchema(format.schema, 'response_format.json_schema.schema', losses);
  return defined({ ...given, effort, format: { type: 'json_schema', schema } });
}

/** Any JSON without a schema is no format of Anthropic's; saying so is what is left. */
function withJsonWish(system: Fields[] | undefined, request: CanonicalRequest, losses: Losses): Fields[] | undefined {
  if (request.responseFormat?.type !== 'json') return system;
  losses.add('renamed', 'response_format', 'Anthropic has no free JSON format; the system prompt asks for it.');
  return [...(system ?? []), { type: 'text', text: 'Answer with one JSON object and nothing else.' }];
}

function buildMetadata(request: CanonicalRequest, losses: Losses): Fields | undefined {
  if (request.from !== OWN) {
    dropExtra(request.metadata, 'metadata', request.from, OWN, losses);
    if (request.userId !== undefined) losses.add('renamed', 'user', 'The user stands in metadata.user_id.');
  }
  const rest = request.from === OWN ? request.metadata : undefined;
  return request.userId === undefined && rest === undefined ? undefined : defined({ ...rest, user_id: request.userId });
}

function buildTier(request: CanonicalRequest, losses: Losses): string | undefined {
  const tier = request.serviceTier;
  if (tier === undefined || request.from === OWN || tier === 'auto') return tier;
  if (tier === 'default' || tier.toLowerCase() === 'standard') return 'standard_only';
  losses.add('dropped', 'service_tier', 'Anthropic has no such tier.', tier);
  return undefined;
}
