/** The bundled thread that counts tokens: found beside its entry, with ranks that bundling has not touched. */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { get_encoding } from 'tiktoken';
import { expect, it } from 'vitest';
import type { FromCount, ToCount } from '../../gateway/models/tokens-worker.ts';

const TEXTS = [
  'お誕生日おめでとう',
  'Ünïcödé текст 日本語 한국어 😀👩‍👩‍👧',
  'ÿþ¤é ﬁ \u2028 x \u{1f300}',
  'ไทย हिन्दी العربية',
  'if (x) {\n\t\treturn "\\u00e9";\r\n}',
];

it.each([
  ['cli', 'o200k_base'],
  ['cli', 'cl100k_base'],
  ['electron', 'o200k_base'],
  ['electron', 'cl100k_base'],
] as const)('counts as its maker’s tokenizer does: %s, %s', async (target, encoding) => {
  const worker = new Worker(path.join(import.meta.dirname, '../../dist', target, 'tokens-worker.js'));
  worker.postMessage({ id: 1, encoding, texts: TEXTS } satisfies ToCount);
  const [{ counted }] = (await once(worker, 'message')) as [FromCount];
  await worker.terminate();
  const oracle = get_encoding(encoding);
  expect(counted).toMatchObject({
    tokens: TEXTS.reduce((sum, text) => sum + oracle.encode(text, [], []).length, 0),
    exact: true,
  });
  oracle.free();
});
