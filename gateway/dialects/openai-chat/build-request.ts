/** The canonical form as a chat completion request. Source: platform.openai.com/docs/api-reference/chat/create. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { usableTools } from '../canonical/builtin-tools.ts';
import { checkForeign, checkTarget, dropExtra, dropSampling } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ToolChoice, ToolDefinition, TranslatedDialect } from '../canonical/request.ts';
import { buildMessages } from './build-messages.ts';
import { buildThinkingWish } from './build-thinking-wish.ts';

const OWN: TranslatedDialect = 'openai-chat';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  const own = request.from === OWN;
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  if (!own) dropSampling(request, ['topK'], OWN, losses);
  if ((request.stopSequences?.length ?? 0) > 4) {
    losses.refuse('stop', 'Chat completions take at most 4 stop sequences.');
  }
  const asksUsage = !target.lacks?.includes('streamOptions');
  if (request.stream && asksUsage && request.includeUsage !== true) {
    losses.add(
      'defaulted',
      'stream_options.include_usage',
      'The usage is always asked for.',
      request.includeUsage,
      true,
    );
  }
  const tools = usableTools(request, OWN, losses);
  const { sampling } = request;
  const wire = defined({
    model: target.model,
    messages: buildMessages(request, target, { from: request.from, losses }),
    tools: nonEmpty(tools.map((tool, index) => buildTool(tool, index, request, losses))),
    tool_choice: tools.length > 0 || own ? buildChoice(request.toolChoice, losses) : undefined,
    parallel_tool_calls: tools.length > 0 || own ? request.parallelToolCalls : undefined,
    response_format: buildFormat(request),
    stop: nonEmpty(request.stopSequences ?? []),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: own ? sampling.topK : undefined,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    [target.seedField ?? 'seed']: sampling.seed,
    n: sampling.n,
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    // `max_tokens` is deprecated and refused by reasoning models; look-alikes often know only it.
    [target.maxTokensField ?? 'max_completion_tokens']: request.maxTokens,
    ...buildThinkingWish(request, target, losses),
    verbosity: request.verbosity,
    user: request.userId,
    metadata: request.metadata,
    service_tier: buildTier(request, losses),
    stream: request.stream ? true : undefined,
    ...dropExtra(own ? request.extra : undefined, '', request.from, OWN, losses),
    stream_options: asksUsage ? buildStreamOptions(request) : undefined,
    ...target.always,
  });
  for (const [name, value] of Object.entries(target.always ?? {})) {
    losses.add(
      'defaulted',
      name,
      'Without it the thinking of this provider cannot be told from its answer.',
      undefined,
      value,
    );
  }
  if (target.seedField !== undefined && sampling.seed !== undefined) {
    losses.add('renamed', 'seed', `The provider calls it ${target.seedField}.`, 'seed', target.seedField);
  }
  return losses.close<Fields>(wire);
}

function buildStreamOptions(request: CanonicalRequest): Fields | undefined {
  if (!request.stream) return undefined;
  const given = request.from === OWN ? request.extra?.stream_options : undefined;
  return { ...(given as Fields | undefined), include_usage: true };
}

function buildTool(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields {
  const at = `tools[${index}]`;
  if (tool.kind === 'builtin') return tool.extra ?? {};
  const rest = dropExtra(tool.extra, at, request.from, OWN, losses);
  if (tool.cache) losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  const { name, description, parameters, strict } = tool;
  if (tool.kind === 'custom') return { type: 'custom', custom: defined({ name, description, ...rest }) };
  return { type: 'function', function: defined({ name, description, parameters, strict, ...rest }) };
}

function buildChoice(choice: ToolChoice | undefined, losses: Losses): unknown {
  switch (choice?.type) {
    case undefined:
      return undefined;
    case 'tool':
      return choice.kind === 'custom'
        ? { type: 'custom', custom: { name: choice.name } }
        : { type: 'function', function: { name: choice.name } };
    case 'allowed':
      return {
        type: 'allowed_tools',
        allowed_tools: {
          mode: choice.required ? 'required' : 'auto',
          tools: choice.names.map((name) => ({ type: 'function', function: { name } })),
        },
      };
    case 'builtin':
      losses.refuse('tool_choice', 'Chat completions have no tools of the provider to choose.');
      return undefined;
    default:
      return choice?.type;
  }
}

function buildFormat(request: CanonicalRequest): Fields | undefined {
  const format = request.responseFormat;
  switch (format?.type) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema': {
      const { name = 'answer', description, schema, strict } = format;
      return { type: 'json_schema', json_schema: defined({ name, description, schema, strict }) };
    }
    default:
      return undefined;
  }
}

/** `standard_only` and `default` both mean no priority capacity. */
function buildTier(request: CanonicalRequest, losses: Losses): string | undefined {
  const tier = request.serviceTier;
  if (tier === undefined || request.from === OWN || request.from === 'openai-responses') return tier;
  if (tier === 'auto') return tier;
  if (tier === 'standard_only' || tier.toLowerCase() === 'standard') return 'default';
  losses.add('dropped', 'service_tier', 'OpenAI has no such tier.', tier);
  return undefined;
}
