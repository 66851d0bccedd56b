/** The tokens of a recorded request, counted as its model counts them. Pure but for the counter it is given. */
import type { Capture } from '../captures/capture.ts';
import { adapterOf, TRANSLATED_DIALECTS } from '../dialects/canonical/registry.ts';
import type { TranslatedDialect } from '../dialects/canonical/request.ts';
import { matchEndpoint } from '../dialects/endpoints.ts';
import { countRequest, type RequestTokens } from '../models/request-tokens.ts';
import type { CountTexts } from '../models/token-counter.ts';
import { sentBody } from './facts-of-capture.ts';

/**
 * What the last attempt sent. Undefined where no tokenizer is known for its model (`preset` is its provider's), where the
 * request is no conversation, and where its body was not kept whole.
 */
export async function countCaptured(
  capture: Capture,
  preset: string | null,
  count: CountTexts,
): Promise<RequestTokens | undefined> {
  const attempt = capture.attemptList.at(-1);
  const dialect = dialectSent(capture);
  if (attempt?.model === undefined || !dialect) return undefined;
  const { text, keptBytes, sizeBytes, decodedFrom, redactions } = sentBody(capture, attempt);
  if (text === undefined || (keptBytes < sizeBytes && decodedFrom === undefined)) return undefined;
  const parsed = adapterOf(dialect).parseRequest(jsonOf(text), { model: attempt.model });
  if (parsed.refused !== undefined) return undefined;
  const counted = await countRequest(parsed.value, { preset, model: attempt.model }, count);
  if (!counted || redactions.length === 0) return counted;
  return { ...counted, exact: false, guessed: [...counted.guessed, 'secrets that were not kept'] };
}

/** In which dialect it left: the caller's, unless it was translated. */
function dialectSent(capture: Capture): TranslatedDialect | undefined {
  const translated = capture.steps.findLast(({ stage }) => stage === 'translate')?.output?.dialect;
  const [path = ''] = capture.request.url.split('?');
  const match = matchEndpoint(capture.request.method, path);
  const dialect = translated ?? (match.kind === 'endpoint' ? match.endpoint.dialect : undefined);
  return TRANSLATED_DIALECTS.find((known) => known === dialect);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
