/**
 * A translated stream, event by event: what the provider sent, and what that became for the app. Made again from the
 * recorded bytes by the translator itself, a page at a time; nothing is sent.
 */
import type { Capture } from '../captures/capture.ts';
import type { TranslatedEvents } from '../control/contract/replay.ts';
import { providerSideOf } from '../dialects/canonical/registry.ts';
import { createSseReader, UnreadableStream } from '../dialects/canonical/sse.ts';
import type { WireEvent } from '../dialects/canonical/stream.ts';
import { createStreamReducer } from '../dialects/canonical/stream-translator.ts';
import type { Exchange } from '../exchange.ts';
import { type TranslatedConversation, translate } from '../stages/translate.ts';
import { recordedBytes } from './recorded-bytes.ts';
import { replayCapture } from './replay.ts';
import { configThen } from './replay-config.ts';
import type { ReplayDeps } from './replay-deps.ts';

/** An event is shown up to this length; a picture inside one is no reading matter. */
const SHOWN_CHARACTERS = 8192;

const NONE: TranslatedEvents = { from: null, to: null, total: 0, events: [] };

/** Events `at` to `at + limit` of the last attempt's answer; empty where it was no translated stream. */
export async function translatedEvents(
  deps: ReplayDeps,
  capture: Capture,
  at: number,
  limit: number,
): Promise<TranslatedEvents> {
  const conversation = await conversationOf(deps, capture);
  const attempt = capture.attemptList.at(-1);
  const bytes = attempt?.responseBody && recordedBytes(attempt.responseBody);
  if (!conversation?.plan.stream || !bytes) return NONE;
  const { from, to, plan, answer } = conversation;
  const wire = wireEvents(conversation, bytes);
  const reducer = createStreamReducer(to, from, plan, answer);
  let state = reducer.initial;
  const events: TranslatedEvents['events'] = [];
  // The last step is the end of the bytes: it tells whether the stream was whole.
  for (const [index, event] of [...wire, undefined].entries()) {
    const [next, step] = reducer.step(state, event);
    state = next;
    if (index < at || index >= at + limit) continue;
    events.push({
      number: index + 1,
      provider: event ? shown(textOf(event)) : null,
      meaning: step.events.map(({ type }) => type),
      app: shown(step.text),
      lost: step.lost.map(({ path, why }) => ({ path, why })),
    });
  }
  return { from, to, total: wire.length + 1, events };
}

/** The translation as it was made then, from the request and the configuration of then. */
async function conversationOf(deps: ReplayDeps, capture: Capture): Promise<TranslatedConversation | undefined> {
  const attempt = capture.attemptList.at(-1);
  const then = await configThen(deps, capture);
  if (!attempt || !then) return undefined;
  let run: Exchange | undefined;
  await replayCapture(deps, capture, { mode: 'dry-run', config: 'then' }, (exchange) => {
    run = exchange;
  });
  const provider = then.snapshot.providers.get(attempt.provider);
  if (!run || !provider) return undefined;
  const rule = { name: 'recorded', origin: { from: 'provider', id: provider.id } } as const;
  return translate(run, { providerId: provider.id, provider, model: attempt.model, rule }).translation?.conversation;
}

function wireEvents({ to }: TranslatedConversation, bytes: Buffer): WireEvent[] {
  const reader = (providerSideOf(to).createReader ?? createSseReader)();
  let events: readonly WireEvent[] = [];
  try {
    events = reader.push(bytes);
    return events.concat(reader.end());
  } catch (error) {
    // What stood whole before the damage; the capture's body shows the rest.
    return events.concat(error instanceof UnreadableStream ? error.before : []);
  }
}

function textOf({ event, data, comment }: WireEvent): string {
  if (comment) return ': comment';
  return event === undefined ? data : `${event}\n${data}`;
}

function shown(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
