/**
 * Input and output items as canonical messages. Source: platform.openai.com/docs/api-reference/responses/create (`input`).
 * What the model said in one go (reasoning, message, calls) are items of their own here and one message elsewhere.
 */
import { asArray, asRecord, asRecords, asText, defined, isRecord, nameOf, unknownFields } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { Message, Part, ReasoningPart, TranslatedDialect } from '../canonical/request.ts';
import { openSignature } from '../canonical/signature.ts';
import { parseContent } from './parse-content.ts';

const OWN: TranslatedDialect = 'openai-responses';

/** `input` in either of its forms. */
export function parseInput(input: unknown, losses: Losses): Message[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }], at: 'input' }];
  if (input === undefined || input === null) return [];
  if (!Array.isArray(input)) {
    losses.refuse('input', 'input must be a text or a list of items.');
    return [];
  }
  const messages: (Message & { parts: Part[] })[] = [];
  const names = new Map<string, string>();
  for (const [index, item] of asArray(input).entries()) {
    const at = `input[${index}]`;
    if (!isRecord(item)) {
      losses.refuse(at, `${at} must be an item.`);
      continue;
    }
    const read = parseItem(item, at, names, losses);
    if (!read) continue;
    const last = messages[messages.length - 1];
    if (last && goesOn(last, read)) last.parts.push(...read.parts);
    else messages.push(read);
  }
  return messages;
}

/** A second message of the assistant stays one of its own unless calls stand between: those need one message. */
function goesOn(last: Message, next: Message): boolean {
  if (last.role !== 'assistant' || next.role !== 'assistant') return false;
  const ends = last.parts[last.parts.length - 1]?.type;
  return next.parts[0]?.type !== 'text' || (ends !== 'text' && ends !== 'refusal');
}

const KNOWN_MESSAGE = new Set(['type', 'role', 'content', 'id', 'status']);

function parseItem(
  item: Record<string, unknown>,
  at: string,
  names: Map<string, string>,
  losses: Losses,
): (Message & { parts: Part[] }) | undefined {
  if (item.type === undefined || item.type === 'message') {
    const { role } = item;
    if (role !== 'user' && role !== 'assistant' && role !== 'system' && role !== 'developer') {
      losses.refuse(`${at}.role`, `${nameOf(role)} is no role; use user, assistant, system or developer.`);
      return undefined;
    }
    const extra = unknownFields(item, KNOWN_MESSAGE);
    return { role, parts: parseContent(item.content, `${at}.content`, losses), at, ...(extra ? { extra } : {}) };
  }
  if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output') {
    const callId = asText(item.call_id) ?? '';
    const name = names.get(callId);
    const content = parseContent(item.output, `${at}.output`, losses);
    const kind = item.type === 'custom_tool_call_output' ? ('custom' as const) : undefined;
    return { role: 'tool', parts: [defined({ type: 'tool-result' as const, callId, name, content, kind })], at };
  }
  const part = parseOutputItem(item);
  if (part.type === 'tool-call') names.set(part.id, part.name);
  return { role: 'assistant', parts: [part], at };
}

const KNOWN_CALL = new Set(['type', 'id', 'call_id', 'name', 'arguments', 'input', 'status']);

/** A call, a piece of reasoning, or an item that only OpenAI knows. */
export function parseOutputItem(item: Record<string, unknown>): Part {
  if (item.type === 'function_call' || item.type === 'custom_tool_call') {
    const custom = item.type === 'custom_tool_call';
    return defined({
      type: 'tool-call' as const,
      id: asText(item.call_id) ?? asText(item.id) ?? '',
      name: asText(item.name) ?? '',
      argumentsText: asText(custom ? item.input : item.arguments) ?? '',
      kind: custom ? ('custom' as const) : ('function' as const),
      extra: unknownFields(item, KNOWN_CALL),
    });
  }
  if (item.type === 'reasoning') return parseReasoning(item);
  return { type: 'opaque', from: OWN, name: nameOf(item.type), value: item };
}

/** `encrypted_content` is the reasoning for the model, the summary for people. */
export function parseReasoning(item: Record<string, unknown>): ReasoningPart {
  const texts = [...asRecords(item.summary), ...asRecords(item.content)].map((piece) => asText(piece.text) ?? '');
  const text = texts.join('\n\n');
  const sealed = asText(item.encrypted_content);
  const opened = sealed === undefined ? undefined : openSignature(sealed);
  if (opened) return { type: 'reasoning', text, ...opened };
  return defined({
    type: 'reasoning' as const,
    text,
    from: OWN,
    signature: sealed,
    id: asText(item.id),
    extra: asRecords(item.content).length > 0 ? { content: item.content } : undefined,
  });
}

/** All of an answer's output items as parts. */
export function parseOutput(output: unknown, losses: Losses): Part[] {
  return asRecords(output).flatMap((item) =>
    item.type === 'message' ? parseContent(asRecord(item)?.content, 'output', losses) : [parseOutputItem(item)],
  );
}
