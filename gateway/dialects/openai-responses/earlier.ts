/**
 * Requests that go on from earlier answers by their ids (`previous_response_id`, `item_reference`), which OpenAI keeps and
 * other providers do not. Pure. Source: platform.openai.com/docs/api-reference/responses/create.
 */
import { asRecord, asRecords, asText, isRecord, parseJson } from '../canonical/json.ts';
import type { LedgerEntry } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import { createSseReader, UnreadableStream } from '../canonical/sse.ts';

/** What a request refers to, and where. */
export interface Reference {
  readonly param: string;
  readonly id: string;
}

export interface References {
  readonly response?: Reference;
  readonly items: readonly Reference[];
}

/** What was found of it. */
export interface Earlier {
  /** The conversation up to the response that is gone on from, its own items last. */
  readonly conversation?: readonly Fields[];
  /** Items by id. */
  readonly items: ReadonlyMap<string, Fields>;
}

/** Undefined where the request says all there is to say itself. */
export function referencesOf(body: unknown): References | undefined {
  const request = asRecord(body);
  if (!request) return undefined;
  const id = asText(request.previous_response_id);
  const items: Reference[] = [];
  if (Array.isArray(request.input)) {
    for (const [index, item] of request.input.entries()) {
      if (isReference(item)) items.push({ param: `input[${index}]`, id: item.id });
    }
  }
  if (!id && items.length === 0) return undefined;
  return { items, ...(id ? { response: { param: 'previous_response_id', id } } : {}) };
}

function isReference(item: unknown): item is { readonly id: string } {
  return isRecord(item) && item.type === 'item_reference' && typeof item.id === 'string';
}

/** The input as items, with those that are referred to in their places. */
export function inputWith(body: Fields, { conversation = [], items }: Earlier): Fields[] {
  const { input } = body;
  const own =
    typeof input === 'string'
      ? [{ type: 'message', role: 'user', content: input }]
      : asRecords(input).map((item) => (isReference(item) ? (items.get(item.id) ?? item) : item));
  return [...conversation, ...own];
}

/** The request with its whole conversation in it, and what its ledger says of that. */
export function withEarlier(body: Fields, earlier: Earlier): { readonly body: Fields; readonly ledger: LedgerEntry[] } {
  const { previous_response_id: id, ...rest } = body;
  const why = 'Filled in from what was recorded here of earlier answers to this app.';
  const ledger: LedgerEntry[] = [];
  if (earlier.conversation && typeof id === 'string') {
    ledger.push({ path: 'previous_response_id', action: 'defaulted', why, after: earlier.conversation.length });
  }
  if (earlier.items.size > 0) ledger.push({ path: 'input', action: 'defaulted', why, after: earlier.items.size });
  return { body: { ...rest, input: inputWith(body, earlier) }, ledger };
}

/** The items of an answer as it was given, whole or streamed; undefined where it is no whole answer. */
export function outputOf(answer: string): Fields[] | undefined {
  const whole = asRecord(parseJson(answer)) ?? lastResponse(answer);
  if (whole?.object !== 'response' || (whole.status !== 'completed' && whole.status !== 'incomplete')) return undefined;
  return asRecords(whole.output);
}

function lastResponse(stream: string): Record<string, unknown> | undefined {
  try {
    const reader = createSseReader();
    const events = [...reader.push(Buffer.from(stream, 'utf8')), ...reader.end()];
    return asRecord(asRecord(parseJson(events.findLast(({ comment }) => !comment)?.data ?? ''))?.response);
  } catch (error) {
    if (error instanceof UnreadableStream) return undefined;
    throw error;
  }
}
