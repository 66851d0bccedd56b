/**
 * Fills in what a Responses request refers to by id where its target is another provider, which keeps nothing: from the
 * captures of the translated answers that bore these ids. Only what the same app was given, recorded whole, with no
 * secret taken out of it, and unless its request said `store: false`. A replay reads the same captures again.
 */
import type { Capture, RecordedBody } from '../captures/capture.ts';
import { isCaptureId } from '../captures/capture-id.ts';
import { MARKER_PATTERN } from '../captures/marker.ts';
import { asRecord, asText, parseJson } from '../dialects/canonical/json.ts';
import type { Refused } from '../dialects/canonical/losses.ts';
import type { Fields } from '../dialects/canonical/request.ts';
import {
  type Earlier,
  inputWith,
  outputOf,
  type Reference,
  type References,
  referencesOf,
} from '../dialects/openai-responses/earlier.ts';
import type { Exchange } from '../exchange.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';

/** A capture once it is committed; null: there is none. */
export type FindCapture = (id: string) => Promise<Capture | null>;

export interface Recalled extends Earlier {
  /** Ids of the captures it came from. */
  readonly captures: readonly string[];
  /** What could not be had, and why; the rest is then of no use. */
  readonly missing?: Refused;
}

/** Earlier exchanges read for one request. */
const MOST_CAPTURES = 100;
/** Of all that is filled in, as JSON. */
const MOST_CHARACTERS = 4_000_000;

/** What this request refers to that may have been given out here; undefined costs a look at its input and no more. */
export function recallable(exchange: Exchange): References | undefined {
  if (exchange.endpoint?.dialect !== 'openai-responses') return undefined;
  const references = referencesOf(exchange.json);
  // Ids of OpenAI's own are in no capture; the translation refuses them in its words.
  return references && allOf(references).every(({ id }) => captureOf(id) !== undefined) ? references : undefined;
}

export async function recall(
  exchange: Exchange,
  references: References,
  config: ConfigSnapshot,
  find: FindCapture,
): Promise<Recalled> {
  const search = new Search(exchange, config, find);
  const captures = () => [...search.read.keys()];
  try {
    if (redacts(exchange, config)) {
      throw new Missing(
        allOf(references)[0] as Reference,
        'A rule takes texts out of what this app sends, and what was recorded earlier is not sent around it',
      );
    }
    return { ...(await search.earlier(references)), captures: captures() };
  } catch (error) {
    if (error instanceof Missing) return { items: new Map(), captures: captures(), missing: error.refused };
    throw error;
  }
}

function allOf({ response, items }: References): Reference[] {
  return response ? [response, ...items] : [...items];
}

/** Ids of translated answers hold their capture's: `resp_<capture>`, `msg_<capture>_<place>`. */
function captureOf(id: string): string | undefined {
  const capture = /^(?:resp_(c[0-9a-z]{20})|(?:msg|rs|fc|ctc)_(c[0-9a-z]{20})_\d+)$/.exec(id);
  const found = capture?.[1] ?? capture?.[2];
  return found !== undefined && isCaptureId(found) ? found : undefined;
}

function redacts({ caller, routeName }: Exchange, { apps, routes }: ConfigSnapshot): boolean {
  const rules = [apps.get(caller?.appId ?? '')?.transform, routes.get(routeName ?? '')?.transform];
  return rules.some((rule) => (rule?.redact.length ?? 0) > 0);
}

class Missing extends Error {
  readonly refused: Refused;
  constructor({ param }: Reference, why: string) {
    super(why);
    this.refused = { param, message: `${why}; send the whole conversation in input.` };
  }
}

class Search {
  readonly read = new Map<string, Promise<Capture | null>>();
  private readonly exchange: Exchange;
  private readonly config: ConfigSnapshot;
  private readonly find: FindCapture;
  private characters = 0;

  constructor(exchange: Exchange, config: ConfigSnapshot, find: FindCapture) {
    this.exchange = exchange;
    this.config = config;
    this.find = find;
  }

  async earlier({ response, items }: References, depth = 0): Promise<Earlier> {
    const found = new Map<string, Fields>();
    for (const reference of items) {
      const { output } = await this.answer(reference);
      const item = output.find(({ id }) => id === reference.id);
      if (!item) throw new Missing(reference, NOT_KEPT);
      found.set(reference.id, this.counted(item, reference));
    }
    if (!response) return { items: found };
    const { request, output } = await this.answer(response);
    const before = referencesOf(request);
    if (before && depth >= MOST_CAPTURES) throw new Missing(response, TOO_MANY);
    const { conversation = [], items: inner }: Earlier = before ? await this.earlier(before, depth + 1) : NOTHING;
    const own = this.counted([...inputWith(request, { items: inner }), ...output], response);
    return { items: found, conversation: [...conversation, ...own] };
  }

  /** The request and the answer that bore this id. */
  private async answer(reference: Reference): Promise<{ request: Fields; output: Fields[] }> {
    const capture = await this.capture(reference);
    if (!capture || !this.isTheirs(capture)) throw new Missing(reference, NOT_KEPT);
    const request = asRecord(parseJson(wholeText(capture.request.body) ?? ''));
    const output = capture.verdict?.ok && capture.answer ? outputOf(wholeText(capture.answer.body) ?? '') : undefined;
    if (!request || !output) throw new Missing(reference, 'The answer that it stands in was not recorded whole');
    if (request.store === false) {
      throw new Missing(reference, 'The request that it answers asked for nothing to be kept (store: false)');
    }
    return { request, output };
  }

  private capture(reference: Reference): Promise<Capture | null> {
    const id = captureOf(reference.id);
    if (id === undefined) throw new Missing(reference, NOT_KEPT);
    const known = this.read.get(id);
    if (known) return known;
    if (this.read.size >= MOST_CAPTURES) throw new Missing(reference, TOO_MANY);
    const capture = this.find(id);
    this.read.set(id, capture);
    return capture;
  }

  /** Keys that are bound to users go on from what they were given themselves; others from what their app was. */
  private isTheirs({ appId, gatewayKeyId, origin }: Capture): boolean {
    const { caller } = this.exchange;
    if (!caller || appId !== caller.appId || origin?.kind === 'import') return false;
    const bound = (this.config.gatewayKeys.get(caller.gatewayKeyId)?.users.length ?? 0) > 0;
    return !bound || gatewayKeyId === caller.gatewayKeyId;
  }

  /** What may be sent: no marker in a secret's place, and not more than can be held. */
  private counted<T extends Fields | Fields[]>(value: T, reference: Reference): T {
    const text = JSON.stringify(value);
    this.characters += text.length;
    if (this.characters > MOST_CHARACTERS)
      throw new Missing(reference, 'The earlier conversation is too long to fill in');
    if (text.search(MARKER_PATTERN) !== -1) {
      throw new Missing(reference, 'A secret stood in what was recorded of it, and was taken out');
    }
    return value;
  }
}

const NOTHING: Earlier = { items: new Map() };

/** The same for what is gone and for what is another's: nobody learns which. */
const NOT_KEPT = 'It names nothing that is kept here for this app';
const TOO_MANY = `It goes on from more than ${MOST_CAPTURES} earlier answers`;

function wholeText({ text, leftOut, complete, keptBytes, sizeBytes, decodedFrom }: RecordedBody): string | undefined {
  const whole = complete && leftOut === undefined && (keptBytes >= sizeBytes || decodedFrom !== undefined);
  return whole ? asText(text) : undefined;
}
