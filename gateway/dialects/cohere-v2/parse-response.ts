/** An answer of chat v2. Source: docs.cohere.com/reference/chat. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { statusOfKind, unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import type { Part } from '../canonical/request.ts';
import { parseCall, parseCitation } from './parse-parts.ts';
import { failureOf, parseFinish, parseUsage } from './usage.ts';

export function parseResponse(body: unknown, _seed: string): ParsedResponse {
  const message = isRecord(body) ? asRecord(body.message) : undefined;
  if (!isRecord(body) || !message) return { error: unusable('The answer holds no message.') };
  const kind = failureOf(body.finish_reason);
  if (kind) {
    const sentence = kind === 'timeout' ? 'Cohere gave up: the answer took too long.' : 'Cohere broke the answer off.';
    return { error: { kind, status: statusOfKind(kind), message: asText(body.error) ?? sentence } };
  }
  const plan = asText(message.tool_plan);
  const calls = asRecords(message.tool_calls);
  return {
    response: defined({
      from: 'cohere-v2' as const,
      id: asText(body.id),
      parts: [
        // What it says before it calls, as other models write a text there.
        ...(plan ? [{ type: 'text' as const, text: plan }] : []),
        ...parseContent(message),
        ...calls.map(parseCall),
      ],
      finish: parseFinish(body.finish_reason),
      usage: parseUsage(body.usage),
    }),
  };
}

function parseContent(message: Record<string, unknown>): Part[] {
  const cited = asRecords(message.citations);
  return asRecords(message.content).map((item, index): Part => {
    if (item.type === 'thinking') return { type: 'reasoning', text: asText(item.thinking) ?? '', from: 'cohere-v2' };
    const citations = cited
      .filter((citation) => citation.type !== 'PLAN' && (asNumber(citation.content_index) ?? 0) === index)
      .map(parseCitation);
    return { type: 'text', text: asText(item.text) ?? '', ...(citations.length > 0 ? { citations } : {}) };
  });
}
