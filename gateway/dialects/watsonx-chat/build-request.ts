/** The canonical form as a text chat request: OpenAI's, then renamed. Source: cloud.ibm.com/apidocs/watsonx-ai#text-chat. */
import type { TargetFacts } from '../canonical/adapter.ts';
import { asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields } from '../canonical/request.ts';
import { openaiChat } from '../openai-chat/adapter.ts';

/** Members that go as they are; an unknown one is answered with 400. */
const KNOWN: ReadonlySet<string> = new Set([
  'messages',
  'tools',
  'tool_choice',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'presence_penalty',
  'response_format',
  'seed',
  'stop',
  'temperature',
  'top_p',
  'time_limit',
  'context',
  'guided_choice',
  'guided_regex',
  'guided_grammar',
  'guided_json',
  'repetition_penalty',
  'length_penalty',
  'include_reasoning',
  'reasoning_effort',
  'chat_template_kwargs',
]);

/** Said by the path, or made anew below. */
const OURS: ReadonlySet<string> = new Set(['model', 'stream', 'stream_options', 'tool_choice', 'reasoning_effort']);

/** A model deployed in a space of one's own: it stands in the path, and its space is known. */
export const DEPLOYMENT = 'deployment/';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const built = openaiChat.buildRequest(request, target);
  if (built.refused !== undefined) return built;
  const losses = createLosses();
  // What only OpenAI's own completions can do, built for those above, is not to be had here.
  if (request.from === 'openai-chat') for (const { param, why } of request.onlyHere) losses.refuse(param, why);
  const { value } = built;
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (OURS.has(name)) continue;
    if (KNOWN.has(name)) kept[name] = member;
    // A text in a field that nobody here knows may be a key or a person: it is not told.
    else if (member !== false) losses.add('dropped', name, 'watsonx.ai has no field for it.', withoutText(member));
  }
  const deployed = target.model.startsWith(DEPLOYMENT);
  const closed = losses.close<Fields>(
    defined({
      ...(deployed ? {} : { model_id: target.model, ...target.scope }),
      ...kept,
      messages: asRecords(value.messages).map(withoutEmpty),
      tools: kept.tools === undefined ? undefined : asRecords(kept.tools).map((tool, at) => openTool(tool, at, losses)),
      ...choice(value.tool_choice),
      reasoning_effort: effort(asText(value.reasoning_effort), losses),
    }),
  );
  return closed.refused === undefined ? { ...closed, ledger: [...built.ledger, ...closed.ledger] } : closed;
}

function withoutText(value: unknown): unknown {
  return typeof value === 'string' ? undefined : value;
}

/** A message that only calls tools has no content at all here, where OpenAI's says null. */
function withoutEmpty(message: Fields): Fields {
  if (message.content !== null) return message;
  const { content: _, ...rest } = message;
  return rest;
}

/** "Only one of `tool_choice_option` or `tool_choice` must be present": a word, or a tool. */
function choice(value: unknown): Fields {
  if (value === undefined) return {};
  return typeof value === 'string' ? { tool_choice_option: value } : { tool_choice: value };
}

/** Schemas that close an object are refused (github.com/BerriAI/litellm, llms/watsonx/chat/transformation.py). */
function openTool(tool: Fields, index: number, losses: Losses): Fields {
  const named = asRecord(tool.function);
  const parameters = asRecord(named?.parameters);
  if (!named || !parameters) return tool;
  const opened = opening(parameters);
  if (opened !== parameters) {
    losses.add(
      'dropped',
      `tools[${index}].function.parameters.additionalProperties`,
      'watsonx.ai takes no schema that closes an object.',
    );
  }
  return { ...tool, function: { ...named, parameters: opened } };
}

/** The same value where nothing had to go; `properties` may hold a member of any name. */
function opening<T>(value: T, isMap = false): T {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => opening(item));
    return items.some((item, index) => item !== value[index]) ? (items as T) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (name === 'additionalProperties' && !isMap) {
      changed = true;
      continue;
    }
    const opened = opening(member, name === 'properties' && !isMap);
    changed ||= opened !== member;
    members.push([name, opened]);
  }
  return changed ? (Object.fromEntries(members) as T) : value;
}

const EFFORTS: Readonly<Record<string, string>> = { minimal: 'low', xhigh: 'high', max: 'high' };

/** `low`, `medium` or `high`. */
function effort(wish: string | undefined, losses: Losses): string | undefined {
  if (wish === undefined) return undefined;
  if (wish === 'none') {
    losses.add('dropped', 'reasoning_effort', 'watsonx.ai cannot switch thinking off.', wish);
    return undefined;
  }
  const nearest = EFFORTS[wish];
  if (nearest === undefined) return wish;
  losses.add('clamped', 'reasoning_effort', 'watsonx.ai knows low, medium and high.', wish, nearest);
  return nearest;
}
