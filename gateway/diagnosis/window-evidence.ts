/** What tells a request that was too long from its model's window: both numbers side by side, the request's an estimate. Pure. */
import type { Capture, RecordedAttempt } from '../captures/capture.ts';
import type { Evidence } from '../exchange.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import { findModel } from '../models/find-model.ts';
import { bodyText } from './facts-of-capture.ts';

/** Empty where neither the model nor the request's text is known. */
export function windowEvidence(
  capture: Capture,
  attempt: RecordedAttempt,
  preset: string | null | undefined,
): Evidence[] {
  const evidence: Evidence[] = [];
  const known = preset && attempt.model ? findModel(preset, attempt.model)?.model : undefined;
  const window = known?.maxInput ?? known?.contextWindow;
  if (known && window) {
    evidence.push({
      what: 'window of the model, in tokens',
      where: `model catalogue, ${known.preset}/${known.id}`,
      value: String(window),
    });
  }
  const body = attempt.requestBody.sameAs === 'request' ? capture.request.body : attempt.requestBody;
  const text = bodyText(body);
  if (text) {
    // Where only the beginning was kept, the rest is taken to be like it.
    const share = body.keptBytes > 0 ? Math.max(1, body.sizeBytes / body.keptBytes) : 1;
    const tokens = Math.round((estimateTokens(text) * share) / 100) * 100;
    if (tokens > 0) {
      evidence.push({
        what: 'length of the request, in tokens (an estimate)',
        where: 'request body',
        value: `about ${tokens}`,
      });
    }
  }
  return evidence;
}
