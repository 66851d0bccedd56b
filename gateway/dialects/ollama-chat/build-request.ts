/**
 * The canonical form as a request to `/api/chat`. Source: github.com/ollama/ollama, docs/api.md (*Generate a chat completion*),
 * `ChatRequest`, `Options` and `ThinkValue` of api/types.go.
 */
import type { TargetFacts } from '../canonical/adapter.ts';
import { allowedTools, usableTools } from '../canonical/builtin-tools.ts';
import { effortOf } from '../canonical/effort.ts';
import { checkForeign, checkTarget, dropExtra } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Effort, Fields, ProviderDialect, ToolDefinition } from '../canonical/request.ts';
import { buildMessages } from './build-messages.ts';
import { askedForCall, forcedTool, schemaOf } from './forced-call.ts';
import { takeWishes, type Wishes } from './wishes.ts';

const OWN: ProviderDialect = 'ollama-chat';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  const wishes = takeWishes(request);
  checkForeign({ ...request, extra: wishes.rest }, OWN, losses);
  checkTarget(request, target, losses);
  if (request.verbosity !== undefined)
    losses.add('dropped', 'verbosity', 'Ollama has no such parameter.', request.verbosity);
  // Who it is stays untold.
  if (request.userId !== undefined) losses.add('dropped', 'user', 'Ollama has no such field.');
  if (request.serviceTier !== undefined && request.serviceTier !== 'auto')
    losses.add('dropped', 'service_tier', 'Ollama has no such tier.', request.serviceTier);
  dropExtra(request.metadata, 'metadata', request.from, OWN, losses);
  const { logprobs } = request.sampling;
  const forced = forcedTool(request);
  if (forced) noteForced(forced, request, losses);
  const { think, ...members } = wishes.members;
  const wire = defined({
    model: target.model,
    messages: buildMessages(forced ? askedForCall(request, forced) : request, losses),
    tools: forced
      ? undefined
      : nonEmpty(offeredTools(request, losses).map((tool, index) => buildTool(tool, index, request, losses))),
    format: forced ? schemaOf(forced) : buildFormat(request, losses),
    think: buildThink(request, target, think, losses),
    options: buildOptions(request, wishes, losses),
    logprobs,
    top_logprobs: buildTopLogprobs(request, losses),
    ...members,
    // Where it is left out, a stream comes.
    stream: request.stream,
  });
  return losses.close<Fields>(wire);
}

function noteForced(forced: ToolDefinition, request: CanonicalRequest, losses: Losses): void {
  usableTools(request, OWN, losses);
  const why =
    'Ollama cannot be made to call a tool: its answer is held to the schema of this one, and becomes the call.';
  losses.add('renamed', 'tool_choice', why, forced.name, 'format');
}

/** No choice exists; what cannot be said by offering fewer tools is refused. */
function offeredTools(request: CanonicalRequest, losses: Losses): readonly ToolDefinition[] {
  const tools = allowedTools(request, usableTools(request, OWN, losses), losses);
  const choice = request.toolChoice;
  if (choice?.type === 'none') {
    if (tools.length > 0) losses.add('renamed', 'tool_choice', 'No tool may be called, so none is offered.', 'none');
    return [];
  }
  if (choice?.type === 'required' || choice?.type === 'tool' || (choice?.type === 'allowed' && choice.required))
    losses.refuse('tool_choice', 'Ollama cannot be made to call one of several tools; leave the choice to the model.');
  if (request.parallelToolCalls === false && tools.length > 0)
    losses.add('dropped', 'parallel_tool_calls', 'Ollama cannot forbid several calls at once.', false);
  return tools;
}

function buildTool(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields {
  const at = `tools[${index}]`;
  dropExtra(tool.extra, at, request.from, OWN, losses);
  if (tool.cache) losses.add('dropped', `${at}.cache_control`, 'Ollama keeps the beginnings of prompts by itself.');
  if (tool.strict === true)
    losses.add('dropped', `${at}.strict`, 'Ollama does not hold calls to their schema.', tool.strict);
  if (tool.kind === 'custom') {
    const why = 'A tool with free text becomes a function with one text; the answer is turned back.';
    losses.add('renamed', at, why, tool.name);
  }
  const { name, description } = tool;
  return { type: 'function', function: defined({ name, description, parameters: schemaOf(tool) }) };
}

function buildFormat(request: CanonicalRequest, losses: Losses): 'json' | Fields | undefined {
  const format = request.responseFormat;
  if (format?.type === 'json') return 'json';
  if (format?.type !== 'json-schema') return undefined;
  if (format.name !== undefined)
    losses.add('dropped', 'response_format.json_schema.name', "Ollama's schemas have no name.", format.name);
  return format.schema;
}

/** An option that the caller wrote in Ollama's own words goes before the same wish in the words of its dialect. */
function buildOptions(request: CanonicalRequest, wishes: Wishes, losses: Losses): Fields | undefined {
  const { sampling, maxTokens, stopSequences } = request;
  const said = defined({
    num_predict: maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
    stop: nonEmpty(stopSequences ?? []),
  });
  const own = { ...wishes.loose, ...wishes.options };
  for (const [name, value] of Object.entries(said))
    if (name in own && own[name] !== value)
      losses.add('dropped', COMMON_NAMES[name] ?? name, `Ollama's own option ${name} stands in its place.`, value);
  const options = { ...said, ...own };
  return Object.keys(options).length > 0 ? options : undefined;
}

const COMMON_NAMES: Readonly<Record<string, string>> = { num_predict: 'max_tokens' };

const LEVELS: Readonly<Record<Exclude<Effort, 'none'>, 'low' | 'medium' | 'high' | 'max'>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'max',
  max: 'max',
};

/**
 * A model that thinks does so unless it is told not to; one that does not is answered 400 where it is told to ("does not
 * support thinking"), so that a wish without an amount is said only to those known to think.
 */
function buildThink(request: CanonicalRequest, target: TargetFacts, own: unknown, losses: Losses): unknown {
  const wish = request.reasoning;
  if (own !== undefined) {
    if (wish !== undefined) losses.add('dropped', 'reasoning', "Ollama's own field think stands in its place.");
    return own;
  }
  if (wish === undefined) return undefined;
  const effort = effortOf(wish);
  if (target.reasoning === false) {
    if (effort !== 'none') losses.add('dropped', 'reasoning', `${target.model} does not think.`, effort);
    return undefined;
  }
  if (effort === 'none') return false;
  if (effort === undefined) return target.reasoning === true || wish.mode === 'on' ? true : undefined;
  const level = LEVELS[effort];
  if (wish.budgetTokens !== undefined && wish.effort === undefined)
    losses.add('renamed', 'thinking.budget_tokens', 'Ollama knows levels, not budgets.', wish.budgetTokens, level);
  else if (level !== effort)
    losses.add('clamped', 'reasoning_effort', 'Ollama’s levels go from low to max.', effort, level);
  return level;
}

/** "top_logprobs must be between 0 and 20" (server/routes.go). */
function buildTopLogprobs({ sampling }: CanonicalRequest, losses: Losses): number | undefined {
  const { topLogprobs } = sampling;
  if (topLogprobs === undefined) return undefined;
  const kept = Math.min(20, Math.max(0, topLogprobs));
  if (kept !== topLogprobs) losses.add('clamped', 'top_logprobs', 'Ollama takes 0 to 20.', topLogprobs, kept);
  return kept;
}
