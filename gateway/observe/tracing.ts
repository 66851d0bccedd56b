/** Switches tracing on and off as the settings say; off, it costs one comparison an exchange and loads nothing. */
import type { Redactor } from '../captures/redact.ts';
import type { Exchange, TappedBody } from '../exchange.ts';
import type { Notice } from '../store/notice.ts';
import type { Store } from '../store/store.ts';
import type { SpanSender } from './otlp.ts';
import type { Wording } from './span-facts.ts';

/** Most of a body that goes along where content is switched on, characters. */
const MOST_CONTENT = 16_384;

export interface Tracing {
  /** Never throws, never waits; to be called when the verdict stands. */
  note(exchange: Exchange): void;
  readonly notices: readonly Notice[];
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly store: Store;
  readonly redactor: Redactor;
  readonly version: string;
  /** Where to send, whatever the settings say. */
  readonly url?: string;
  readonly onFault: (error: unknown) => void;
}

export async function createTracing(options: TracingOptions): Promise<Tracing> {
  const { store, onFault } = options;
  let sender: SpanSender | undefined;
  let current = '';
  const closing = new Set<Promise<void>>();
  const follow = async () => {
    const { otlpUrl, content } = store.snapshot.settings.tracing;
    const url = options.url ?? otlpUrl;
    const wanted = url === null ? '' : `${content} ${url}`;
    if (wanted === current) return;
    current = wanted;
    const old = sender;
    sender = undefined;
    if (old) {
      const closed = old.close().finally(() => closing.delete(closed));
      closing.add(closed);
    }
    if (url === null) return;
    const { createSpanSender } = await import('./otlp.ts');
    if (wanted === current) sender = createSpanSender(url, options.version, wordingOf(options, content));
  };
  const unsubscribe = store.subscribe(() => void follow().catch(onFault));
  await follow().catch(onFault);
  return {
    note(exchange) {
      if (sender === undefined || exchange.origin?.nothingSent) return;
      try {
        sender.note(exchange);
      } catch (error) {
        onFault(error);
      }
    },
    get notices() {
      const notice = sender?.notice;
      return notice ? [notice] : [];
    },
    close: async () => {
      unsubscribe();
      await Promise.all([...closing, sender?.close()]);
    },
  };
}

function wordingOf({ store, redactor }: TracingOptions, content: boolean): Wording {
  const clean = (text: string) => redactor.redactText(text, 'record').text;
  return {
    clean,
    presetOf: (provider) => store.snapshot.providers.get(provider)?.preset ?? null,
    ...(content
      ? {
          content: (exchange) => {
            // What is not to be recorded is not to be sent anywhere else.
            if (exchange.recording !== 'full') return {};
            const answer = exchange.answer?.body;
            return {
              request: bodyText(exchange.request.body, clean),
              response: bodyText(answer === 'same' ? exchange.attempts.at(-1)?.responseBody : answer, clean),
            };
          },
        }
      : {}),
  };
}

function bodyText(body: TappedBody | undefined, clean: (text: string) => string): string | undefined {
  if (!body || body.keptBytes === 0) return undefined;
  // Cleaned as a whole first: a secret must not come through because it was cut.
  return clean(Buffer.concat(body.chunks).toString('utf8')).slice(0, MOST_CONTENT);
}
