/** A message as the canonical answer. Source: docs.claude.com/en/api/messages. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import { parseBlock } from './parse-blocks.ts';
import { errorOfValue } from './parse-error.ts';
import { parseFinish, parseUsage } from './usage.ts';

/** An error inside a 200, or an answer without content, is an error. */
export function parseResponse(body: unknown, _seed: string): ParsedResponse {
  if (!isRecord(body)) return { error: unusable('The answer is no message.') };
  if (body.type === 'error') return { error: errorOfValue(undefined, body, '') };
  if (!Array.isArray(body.content)) return { error: unusable('The message holds no content.') };
  const losses = createLosses();
  return {
    response: defined({
      from: 'anthropic-messages' as const,
      id: asText(body.id),
      model: asText(body.model),
      parts: asRecords(body.content).map((block, index) => parseBlock(block, `content[${index}]`, losses)),
      finish: parseFinish(body),
      usage: parseUsage(body.usage),
      serviceTier: asText(asRecord(body.usage)?.service_tier),
    }),
  };
}
