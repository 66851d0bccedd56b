/** A run that is over. Source: replicate.com/docs/topics/predictions, cog.run (metrics). */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined, isRecord } from '../canonical/json.ts';
import type { CanonicalUsage } from '../canonical/response.ts';
import { errorOfRun } from './parse-error.ts';

export function parseResponse(body: unknown, _seed: string): ParsedResponse {
  const status = isRecord(body) ? asText(body.status) : undefined;
  if (!isRecord(body) || status === undefined) return { error: unusable('The answer is no prediction.') };
  if (status === 'starting' || status === 'processing')
    return { error: unusable('The run was not over yet; ask again, or as a stream.') };
  if (status !== 'succeeded' && status !== 'successful') return { error: errorOfRun(status, asText(body.error)) };
  const text = outputText(body.output);
  if (text === undefined) return { error: unusable('The model gave something that is no text.') };
  const created = Date.parse(asText(body.created_at) ?? '');
  return {
    response: defined({
      from: 'replicate-predictions' as const,
      id: asText(body.id),
      model: asText(body.model),
      createdSeconds: Number.isNaN(created) ? undefined : Math.floor(created / 1000),
      parts: [{ type: 'text' as const, text }],
      // Nothing says whether it stopped by itself or at its most tokens.
      finish: { reason: 'stop' as const },
      usage: parseUsage(body),
    }),
  };
}

/** Language models give pieces, which are put together (`x-cog-array-display: concatenate`). */
function outputText(output: unknown): string | undefined {
  if (typeof output === 'string') return output;
  return Array.isArray(output) && output.every((piece) => typeof piece === 'string') ? output.join('') : undefined;
}

/** Official language models count their tokens; all others their seconds alone. */
export function parseUsage(prediction: Readonly<Record<string, unknown>>): CanonicalUsage | undefined {
  const metrics = asRecord(prediction.metrics);
  const usage = defined({
    inputTokens: asNumber(metrics?.input_token_count),
    outputTokens: asNumber(metrics?.output_token_count),
  });
  return Object.keys(usage).length === 0 ? undefined : usage;
}
