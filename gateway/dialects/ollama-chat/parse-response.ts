/** An answer of `/api/chat` in one piece (`"stream": false`). Source: github.com/ollama/ollama, docs/api.md. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asArray, asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import type { Part } from '../canonical/request.ts';
import { createdSeconds, parseCall, parseFinish, parseUsage } from './parse-answer.ts';
import { errorOfValue } from './parse-error.ts';

export function parseResponse(body: unknown, seed: string): ParsedResponse {
  if (!isRecord(body)) return { error: unusable('The answer is no JSON object.') };
  if (body.error !== undefined && body.error !== null)
    return { error: errorOfValue(undefined, body, JSON.stringify(body)) };
  const message = asRecord(body.message);
  if (!message) return { error: unusable('The answer holds no message.') };
  if (body.done !== true) return { error: unusable('The answer says that it is not done.') };
  const thinking = asText(message.thinking);
  const text = asText(message.content);
  const calls = asRecords(message.tool_calls).map((call, index) => parseCall(call, seed, index));
  const parts: Part[] = [
    ...(thinking ? [{ type: 'reasoning' as const, text: thinking, from: 'ollama-chat' as const }] : []),
    ...(text ? [{ type: 'text' as const, text }] : []),
    ...calls,
  ];
  return {
    response: defined({
      from: 'ollama-chat' as const,
      model: asText(body.model),
      createdSeconds: createdSeconds(body),
      parts,
      finish: parseFinish(body.done_reason, calls.length > 0),
      usage: parseUsage(body),
      logprobs: asArray(body.logprobs).length > 0 ? { content: body.logprobs } : undefined,
    }),
  };
}
