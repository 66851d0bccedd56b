/** A Converse answer. Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import { parseBlock } from './parse-blocks.ts';
import { parseFinish, parseUsage } from './usage.ts';

/** An answer without a message is an error. */
export function parseResponse(body: unknown, _seed: string): ParsedResponse {
  const message = isRecord(body) ? asRecord(asRecord(body.output)?.message) : undefined;
  if (!isRecord(body) || !Array.isArray(message?.content)) return { error: unusable('The answer holds no message.') };
  return {
    response: defined({
      from: 'bedrock-converse' as const,
      parts: asRecords(message.content).flatMap(parseBlock),
      finish: parseFinish(body.stopReason, body.additionalModelResponseFields, body.trace),
      usage: parseUsage(body.usage),
      serviceTier: asText(asRecord(body.serviceTier)?.type),
    }),
  };
}
