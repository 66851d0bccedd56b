/** `generationConfig`, tools and tool choice. Source: ai.google.dev/api/generate-content#generationconfig. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { budgetOfEffort } from '../canonical/effort.ts';
import { dropExtra } from '../canonical/foreign.ts';
import { defined, nonEmpty } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ToolDefinition, TranslatedDialect } from '../canonical/request.ts';
import { toGeminiSchema } from './schema.ts';

const OWN: TranslatedDialect = 'gemini-generate';

export function buildConfig(request: CanonicalRequest, target: TargetFacts, losses: Losses): Fields | undefined {
  const { sampling } = request;
  if ((request.stopSequences?.length ?? 0) > 5) losses.refuse('stop', 'Gemini takes at most 5 stop sequences.');
  const rest = request.from === OWN ? (request.extra?.generationConfig as Fields | undefined) : undefined;
  const config = defined({
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    frequencyPenalty: sampling.frequencyPenalty,
    presencePenalty: sampling.presencePenalty,
    seed: sampling.seed,
    candidateCount: sampling.n,
    responseLogprobs: sampling.logprobs,
    logprobs: sampling.topLogprobs,
    maxOutputTokens: request.maxTokens,
    stopSequences: nonEmpty(request.stopSequences ?? []),
    ...buildFormat(request, losses),
    thinkingConfig: buildThinking(request, target, losses),
    ...rest,
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

function buildFormat(request: CanonicalRequest, losses: Losses): Fields {
  const format = request.responseFormat;
  switch (format?.type) {
    case undefined:
      return {};
    case 'text':
      return { responseMimeType: 'text/plain' };
    case 'json':
      return { responseMimeType: 'application/json' };
    case 'json-schema': {
      if (format.name !== undefined)
        losses.add('dropped', 'response_format.json_schema.name', "Gemini's schemas have no name.", format.name);
      const schema = toGeminiSchema(format.schema);
      return {
        responseMimeType: 'application/json',
        ...(schema === undefined ? { responseJsonSchema: format.schema } : { responseSchema: schema }),
      };
    }
  }
}

function buildThinking(request: CanonicalRequest, target: TargetFacts, losses: Losses): Fields | undefined {
  const wish = request.reasoning;
  if (wish === undefined) return undefined;
  if (target.reasoning === false) {
    losses.add('dropped', 'reasoning', `${target.model} does not think.`);
    return undefined;
  }
  const { mode, effort, budgetTokens, visible } = wish;
  if (request.from === OWN) {
    const thinkingBudget =
      mode === 'off'
        ? 0
        : (budgetTokens ?? (mode === 'adaptive' && effort === undefined && visible === undefined ? -1 : undefined));
    return defined({ includeThoughts: visible, thinkingBudget, thinkingLevel: effort?.toUpperCase(), ...wish.extra });
  }
  dropExtra(
    wish.extra === undefined || 'effortOnly' in wish.extra ? undefined : wish.extra,
    'reasoning',
    request.from,
    OWN,
    losses,
  );
  if (mode === 'off') return { thinkingBudget: 0 };
  if (mode === 'adaptive' && effort === undefined)
    return defined({ thinkingBudget: -1, includeThoughts: visible ?? true });
  const wanted = budgetTokens ?? budgetOfEffort(effort === undefined || effort === 'none' ? 'medium' : effort);
  // The largest budget of the 2.5 models (ai.google.dev/gemini-api/docs/thinking#set-budget) is 24,576 for Flash.
  if (budgetTokens === undefined) {
    losses.add('renamed', 'reasoning_effort', 'Gemini takes a budget of tokens.', effort, Math.min(wanted, 24_576));
  } else if (wanted > 24_576)
    losses.add('clamped', 'thinking_budget', 'Every thinking Gemini takes up to 24,576.', wanted, 24_576);
  return { thinkingBudget: Math.min(wanted, 24_576), includeThoughts: visible ?? true };
}

/** Functions in one entry, Google's own tools in one each. */
export function buildTools(
  tools: readonly ToolDefinition[],
  request: CanonicalRequest,
  losses: Losses,
): Fields[] | undefined {
  const declared = tools
    .filter((tool) => tool.kind !== 'builtin')
    .map((tool, index) => buildFunction(tool, index, request, losses));
  const builtin = tools.filter((tool) => tool.kind === 'builtin').map((tool) => tool.extra ?? {});
  return nonEmpty([...(declared.length > 0 ? [{ functionDeclarations: declared }] : []), ...builtin]);
}

function buildFunction(tool: ToolDefinition, index: number, request: CanonicalRequest, losses: Losses): Fields {
  const at = `tools[${index}]`;
  const rest = dropExtra(tool.extra, at, request.from, OWN, losses);
  if (tool.cache) losses.add('dropped', `${at}.cache_control`, 'Gemini keeps the beginnings of prompts by itself.');
  if (tool.strict === true) losses.add('dropped', `${at}.strict`, 'Gemini has no such switch for a function.', true);
  if (tool.kind === 'custom') {
    losses.add(
      'renamed',
      at,
      'A tool with free text becomes a function with one text; the answer is turned back.',
      tool.name,
    );
  }
  const parameters = tool.kind === 'custom' ? FREE_TEXT : tool.parameters;
  return defined({ name: tool.name, description: tool.description, ...buildParameters(parameters), ...rest });
}

const FREE_TEXT: Fields = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };

/** An object without properties is refused; a function without parameters leaves them out. */
function buildParameters(parameters: Fields | undefined): Fields {
  const properties = parameters?.properties;
  const empty = typeof properties === 'object' && properties !== null && Object.keys(properties).length === 0;
  if (parameters === undefined || empty || (properties === undefined && Object.keys(parameters).length <= 1)) return {};
  const schema = toGeminiSchema(parameters);
  return schema === undefined ? { parametersJsonSchema: parameters } : { parameters: schema };
}

export function buildToolConfig(request: CanonicalRequest, losses: Losses): Fields | undefined {
  if (request.parallelToolCalls === false && request.tools.length > 0) {
    losses.add(
      'dropped',
      'parallel_tool_calls',
      'Gemini may call several tools at once; it has no switch for that.',
      false,
    );
  }
  const rest = request.from === OWN ? (request.extra?.toolConfig as Fields | undefined) : undefined;
  const calling = buildCalling(request);
  return calling === undefined && rest === undefined ? undefined : defined({ functionCallingConfig: calling, ...rest });
}

function buildCalling(request: CanonicalRequest): Fields | undefined {
  const choice = request.toolChoice;
  switch (choice?.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      // Names are read in the modes ANY and VALIDATED only.
      return { mode: choice.required ? 'ANY' : 'VALIDATED', allowedFunctionNames: choice.names };
    default:
      return undefined;
  }
}
