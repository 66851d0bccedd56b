/** What an exchange cost its owner, once its answer is over: from its usage and the model that answered. Pure. */

import { envelopeMember } from '../dialects/envelope-member.ts';
import type { Attempt, Cost, Exchange } from '../exchange.ts';
import { costOf } from '../models/cost.ts';
import { findTopLevelMember } from './json-member.ts';
import type { StageContext } from './stage.ts';
import { tapBytes } from './tap.ts';

/** Undefined where it is not known; the practice provider, which is not among the providers set up, costs nothing to ask. */
export function priceExchange(
  exchange: Exchange,
  { config, lists }: Pick<StageContext, 'config' | 'lists'>,
): Cost | undefined {
  const attempt = exchange.attempts.at(-1);
  if (!attempt || !exchange.usage) return undefined;
  return costOf(exchange.usage, config.providers.get(attempt.provider), modelNames(exchange, attempt), lists);
}

/**
 * The model that was asked of the provider; where the catalogue does not know that (a deployment's own name, a router's
 * choice), the one that the answer names.
 */
function* modelNames(exchange: Exchange, attempt: Attempt): Iterable<string | undefined> {
  yield attempt.model;
  if (attempt.model === undefined) yield modelOfRawRequest(exchange);
  yield answeredModel(attempt);
}

/** Behind `/p/PROVIDER/` nothing is read on its way; the name stands in the body, or in Gemini's path. */
function modelOfRawRequest({ request }: Exchange): string | undefined {
  const inPath = /\/models\/([^/:?]{1,200}):/.exec(request.path)?.[1];
  if (inPath !== undefined) return inPath;
  const { body } = request;
  if (body.keptBytes === 0 || body.keptBytes < body.sizeBytes) return undefined;
  const bytes = tapBytes(body);
  const [span] = findTopLevelMember(bytes, 'model');
  return span && nameIn(bytes.toString('utf8', span.start, span.end));
}

/** Longer ones are not worth reading twice. */
const READ_BYTES = 64 * 1024;

function answeredModel({ responseBody }: Attempt): string | undefined {
  const first = responseBody?.chunks[0];
  if (!responseBody || !first) return undefined;
  const head = first.toString('utf8', 0, READ_BYTES);
  const event = /(?:^|\n)data:\s*(\{[^\n]*\})\s*\n/.exec(head)?.[1];
  if (event !== undefined) return modelOfEvent(event);
  if (responseBody.keptBytes < responseBody.sizeBytes || responseBody.sizeBytes > READ_BYTES) return undefined;
  const text = tapBytes(responseBody).toString('utf8');
  return asName(envelopeMember(text, 'model')) ?? asName(envelopeMember(text, 'modelVersion'));
}

function modelOfEvent(event: string): string | undefined {
  try {
    const value = JSON.parse(event) as Record<string, { model?: unknown } | undefined> | null;
    return (
      asName(value?.model) ??
      asName(value?.message?.model) ??
      asName(value?.response?.model) ??
      asName(value?.modelVersion)
    );
  } catch {
    return undefined; // no event of a dialect: then nothing names a model
  }
}

function nameIn(json: string): string | undefined {
  try {
    return asName(JSON.parse(json));
  } catch {
    return undefined; // no JSON after all: a raw body may be anything
  }
}

function asName(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
