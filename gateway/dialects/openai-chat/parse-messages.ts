/** Chat messages as canonical messages. Source: platform.openai.com/docs/api-reference/chat/create (`messages`). */
import { asRecord, asRecords, asText, isRecord, nameOf, unknownFields } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { Message, Part, ToolCallPart } from '../canonical/request.ts';
import { parseContent } from './parse-content.ts';
import { parseReasoning } from './parse-reasoning.ts';

const KNOWN = new Set([
  'role',
  'content',
  'name',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'refusal',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
]);

/** All messages; refuses a list that is none and roles that nobody knows. */
export function parseMessages(value: unknown, losses: Losses): Message[] {
  if (!Array.isArray(value) || value.length === 0) {
    losses.refuse('messages', 'messages must be a list with at least one message.');
    return [];
  }
  const names = new Map<string, string>();
  return value.flatMap((item: unknown, index) => {
    const at = `messages[${index}]`;
    if (!isRecord(item)) {
      losses.refuse(at, `${at} must be an object with a role.`);
      return [];
    }
    const message = parseMessage(item, at, names, losses);
    return message ? [message] : [];
  });
}

function parseMessage(
  item: Record<string, unknown>,
  at: string,
  names: Map<string, string>,
  losses: Losses,
): Message | undefined {
  const extra = unknownFields(item, KNOWN);
  const name = asText(item.name);
  const base = { at, ...(extra ? { extra } : {}), ...(name === undefined || item.role === 'function' ? {} : { name }) };
  switch (item.role) {
    case 'system':
    case 'developer':
    case 'user':
      return { ...base, role: item.role, parts: parseContent(item.content, at, losses) };
    case 'assistant':
      return { ...base, role: 'assistant', parts: parseAssistant(item, at, names, losses) };
    case 'tool':
      return { ...base, role: 'tool', parts: [parseResult(item, asText(item.tool_call_id), at, names, losses)] };
    case 'function':
      // The form before tools: results name the function and carry no id.
      return { ...base, role: 'tool', parts: [parseResult(item, legacyId(name ?? ''), at, names, losses)] };
    default:
      losses.refuse(`${at}.role`, `${nameOf(item.role)} is no role; use system, developer, user, assistant or tool.`);
      return undefined;
  }
}

function parseAssistant(item: Record<string, unknown>, at: string, names: Map<string, string>, losses: Losses): Part[] {
  const refusal = asText(item.refusal);
  const calls = parseToolCalls(item);
  for (const call of calls) names.set(call.id, call.name);
  return [
    ...parseReasoning(item),
    ...parseContent(item.content, at, losses),
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...calls,
  ];
}

const KNOWN_CALL = new Set(['id', 'type', 'function', 'custom', 'index']);

/** The calls of a message: `tool_calls`, or the single `function_call` of old. */
export function parseToolCalls(message: Record<string, unknown>): ToolCallPart[] {
  const calls = asRecords(message.tool_calls).map((call, index): ToolCallPart => {
    const custom = call.type === 'custom';
    const body = asRecord(custom ? call.custom : call.function) ?? {};
    const extra = unknownFields(call, KNOWN_CALL);
    return {
      type: 'tool-call',
      id: asText(call.id) || `call_${index}`,
      name: asText(body.name) ?? '',
      argumentsText: asText(custom ? body.input : body.arguments) ?? '',
      kind: custom ? 'custom' : 'function',
      ...(extra ? { extra } : {}),
    };
  });
  const legacy = asRecord(message.function_call);
  const name = asText(legacy?.name);
  if (calls.length > 0 || legacy === undefined || name === undefined) return calls;
  return [
    { type: 'tool-call', id: legacyId(name), name, argumentsText: asText(legacy.arguments) ?? '', kind: 'function' },
  ];
}

function legacyId(name: string): string {
  return `call_${name}`;
}

function parseResult(
  item: Record<string, unknown>,
  callId: string | undefined,
  at: string,
  names: ReadonlyMap<string, string>,
  losses: Losses,
): Part {
  if (!callId) losses.refuse(`${at}.tool_call_id`, `${at} must say which tool call it answers (tool_call_id).`);
  const name = names.get(callId ?? '');
  return {
    type: 'tool-result',
    callId: callId ?? '',
    content: parseContent(item.content, at, losses),
    ...(name === undefined ? {} : { name }),
  };
}
