/**
 * The canonical form as a Converse request; the model and the wish for a stream stand in the path. Source:
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.
 */
import type { TargetFacts } from '../canonical/adapter.ts';
import { allowedTools, usableTools } from '../canonical/builtin-tools.ts';
import { checkForeign, checkTarget, dropExtra, dropSampling } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ProviderDialect, ToolDefinition } from '../canonical/request.ts';
import { restrictSchema } from '../canonical/restrict-schema.ts';
import { cachePoint } from './build-blocks.ts';
import { buildMessages } from './build-messages.ts';
import { buildModelFields } from './build-model-fields.ts';

const OWN: ProviderDialect = 'bedrock-converse';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  if (request.sampling.logprobs) losses.refuse('logprobs', 'Converse gives no log probabilities.');
  dropSampling(request, ['frequencyPenalty', 'presencePenalty', 'seed', 'topLogprobs'], OWN, losses);
  if (request.verbosity !== undefined)
    losses.add('dropped', 'verbosity', 'Converse has no such parameter.', request.verbosity);
  // Who it is stays untold.
  if (request.userId !== undefined) losses.add('dropped', 'user', 'Converse has no such field.');
  dropExtra(request.metadata, 'metadata', request.from, OWN, losses);
  const model = buildModelFields(request, target, losses);
  const { system, messages } = buildMessages(request, {
    from: request.from,
    model: target.model,
    losses,
    nextDocument: 0,
  });
  const wire = defined({
    messages,
    system: nonEmpty(withJsonWish(system, request, losses)),
    inferenceConfig: buildInference(request, model.maxTokens, model.thinking, losses),
    toolConfig: buildTools(request, messages, losses),
    additionalModelRequestFields: Object.keys(model.fields).length > 0 ? model.fields : undefined,
    outputConfig: buildOutput(request, losses),
    serviceTier: buildTier(request, losses),
  });
  return losses.close<Fields>(wire);
}

function buildInference(
  request: CanonicalRequest,
  maxTokens: number | undefined,
  thinking: boolean,
  losses: Losses,
): Fields | undefined {
  const { temperature, topP } = request.sampling;
  if (thinking && temperature !== undefined)
    losses.add('dropped', 'temperature', 'It does not go with thinking.', temperature);
  const clamped = temperature === undefined || thinking ? undefined : Math.min(temperature, 1);
  if (!thinking && clamped !== temperature)
    losses.add('clamped', 'temperature', "Converse's temperature ends at 1.", temperature, clamped);
  const kept = topP === undefined || !thinking ? topP : Math.max(topP, 0.95);
  if (kept !== topP) losses.add('clamped', 'top_p', 'With thinking it is at least 0.95.', topP, kept);
  const config = defined({
    maxTokens,
    temperature: clamped,
    topP: kept,
    stopSequences: nonEmpty(request.stopSequences ?? []),
  });
  return Object.keys(config).length > 0 ? config : undefined;
}

/** A conversation that holds calls or results is refused without the tools ("toolConfig field must be defined"). */
function buildTools(request: CanonicalRequest, messages: readonly Fields[], losses: Losses): Fields | undefined {
  const tools = allowedTools(request, usableTools(request, OWN, losses), losses);
  const choice = request.toolChoice;
  if (request.parallelToolCalls === false && tools.length > 0) {
    losses.add('dropped', 'parallel_tool_calls', 'Converse cannot forbid several calls at once.', false);
  }
  const called = messages.some(({ content }) =>
    (content as readonly Fields[]).some((block) => 'toolUse' in block || 'toolResult' in block),
  );
  if (choice?.type === 'none') {
    if (called) {
      losses.refuse('tool_choice', 'Converse cannot forbid tools in a conversation that has used some.');
      return undefined;
    }
    if (tools.length > 0) losses.add('renamed', 'tool_choice', 'No tool may be called, so none is offered.', 'none');
    return undefined;
  }
  if (tools.length === 0) {
    if (called) losses.refuse('tools', 'Converse wants the tools that a conversation has used to be defined again.');
    return undefined;
  }
  return defined({
    tools: tools.flatMap((tool, index) => buildTool(tool, index, request, losses)),
    toolChoice: buildChoice(request),
  });
}

function buildTool(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields[] {
  const at = `tools[${index}]`;
  dropExtra(tool.extra, at, request.from, OWN, losses);
  const about = { name: tool.name, description: tool.description === '' ? undefined : tool.description };
  const mark = tool.cache ? [cachePoint(tool.cache.ttl)] : [];
  if (tool.kind === 'custom') {
    const why = 'A tool with free text becomes a function with one text; the answer is turned back.';
    losses.add('renamed', at, why, tool.name);
    const json = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    return [{ toolSpec: defined({ ...about, inputSchema: { json } }) }, ...mark];
  }
  const schema: Fields = { type: 'object', ...(tool.parameters ?? { properties: {} }) };
  const strict = tool.strict === true ? true : undefined;
  const json = strict ? restrictSchema(schema, `${at}.parameters`, losses) : schema;
  return [{ toolSpec: defined({ ...about, inputSchema: { json }, strict }) }, ...mark];
}

function buildChoice({ toolChoice }: CanonicalRequest): Fields | undefined {
  switch (toolChoice?.type) {
    case 'required':
      return { any: {} };
    case 'tool':
      return { tool: { name: toolChoice.name } };
    case 'allowed':
      return toolChoice.required ? { any: {} } : { auto: {} };
    case 'auto':
      return { auto: {} };
    default:
      return undefined;
  }
}

/** The schema travels as a text (…/API_runtime_JsonSchemaDefinition.html). */
function buildOutput(request: CanonicalRequest, losses: Losses): Fields | undefined {
  const format = request.responseFormat;
  if (format?.type !== 'json-schema') return undefined;
  const schema = JSON.stringify(restrictSchema(format.schema, 'response_format.json_schema.schema', losses));
  const jsonSchema = defined({ schema, name: format.name, description: format.description });
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

/** Any JSON without a schema is no format of Bedrock's; saying so is what is left. */
function withJsonWish(system: Fields[], request: CanonicalRequest, losses: Losses): Fields[] {
  if (request.responseFormat?.type !== 'json') return system;
  losses.add('renamed', 'response_format', 'Converse has no free JSON format; the system prompt asks for it.');
  return [...system, { text: 'Answer with one JSON object and nothing else.' }];
}

const TIERS: ReadonlySet<string> = new Set(['default', 'priority', 'flex', 'reserved']);

function buildTier(request: CanonicalRequest, losses: Losses): Fields | undefined {
  const tier = request.serviceTier;
  if (tier === undefined || tier === 'auto') return undefined;
  if (TIERS.has(tier)) return { type: tier };
  losses.add('dropped', 'service_tier', 'Bedrock has no such tier.', tier);
  return undefined;
}
