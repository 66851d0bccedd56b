/** The canonical form as a Responses request. Source: platform.openai.com/docs/api-reference/responses/create. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { usableTools } from '../canonical/builtin-tools.ts';
import { effortOf } from '../canonical/effort.ts';
import { checkForeign, checkTarget, dropExtra, dropSampling } from '../canonical/foreign.ts';
import { asTexts, defined, nonEmpty } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ToolChoice, ToolDefinition, TranslatedDialect } from '../canonical/request.ts';
import { buildInput } from './build-items.ts';

const OWN: TranslatedDialect = 'openai-responses';
/** "integer below minimum value": the API refuses less. */
const LEAST_TOKENS = 16;

export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  const own = request.from === OWN;
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  if ((request.stopSequences?.length ?? 0) > 0) losses.refuse('stop', 'The Responses API has no stop sequences.');
  dropSampling(request, ['frequencyPenalty', 'presencePenalty', 'seed', 'topK'], OWN, losses);
  const { instructions, input } = buildInput(request, losses);
  const tools = usableTools(request, OWN, losses);
  const { sampling } = request;
  const reasoning = buildReasoningWish(request, target, losses);
  const include = [
    ...(own ? asTexts(request.extra?.include) : []),
    ...(sampling.logprobs ? ['message.output_text.logprobs'] : []),
    // Without it a reasoning model forgets what it thought: nothing is stored.
    ...(reasoning !== undefined && (!own || request.extra?.store === false) ? ['reasoning.encrypted_content'] : []),
  ];
  const wire = defined({
    model: target.model,
    instructions,
    input,
    tools: nonEmpty(tools.map((tool, index) => buildTool(tool, index, request, losses))),
    tool_choice: tools.length > 0 || own ? buildChoice(request.toolChoice) : undefined,
    parallel_tool_calls: tools.length > 0 || own ? request.parallelToolCalls : undefined,
    text: buildText(request),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    max_output_tokens: buildMaxTokens(request, losses),
    reasoning,
    safety_identifier: request.userId,
    metadata: request.metadata,
    service_tier: buildTier(request, losses),
    stream: request.stream ? true : undefined,
    // Nobody who speaks another dialect asked OpenAI to keep the answer.
    store: own ? undefined : false,
    ...(own ? request.extra : {}),
    include: nonEmpty(include),
  });
  return losses.close<Fields>(wire);
}

function buildMaxTokens(request: CanonicalRequest, losses: Losses): number | undefined {
  const { maxTokens } = request;
  if (maxTokens === undefined || maxTokens >= LEAST_TOKENS) return maxTokens;
  losses.add('clamped', 'max_tokens', `The Responses API takes at least ${LEAST_TOKENS}.`, maxTokens, LEAST_TOKENS);
  return LEAST_TOKENS;
}

function buildTool(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields {
  const at = `tools[${index}]`;
  if (tool.kind === 'builtin') return tool.extra ?? {};
  const own = request.from === OWN;
  const rest = dropExtra(tool.extra, at, request.from, OWN, losses);
  if (tool.cache) losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  const { name, description } = tool;
  if (tool.kind === 'custom') return defined({ type: 'custom', name, description, ...rest });
  // Unlike elsewhere, a function without `strict` is strict here (platform.openai.com/docs/guides/migrate-to-responses).
  const strict = own ? tool.strict : (tool.strict ?? false);
  const parameters = tool.parameters ?? (own ? undefined : { type: 'object', properties: {} });
  return defined({ type: 'function', name, description, parameters, strict, ...rest });
}

function buildChoice(choice: ToolChoice | undefined): unknown {
  switch (choice?.type) {
    case 'tool':
      return { type: choice.kind ?? 'function', name: choice.name };
    case 'allowed':
      return {
        type: 'allowed_tools',
        mode: choice.required ? 'required' : 'auto',
        tools: choice.names.map((name) => ({ type: 'function', name })),
      };
    case 'builtin':
      return choice.value;
    default:
      return choice?.type;
  }
}

function buildText(request: CanonicalRequest): Fields | undefined {
  const format = request.responseFormat;
  const { verbosity } = request;
  switch (format?.type) {
    case undefined:
      return verbosity === undefined ? undefined : { verbosity };
    case 'text':
      return defined({ format: { type: 'text' }, verbosity });
    case 'json':
      return defined({ format: { type: 'json_object' }, verbosity });
    case 'json-schema': {
      const { name = 'answer', description, schema, strict } = format;
      // As with functions, a format without `strict` would be held to it.
      const held = request.from === OWN ? strict : (strict ?? false);
      return defined({ format: defined({ type: 'json_schema', name, description, schema, strict: held }), verbosity });
    }
  }
}

function buildReasoningWish(request: CanonicalRequest, target: TargetFacts, losses: Losses): Fields | undefined {
  const wish = request.reasoning;
  if (wish === undefined) return undefined;
  if (target.reasoning === false) {
    losses.add('dropped', 'reasoning', `${target.model} does not reason.`);
    return undefined;
  }
  const effort = effortOf(wish);
  if (wish.budgetTokens !== undefined && wish.mode === 'on') {
    losses.add('renamed', 'thinking.budget_tokens', 'OpenAI knows efforts, not budgets.', wish.budgetTokens, effort);
  }
  const extra = wish.extra !== undefined && 'effortOnly' in wish.extra ? undefined : wish.extra;
  const rest = dropExtra(extra, 'thinking', request.from, OWN, losses);
  const shown =
    wish.visible === true ||
    (request.from !== OWN && wish.visible !== false && wish.mode !== 'off' && request.from !== 'openai-chat');
  return defined({ effort, summary: shown ? 'auto' : undefined, ...rest });
}

function buildTier(request: CanonicalRequest, losses: Losses): string | undefined {
  const tier = request.serviceTier;
  if (tier === undefined || tier === 'auto' || request.from === OWN || request.from === 'openai-chat') return tier;
  if (tier === 'standard_only' || tier.toLowerCase() === 'standard') return 'default';
  losses.add('dropped', 'service_tier', 'OpenAI has no such tier.', tier);
  return undefined;
}
