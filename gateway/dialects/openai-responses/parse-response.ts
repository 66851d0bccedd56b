/** A response as the canonical answer. Source: platform.openai.com/docs/api-reference/responses/object. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import { errorOfValue } from './parse-error.ts';
import { parseOutput } from './parse-items.ts';
import { parseFinish, parseUsage } from './usage.ts';

/** A failed or cancelled response is an error, whatever its status. */
export function parseResponse(body: unknown, _seed: string): ParsedResponse {
  if (!isRecord(body)) return { error: unusable('The answer is no response.') };
  if (body.error !== undefined && body.error !== null) return { error: errorOfValue(undefined, body, '') };
  if (body.status === 'failed' || body.status === 'cancelled')
    return { error: unusable(`The response was ${body.status}.`) };
  if (!Array.isArray(body.output)) return { error: unusable('The response holds no output.') };
  const parts = parseOutput(body.output, createLosses());
  const logprobs = asRecords(body.output)
    .flatMap((item) => asRecords(item.content))
    .find((part) => Array.isArray(part.logprobs) && part.logprobs.length > 0)?.logprobs;
  return {
    response: defined({
      from: 'openai-responses' as const,
      id: asText(body.id),
      model: asText(body.model),
      createdSeconds: asNumber(body.created_at),
      parts,
      finish: parseFinish(
        body,
        parts.some((part) => part.type === 'tool-call'),
      ),
      usage: parseUsage(body.usage),
      serviceTier: asText(body.service_tier),
      logprobs: logprobs === undefined ? undefined : { content: logprobs, refusal: null },
    }),
  };
}
