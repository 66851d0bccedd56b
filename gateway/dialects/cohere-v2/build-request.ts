/** The canonical form as a chat v2 request. Source: docs.cohere.com/reference/chat. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { allowedTools, usableTools } from '../canonical/builtin-tools.ts';
import { budgetOfEffort } from '../canonical/effort.ts';
import { checkForeign, checkTarget, dropExtra, dropSampling } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ProviderDialect, ToolDefinition } from '../canonical/request.ts';
import { buildMessages } from './build-messages.ts';

const OWN: ProviderDialect = 'cohere-v2';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  if (request.sampling.topLogprobs !== undefined) dropSampling(request, ['topLogprobs'], OWN, losses);
  if (request.verbosity !== undefined)
    losses.add('dropped', 'verbosity', 'Cohere has no such parameter.', request.verbosity);
  // Who it is stays untold.
  if (request.userId !== undefined) losses.add('dropped', 'user', 'Cohere has no such field.');
  if (request.serviceTier !== undefined && request.serviceTier !== 'auto')
    losses.add('dropped', 'service_tier', 'Cohere has no such tier.', request.serviceTier);
  dropExtra(request.metadata, 'metadata', request.from, OWN, losses);
  const tools = allowedTools(request, usableTools(request, OWN, losses), losses);
  const { temperature, topP, topK, frequencyPenalty, presencePenalty, seed, logprobs } = request.sampling;
  const wire = defined({
    model: target.model,
    messages: buildMessages(request, losses),
    tools: nonEmpty(tools.map((tool, index) => buildTool(tool, index, request, losses))),
    tool_choice: buildChoice(request, tools, losses),
    strict_tools: tools.length > 0 && tools.every((tool) => tool.strict === true) ? true : undefined,
    response_format: buildFormat(request, tools, losses),
    max_tokens: request.maxTokens,
    stop_sequences: nonEmpty(buildStops(request, losses)),
    temperature: clamp('temperature', temperature, 0, 1, losses),
    p: clamp('top_p', topP, 0.01, 0.99, losses),
    k: clamp('top_k', topK, 0, 500, losses),
    frequency_penalty: clamp('frequency_penalty', frequencyPenalty, 0, 1, losses),
    presence_penalty: clamp('presence_penalty', presencePenalty, 0, 1, losses),
    seed: seed === undefined || seed < 0 ? undefined : seed,
    logprobs,
    thinking: buildThinking(request, target, losses),
    stream: request.stream,
  });
  if (seed !== undefined && seed < 0) losses.add('dropped', 'seed', "Cohere's seeds are not negative.", seed);
  return losses.close<Fields>(wire);
}

function clamp(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
  losses: Losses,
): number | undefined {
  if (value === undefined) return undefined;
  const kept = Math.min(most, Math.max(least, value));
  if (kept !== value) losses.add('clamped', name, `Cohere takes ${least} to ${most}.`, value, kept);
  return kept;
}

function buildStops(request: CanonicalRequest, losses: Losses): readonly string[] {
  const stops = request.stopSequences ?? [];
  if (stops.length > 5) losses.refuse('stop', 'Cohere takes at most 5 stop sequences.');
  return stops;
}

function buildTool(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields {
  const at = `tools[${index}]`;
  dropExtra(tool.extra, at, request.from, OWN, losses);
  if (tool.cache) losses.add('dropped', `${at}.cache_control`, 'Cohere keeps the beginnings of prompts by itself.');
  if (tool.kind === 'custom') {
    losses.add(
      'renamed',
      at,
      'A tool with free text becomes a function with one text; the answer is turned back.',
      tool.name,
    );
  }
  const parameters =
    tool.kind === 'custom'
      ? { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }
      : { type: 'object', ...(tool.parameters ?? { properties: {} }) };
  return { type: 'function', function: defined({ name: tool.name, description: tool.description, parameters }) };
}

function buildChoice(request: CanonicalRequest, tools: readonly ToolDefinition[], losses: Losses): string | undefined {
  const choice = request.toolChoice;
  if (request.parallelToolCalls === false && tools.length > 0) {
    losses.add('dropped', 'parallel_tool_calls', 'Cohere cannot forbid several calls at once.', false);
  }
  switch (choice?.type) {
    case 'required':
      return 'REQUIRED';
    case 'none':
      return tools.length > 0 ? 'NONE' : undefined;
    case 'allowed':
      return choice.required ? 'REQUIRED' : undefined;
    case 'tool':
      // One tool and the wish for a call come to the same.
      if (tools.length === 1 && tools[0]?.name === choice.name) return 'REQUIRED';
      losses.refuse('tool_choice', `Cohere cannot be made to call one tool among several; offer ${choice.name} alone.`);
      return undefined;
    default:
      return undefined;
  }
}

/** "not supported in combination with documents or tools" (reference, `response_format`). */
function buildFormat(request: CanonicalRequest, tools: readonly ToolDefinition[], losses: Losses): Fields | undefined {
  const format = request.responseFormat;
  if (format === undefined || format.type === 'text') return undefined;
  if (tools.length > 0) losses.refuse('response_format', 'Cohere cannot keep to JSON while tools are offered.');
  if (format.type !== 'json-schema') return { type: 'json_object' };
  if (format.name !== undefined)
    losses.add('dropped', 'response_format.json_schema.name', "Cohere's schemas have no name.", format.name);
  return { type: 'json_object', json_schema: format.schema };
}

function buildThinking(request: CanonicalRequest, target: TargetFacts, losses: Losses): Fields | undefined {
  const wish = request.reasoning;
  if (wish === undefined) return undefined;
  if (target.reasoning === false || (target.reasoning === undefined && !/reason|thinking/.test(target.model))) {
    if (wish.mode !== 'off') losses.add('dropped', 'reasoning', `${target.model} does not think.`, wish.effort);
    return undefined;
  }
  if (wish.mode === 'off' || wish.effort === 'none') return { type: 'disabled' };
  const budget = wish.budgetTokens ?? (wish.effort === undefined ? undefined : budgetOfEffort(wish.effort));
  if (wish.budgetTokens === undefined && budget !== undefined)
    losses.add('renamed', 'reasoning_effort', 'Cohere takes a budget of tokens.', wish.effort, budget);
  return defined({ type: 'enabled', token_budget: budget });
}
