/** The thread that holds the tokenizers: reads one when its encoding is first asked for, and counts one job at a time. */
import { parentPort } from 'node:worker_threads';
import { countTexts, type TextsCounted } from './count-text.ts';
import type { Encoding } from './encodings.ts';

export interface ToCount {
  readonly id: number;
  readonly encoding: Encoding;
  readonly texts: readonly string[];
}

export interface FromCount {
  readonly id: number;
  readonly counted: TextsCounted;
}

type Count = (text: string) => number;

/** What looks like a control token in somebody's text is text to the API too. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/** Pieces whose merging is remembered; the tokenizer's own default keeps ten times as many. */
const REMEMBERED_PIECES = 10_000;

const LOAD: Readonly<Record<Encoding, () => Promise<Count>>> = {
  o200k_base: async () => counter(await import('gpt-tokenizer/encoding/o200k_base')),
  cl100k_base: async () => counter(await import('gpt-tokenizer/encoding/cl100k_base')),
};

function counter(
  tokenizer: Pick<typeof import('gpt-tokenizer/encoding/o200k_base'), 'countTokens' | 'setMergeCacheSize'>,
): Count {
  tokenizer.setMergeCacheSize(REMEMBERED_PIECES);
  return (text) => tokenizer.countTokens(text, PLAIN);
}

const loaded = new Map<Encoding, Promise<Count>>();

function load(encoding: Encoding): Promise<Count> {
  const known = loaded.get(encoding) ?? LOAD[encoding]();
  loaded.set(encoding, known);
  return known;
}

parentPort?.on('message', async ({ id, encoding, texts }: ToCount) => {
  const answer: FromCount = { id, counted: countTexts(texts, await load(encoding)) };
  parentPort?.postMessage(answer);
});
