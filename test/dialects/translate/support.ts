/** What the translation tests share: running streams through, cutting bytes, collecting what came. */
import type { AnswerContext, TargetFacts } from '../../../gateway/dialects/canonical/adapter.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import {
  createStreamTranslator,
  type StreamTranslator,
} from '../../../gateway/dialects/canonical/stream-translator.ts';
import { type AnswerPlan, translateRequest } from '../../../gateway/dialects/canonical/translate.ts';

export const CONTEXT: AnswerContext = {
  seed: 'c0seed',
  nowSeconds: 1_760_000_000,
  model: 'asked-model',
  includeUsage: true,
};
export const TARGET: TargetFacts = { model: 'target-model' };
export const PLAN: AnswerPlan = { stream: true, includeUsage: true, toolNames: new Map(), freeTextTools: new Set() };

/** A request that must not be refused. */
export function translated(
  from: TranslatedDialect,
  to: TranslatedDialect,
  body: unknown,
  target: TargetFacts = TARGET,
) {
  const result = translateRequest(from, to, body, target);
  if (result.refused !== undefined) throw new Error(`refused: ${result.refused.param}: ${result.refused.message}`);
  return result;
}

export function refusal(from: TranslatedDialect, to: TranslatedDialect, body: unknown, target: TargetFacts = TARGET) {
  return translateRequest(from, to, body, target).refused;
}

/** Server-sent events as the wire has them. */
export function sse(events: readonly unknown[], named = false): string {
  return events
    .map((event) => {
      if (typeof event === 'string') return `data: ${event}\n\n`;
      const name = named ? `event: ${(event as { type: string }).type}\n` : '';
      return `${name}data: ${JSON.stringify(event)}\n\n`;
    })
    .join('');
}

export interface Streamed {
  readonly text: string;
  readonly translator: StreamTranslator;
}

/** Bytes through a translator, cut where `cuts` say. */
export function stream(
  from: TranslatedDialect,
  to: TranslatedDialect,
  wire: string,
  cuts: readonly number[] = [],
  options: { readonly context?: AnswerContext; readonly jsonArray?: boolean } = {},
): Streamed {
  const bytes = Buffer.from(wire, 'utf8');
  const translator = createStreamTranslator(from, to, PLAN, options.context ?? CONTEXT, options.jsonArray);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  let text = '';
  let start = 0;
  for (const end of [...places, bytes.length]) {
    text += translator.push(bytes.subarray(start, end));
    start = end;
  }
  return { text: text + translator.end(), translator };
}

/** The JSON values of a stream's events; `[DONE]` stays text. */
export function eventsOf(text: string): (Fields | string)[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => (line === 'data: [DONE]' ? '[DONE]' : (JSON.parse(line.slice(6)) as Fields)));
}
