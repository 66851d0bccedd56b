/** Messages and system prompt as canonical messages. Source: docs.claude.com/en/api/messages. */
import { asText, isRecord } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { Message, Part } from '../canonical/request.ts';
import { parseBlocks } from './parse-blocks.ts';

/** The system prompt as a first message, then all messages; tool results in messages of their own. */
export function parseMessages(body: Record<string, unknown>, losses: Losses): Message[] {
  const system = body.system === undefined || body.system === null ? [] : parseBlocks(body.system, 'system', losses);
  const first: Message[] = system.length > 0 ? [{ role: 'system', parts: system, at: 'system' }] : [];
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    losses.refuse('messages', 'messages must be a list with at least one message.');
    return first;
  }
  const names = new Map<string, string>();
  const messages = body.messages.flatMap((item: unknown, index): Message[] => {
    const at = `messages[${index}]`;
    const role = isRecord(item) ? asText(item.role) : undefined;
    if (!isRecord(item) || (role !== 'user' && role !== 'assistant' && role !== 'system')) {
      losses.refuse(`${at}.role`, `${at} must be an object with the role user or assistant.`);
      return [];
    }
    const parts = parseBlocks(item.content, `${at}.content`, losses).map((part) => named(part, names));
    return role === 'user' ? splitResults(parts, at) : [{ role, parts, at }];
  });
  return [...first, ...messages];
}

/** Results name the call by id only; other dialects want the tool's name, which the call said. */
function named(part: Part, names: Map<string, string>): Part {
  if (part.type === 'tool-call') names.set(part.id, part.name);
  const name = part.type === 'tool-result' ? names.get(part.callId) : undefined;
  return name === undefined ? part : ({ ...part, name } as Part);
}

/** A user's message with tool results: the results apart, everything in its order. */
function splitResults(parts: readonly Part[], at: string): Message[] {
  const messages: { role: 'tool' | 'user'; parts: Part[]; at: string }[] = [];
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user';
    const last = messages[messages.length - 1];
    if (last?.role === role) last.parts.push(part);
    else messages.push({ role, parts: [part], at });
  }
  return messages.length > 0 ? messages : [{ role: 'user', parts: [], at }];
}
