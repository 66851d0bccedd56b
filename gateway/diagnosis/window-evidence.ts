/** What tells a request that was too long from its model's window: both numbers side by side, estimates marked. Pure. */
import type { Capture, RecordedAttempt, RecordedBody } from '../captures/capture.ts';
import type { Evidence } from '../exchange.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import type { ModelLists } from '../models/listed.ts';
import { modelFacts } from '../models/merged-models.ts';
import type { RequestTokens } from '../models/request-tokens.ts';
import type { KnownModel } from '../providers/known-model.ts';
import type { Provider } from '../store/schema.ts';
import { bodyText, sentBody } from './facts-of-capture.ts';

/** `requestTokens`: counted by the model's own tokenizer, where that could be. Empty where neither the model nor the request's text is known. */
export function windowEvidence(
  capture: Capture,
  attempt: RecordedAttempt,
  provider: Pick<Provider, 'id' | 'preset'> | undefined,
  {
    requestTokens: counted,
    lists,
  }: { readonly requestTokens?: RequestTokens; readonly lists?: Pick<ModelLists, 'find'> },
): Evidence[] {
  const evidence: Evidence[] = [];
  const catalogued = provider && attempt.model ? modelFacts(provider, attempt.model, undefined) : undefined;
  const known = windowOf(catalogued)
    ? catalogued
    : provider && attempt.model
      ? modelFacts(provider, attempt.model, lists)
      : undefined;
  const window = windowOf(known);
  if (known && window) {
    evidence.push({
      what: 'window of the model, in tokens',
      where:
        known === catalogued ? `model catalogue, ${known.preset}/${known.id}` : `models that ${provider?.id} lists`,
      value: String(window),
    });
  }
  const length = counted ? countedLength(counted) : estimatedLength(sentBody(capture, attempt));
  if (length) evidence.push(length);
  return evidence;
}

function windowOf(model: KnownModel | undefined): number | null | undefined {
  return model?.maxInput ?? model?.contextWindow;
}

function countedLength({ tokens, exact, encoding }: RequestTokens): Evidence {
  const where = `request body, counted with ${encoding}`;
  return exact
    ? { what: 'length of the request, in tokens', where, value: String(tokens) }
    : { what: ESTIMATED_LENGTH, where, value: `about ${tokens}` };
}

function estimatedLength(body: RecordedBody): Evidence | undefined {
  const text = bodyText(body);
  if (!text) return undefined;
  // Where only the beginning was kept, the rest is taken to be like it.
  const share = body.keptBytes > 0 ? Math.max(1, body.sizeBytes / body.keptBytes) : 1;
  const tokens = Math.round((estimateTokens(text) * share) / 100) * 100;
  return tokens > 0 ? { what: ESTIMATED_LENGTH, where: 'request body', value: `about ${tokens}` } : undefined;
}

const ESTIMATED_LENGTH = 'length of the request, in tokens (an estimate)';
