import diagnosticsChannel from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createTokenCounter, type TokenCounter } from '../../gateway/models/token-counter.ts';

const started: Worker[] = [];
const onThread = (message: unknown) => void started.push((message as { worker: Worker }).worker);
diagnosticsChannel.subscribe('worker_threads', onThread);
afterAll(() => void diagnosticsChannel.unsubscribe('worker_threads', onThread));

let counter: TokenCounter | undefined;
afterEach(async () => {
  await counter?.close();
  started.length = 0;
});

const open = (idleMs?: number) => {
  counter = createTokenCounter(idleMs);
  return counter;
};

describe('a counter of tokens', () => {
  it('starts its thread with the first question, and no second one', async () => {
    const { count } = open();
    expect(started).toEqual([]);
    const [first, second] = await Promise.all([
      count('o200k_base', ['tiktoken is great!', '2 + 2 = 4']),
      count('cl100k_base', ['お誕生日おめでとう']),
    ]);
    expect(first).toMatchObject({ tokens: 13, exact: true });
    expect(second).toMatchObject({ tokens: 9, exact: true });
    expect(started.map(({ threadName }) => threadName)).toEqual(['tokens']);
  });

  it('reads control tokens in a text as the text they are', async () => {
    const { count } = open();
    expect(await count('o200k_base', ['<|endoftext|>'])).toMatchObject({ tokens: 7, exact: true });
  });

  it('lets its thread go when nothing has been asked for a while, and starts another when asked again', async () => {
    const { count } = open(1);
    expect(await count('cl100k_base', ['tiktoken is great!'])).toMatchObject({ tokens: 6 });
    await new Promise((resolve) => started[0]?.once('exit', resolve));
    expect(await count('cl100k_base', ['tiktoken is great!'])).toMatchObject({ tokens: 6 });
    expect(started).toHaveLength(2);
  });

  it('answers whoever waits when it is closed or its thread dies: not counted', async () => {
    const { count, close } = open();
    const waiting = count('o200k_base', ['a']);
    await close();
    expect(await waiting).toBeUndefined();
    const orphan = count('o200k_base', ['a']);
    await started[1]?.terminate();
    expect(await orphan).toBeUndefined();
    expect(await count('o200k_base', ['a'])).toMatchObject({ tokens: 1 });
  });

  it('takes on no more than it can hold', async () => {
    const { count } = open();
    expect(await count('o200k_base', ['a b '.repeat(1_500_000)])).toBeUndefined();
    expect(started).toEqual([]);
    const large = 'a b '.repeat(1_000_000);
    const answers = Promise.all(Array.from({ length: 10 }, () => count('o200k_base', [large])));
    await close();
    expect(started).toHaveLength(1);
    expect(await answers).toEqual(Array.from({ length: 10 }, () => undefined));

    async function close() {
      await counter?.close();
    }
  });
});
