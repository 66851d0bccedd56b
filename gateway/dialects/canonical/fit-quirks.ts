/**
 * A request made to fit what its provider takes of the dialect (wire-quirks.ts), before the dialect's builder writes it.
 * What goes without changing the meaning goes and is listed; what would change it is refused. Pure but for the ledger.
 */
import type { TargetFacts } from './adapter.ts';
import { fitMessages, withInstruction } from './fit-messages.ts';
import { samplingName } from './foreign.ts';
import { defined } from './json.ts';
import type { Losses } from './losses.ts';
import type { CanonicalRequest, Fields, Part, ResponseFormat, Sampling } from './request.ts';
import type { LackedField, WireQuirks } from './wire-quirks.ts';

export function fitQuirks(
  request: CanonicalRequest,
  quirks: WireQuirks & Pick<TargetFacts, 'maxOutputTokens'>,
  losses: Losses,
): CanonicalRequest {
  let fitted = fitFields(request, new Set(quirks.lacks), losses);
  if (quirks.shortByDefault) fitted = withRoom(fitted, quirks.maxOutputTokens, losses);
  fitted = { ...fitted, sampling: fitSampling(fitted.sampling, quirks, losses) };
  const most = quirks.mostStops;
  if (most !== undefined && (request.stopSequences?.length ?? 0) > most) {
    losses.refuse('stop', `The provider takes at most ${most} stop ${most === 1 ? 'sequence' : 'sequences'}.`);
  }
  fitted = fitChoice(fitted, quirks, losses);
  if (quirks.customTools === false) fitted = withoutFreeText(fitted, losses);
  return fitMessages(fitFormat(fitted, quirks, losses), quirks, losses);
}

/** More than answers mostly take, and little enough to leave room for the prompt in a small window. */
const ROOM_TOKENS = 4096;

function withRoom(request: CanonicalRequest, most: number | undefined, losses: Losses): CanonicalRequest {
  if (request.maxTokens !== undefined || most === undefined) return request;
  const maxTokens = Math.min(ROOM_TOKENS, Math.floor(most / 2));
  const why = 'Where nothing is said the provider ends an answer after a few hundred tokens.';
  losses.add('defaulted', 'max_tokens', why, undefined, maxTokens);
  return { ...request, maxTokens };
}

const NO_FIELD = 'The provider has no such parameter, or does nothing with it.';

function fitFields(request: CanonicalRequest, lacks: ReadonlySet<LackedField>, losses: Losses): CanonicalRequest {
  if (lacks.size === 0) return request;
  const without = (name: LackedField, path: string, value: unknown): boolean => {
    if (!lacks.has(name) || value === undefined) return false;
    losses.add('dropped', path, NO_FIELD, value);
    return true;
  };
  const sampling = Object.entries(request.sampling).filter(([name, value]) => {
    const key = name as keyof Sampling;
    if (key === 'logprobs' && value === true && lacks.has(key)) {
      losses.refuse('logprobs', 'The provider gives no log probabilities for this model.');
    }
    return !without(key, samplingName(key), value);
  });
  if (lacks.has('stop') && (request.stopSequences?.length ?? 0) > 0) {
    losses.refuse('stop', 'The provider takes no stop sequences for this model.');
  }
  if (lacks.has('metadata')) {
    for (const [name, value] of Object.entries(request.metadata ?? {})) {
      // Texts may be names and keys: they are not told.
      losses.add('dropped', `metadata.${name}`, NO_FIELD, typeof value === 'string' ? undefined : value);
    }
  }
  if (lacks.has('user') && request.userId !== undefined) losses.add('dropped', 'user', NO_FIELD);
  return {
    ...request,
    sampling: Object.fromEntries(sampling),
    tools: lacks.has('strictTools')
      ? request.tools.map((tool, index) => {
          const { strict, ...rest } = tool;
          return without('strictTools', `tools[${index}].strict`, strict) ? rest : tool;
        })
      : request.tools,
    ...(without('parallelToolCalls', 'parallel_tool_calls', request.parallelToolCalls)
      ? { parallelToolCalls: undefined }
      : {}),
    ...(without('serviceTier', 'service_tier', request.serviceTier) ? { serviceTier: undefined } : {}),
    ...(without('verbosity', 'verbosity', request.verbosity) ? { verbosity: undefined } : {}),
    ...(lacks.has('metadata') ? { metadata: undefined } : {}),
    ...(lacks.has('user') ? { userId: undefined } : {}),
  };
}

function fitSampling(sampling: Sampling, { temperature: range }: WireQuirks, losses: Losses): Sampling {
  const { temperature } = sampling;
  if (temperature === undefined || range === undefined) return sampling;
  const fit = Math.min(Math.max(temperature, range.min ?? temperature), range.max ?? temperature);
  if (fit === temperature) return sampling;
  const words = range.max !== undefined && temperature > range.max ? `ends at ${range.max}` : `begins at ${range.min}`;
  losses.add('clamped', 'temperature', `The provider's temperature ${words}.`, temperature, fit);
  return { ...sampling, temperature: fit };
}

/** A choice that the provider lacks, said with the tools that are offered where that means the same. */
function fitChoice(request: CanonicalRequest, { choices }: WireQuirks, losses: Losses): CanonicalRequest {
  const choice = request.toolChoice;
  if (choices === undefined || choice === undefined || choice.type === 'auto' || choice.type === 'builtin') {
    return request;
  }
  if (choices.includes(choice.type)) return request;
  const offer = (names: readonly string[], toolChoice: CanonicalRequest['toolChoice'], why: string) => {
    const tools = request.tools.filter((tool) => names.includes(tool.name));
    losses.add('renamed', 'tool_choice', why, request.tools.length, tools.length);
    return { ...request, tools, toolChoice };
  };
  if (choice.type === 'none') {
    losses.add('dropped', 'tools', 'The provider cannot be kept from calling tools, so none is offered.');
    return { ...request, tools: [], toolChoice: undefined, parallelToolCalls: undefined };
  }
  const required = choices.includes('required') ? ({ type: 'required' } as const) : undefined;
  if (choice.type === 'tool' && required) {
    return offer(
      [choice.name],
      required,
      'The provider takes no named tool: it is the only one offered, and required.',
    );
  }
  if (choice.type === 'allowed' && (!choice.required || required)) {
    return offer(
      choice.names,
      required && choice.required ? required : { type: 'auto' },
      'Only the allowed tools are offered.',
    );
  }
  const only = request.tools.length === 1 ? request.tools[0] : undefined;
  if (choice.type === 'required' && only && choices.includes('tool')) {
    return offer([only.name], { type: 'tool', name: only.name }, 'The only tool is asked for by name.');
  }
  losses.refuse('tool_choice', 'The provider cannot be made to call a tool; leave the choice to the model.');
  return request;
}

/** A tool that takes free text as a function with one text; restore-tools.ts turns its calls back. */
function withoutFreeText(request: CanonicalRequest, losses: Losses): CanonicalRequest {
  if (!request.tools.some(({ kind }) => kind === 'custom')) return withoutFreeCalls(request);
  const tools = request.tools.map((tool, index) => {
    if (tool.kind !== 'custom') return tool;
    losses.add(
      'renamed',
      `tools[${index}]`,
      'A tool with free text becomes a function with one text; the answer is turned back.',
      tool.name,
    );
    const { extra, ...rest } = tool;
    if (extra !== undefined) losses.add('dropped', `tools[${index}].format`, 'A function takes no grammar.');
    const parameters = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    return { ...rest, kind: 'function' as const, parameters };
  });
  const { toolChoice } = request;
  return withoutFreeCalls({
    ...request,
    tools,
    ...(toolChoice?.type === 'tool' ? { toolChoice: { type: 'tool', name: toolChoice.name } } : {}),
  });
}

function withoutFreeCalls(request: CanonicalRequest): CanonicalRequest {
  const plain = (part: Part): Part =>
    part.type === 'tool-call' && part.kind === 'custom'
      ? { ...part, kind: 'function', argumentsText: JSON.stringify({ input: part.argumentsText }) }
      : part;
  return {
    ...request,
    messages: request.messages.map((message) =>
      message.role === 'assistant' ? { ...message, parts: message.parts.map(plain) } : message,
    ),
  };
}

/** JSON that the provider cannot be held to is asked for in words, and the ledger says that nobody enforces it. */
function fitFormat(request: CanonicalRequest, { formats }: WireQuirks, losses: Losses): CanonicalRequest {
  const { responseFormat: format } = request;
  if (formats === undefined || format === undefined || format.type === 'text') return request;
  if (formats.includes(format.type)) return request;
  if (format.type !== 'json-schema') {
    losses.add('defaulted', 'response_format', 'The provider has no free JSON format; the instructions ask for JSON.');
    return withInstruction({ ...request, responseFormat: undefined }, JSON_WISH);
  }
  losses.add(
    'defaulted',
    'response_format.json_schema.schema',
    'The provider holds no answer to a schema; the instructions ask for it, and the answer may differ.',
  );
  const responseFormat: ResponseFormat | undefined = formats.includes('json') ? { type: 'json' } : undefined;
  return withInstruction({ ...request, responseFormat }, schemaWish(format.schema, format.description));
}

const JSON_WISH = 'Answer with one JSON object and nothing else.';

function schemaWish(schema: Fields, description: string | undefined): string {
  const about = description === undefined ? '' : ` (${description})`;
  return `${JSON_WISH.slice(0, -1)}. It must be valid under this JSON schema${about}:\n${JSON.stringify(defined(schema))}`;
}
