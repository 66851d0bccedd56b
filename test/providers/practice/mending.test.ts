import { describe, expect, test } from 'vitest';
import { CAUSES } from '../../../gateway/causes.ts';
import { causeWords } from '../../../gateway/diagnosis/causes/index.ts';
import { FIXES } from '../../../gateway/diagnosis/fixes.ts';
import { MENDED_BY } from '../../../gateway/providers/practice/mending.ts';
import { SHAPES } from '../../../gateway/providers/practice/script.ts';
import { play, request } from './play.ts';

const ask = (model: string, stream = false) =>
  play(request('/v1/chat/completions', { model, stream, messages: [{ role: 'user', content: 'hi' }] }));
const nameOf = (cause: string) => `practice/${cause.replaceAll('_', '-')}`;

describe.each(CAUSES)('a practised %s', (cause) => {
  const words = causeWords[cause];
  const offered: readonly string[] = [...words.fixes, ...(words.atGateway?.fixes ?? [])];

  test('is mended only by fixes that its explanation offers', () => {
    expect(MENDED_BY[cause].length).toBeGreaterThan(0);
    expect(offered).toEqual(expect.arrayContaining([...MENDED_BY[cause]]));
  });

  test('answers once a fix that mends it counts as carried out, and fails as before with any other', async () => {
    const mending = MENDED_BY[cause][0];
    const other = Object.keys(FIXES).find((id) => !MENDED_BY[cause].includes(id));
    for (const as of SHAPES) {
      const mended = await ask(`${nameOf(cause)}:as=${as},mended=${mending}`);
      expect(mended.status).toBe(200);
      expect(JSON.parse(mended.body).choices[0].message.content).toContain('Hello from the practice provider');
      const plain = await ask(`${nameOf(cause)}:as=${as}`);
      const wronglyMended = await ask(`${nameOf(cause)}:as=${as},mended=${other}`);
      expect([wronglyMended.status, wronglyMended.error]).toEqual([plain.status, plain.error]);
      expect(wronglyMended.body === '' || !wronglyMended.body.includes('Hello from')).toBe(
        plain.body === '' || !plain.body.includes('Hello from'),
      );
    }
  });
});

test('streams that break are mended by sending again', async () => {
  for (const name of ['cut-stream', 'error-in-stream']) {
    expect((await ask(`practice/${name}:mended=retry`, true)).body).toContain('data: [DONE]');
    expect((await ask(`practice/${name}:mended=open-docs`, true)).body).not.toContain('data: [DONE]');
  }
});

test('what cannot be the id of a fix is refused, and so is mending what never fails', async () => {
  for (const model of ['key-expired:mended=', 'key-expired:mended=Replace key!', 'ok:mended=retry']) {
    expect((await ask(`practice/${model}`)).status, model).toBe(400);
  }
});
