import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureQuery, CaptureRow } from '../../gateway/captures/capture.ts';
import { captureNumber, createCaptureIds, isCaptureId } from '../../gateway/captures/capture-id.ts';
import type { Recorder } from '../../gateway/captures/recorder.ts';
import type { Cause } from '../../gateway/causes.ts';
import { exchange, type Home, home, tap } from './exchanges.ts';

const chat = (text: string) => tap(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] }));
const START = Date.UTC(2026, 10, 1);
const SCENES: readonly {
  app: string;
  provider: string;
  model: string;
  status: number;
  cause?: Cause;
  say: string;
  message: string;
}[] = [
  {
    app: 'cursor',
    provider: 'openai',
    model: 'gpt-4o-mini',
    status: 200,
    say: 'Where is the café in Zürich?',
    message: 'Answered.',
  },
  {
    app: 'cursor',
    provider: 'openai',
    model: 'gpt-4o',
    status: 401,
    cause: 'key_expired',
    say: 'hello there',
    message: 'The key has expired.',
  },
  {
    app: 'opencode',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    status: 200,
    say: 'write a haiku',
    message: 'Answered.',
  },
  {
    app: 'opencode',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    status: 529,
    cause: 'provider_overloaded',
    say: 'hello again',
    message: 'Overloaded, the provider says.',
  },
  {
    app: 'Café Bot',
    provider: 'google-gemini',
    model: 'gemini-2.5-flash',
    status: 404,
    cause: 'model_not_found',
    say: 'count to three',
    message: 'No such model.',
  },
  {
    app: 'Café Bot',
    provider: 'google-gemini',
    model: 'gemini-2.5-pro',
    status: 429,
    cause: 'rate_limited',
    say: 'count to four',
    message: 'Too many requests.',
  },
];

describe('a listing', () => {
  let place: Home;
  let recorder: Recorder;
  const recorded: { id: string; at: number; scene: (typeof SCENES)[number] }[] = [];
  let clock = START;

  beforeAll(async () => {
    place = home();
    const ids = createCaptureIds(() => clock);
    recorder = await place.open({
      ids,
      settings: () => ({
        captureBodyBytes: 100_000,
        retention: { maxAgeDays: 9e5, failureMaxAgeDays: 9e5, maxSizeMb: 1000 },
      }),
    });
    for (let nth = 0; nth < 120; nth++) {
      clock += 60_000;
      const scene = SCENES[nth % SCENES.length] as (typeof SCENES)[number];
      const { say, ...rest } = scene;
      const one = exchange({
        ...rest,
        id: ids.next(),
        receivedAt: clock,
        body: chat(say),
        answer: tap(
          scene.status < 400
            ? '{"choices":[]}'
            : JSON.stringify({ error: { message: `upstream words ${scene.message}` } }),
        ),
      });
      // One of them settled, one still fresh.
      if (nth === 40 || nth === 90) one.origin = { kind: 'replay', of: recorded[3]?.id };
      recorder.finish(one);
      recorded.push({ id: one.id, at: clock, scene });
      // Half of them settled and indexed, half still as they came: no question may tell the difference.
      if (nth === 59) await recorder.settle();
    }
    await recorder.flush();
  });
  afterAll(() => place.close());

  const newestFirst = (fits: (one: (typeof recorded)[number]) => boolean) =>
    recorded
      .filter(fits)
      .map((one) => one.id)
      .reverse();
  const idsOf = (rows: CaptureRow[]) => rows.map((row) => row.id);
  const list = async (query: CaptureQuery) => idsOf(await recorder.list({ limit: 1000, ...query }));

  const questions: Record<string, [CaptureQuery, (one: (typeof recorded)[number]) => boolean]> = {
    everything: [{}, () => true],
    failed: [{ failed: true }, ({ scene }) => scene.status >= 400],
    'not failed': [{ failed: false }, ({ scene }) => scene.status < 400],
    'a cause': [{ cause: 'rate_limited' }, ({ scene }) => scene.cause === 'rate_limited'],
    'an app by name': [{ app: 'cursor' }, ({ scene }) => scene.app === 'cursor'],
    'an app by name in other case': [{ app: 'OpenCode' }, ({ scene }) => scene.app === 'opencode'],
    'an app by id': [{ app: 'app_cursor' }, ({ scene }) => scene.app === 'cursor'],
    'a provider': [{ provider: 'anthropic' }, ({ scene }) => scene.provider === 'anthropic'],
    'a model': [{ model: 'gpt-4o' }, ({ scene }) => scene.model === 'gpt-4o'],
    'models by pattern': [{ model: 'gemini-*' }, ({ scene }) => scene.model.startsWith('gemini-')],
    'a status': [{ status: '404' }, ({ scene }) => scene.status === 404],
    'a class of status': [{ status: '4xx' }, ({ scene }) => scene.status >= 400 && scene.status < 500],
    'no such status': [{ status: 'banana' }, () => false],
    'a time': [
      { sinceMs: START + 30 * 60_000, untilMs: START + 90 * 60_000 },
      ({ at }) => at >= START + 30 * 60_000 && at <= START + 90 * 60_000,
    ],
    'several at once': [
      { app: 'cursor', failed: true, status: '4xx', provider: 'openai' },
      ({ scene }) => scene.cause === 'key_expired',
    ],
    'what excludes itself': [{ app: 'cursor', provider: 'anthropic' }, () => false],
    'an unknown name': [{ app: 'nobody' }, () => false],
    'a word of a prompt': [{ text: 'haiku' }, ({ scene }) => scene.say.includes('haiku')],
    'words without accents': [{ text: 'cafe zurich' }, ({ scene }) => scene.say.includes('Zürich')],
    'a phrase': [{ text: '"count to four"' }, ({ scene }) => scene.say === 'count to four'],
    'words in any order': [{ text: 'three count' }, ({ scene }) => scene.say === 'count to three'],
    'a word of an error': [{ text: 'overloaded' }, ({ scene }) => scene.status === 529],
    'a word of the provider’s own text': [{ text: 'upstream words' }, ({ scene }) => scene.status >= 400],
    'a cause as text': [{ text: 'key_expired' }, ({ scene }) => scene.cause === 'key_expired'],
    'a model as text': [{ text: 'claude-sonnet-4-5' }, ({ scene }) => scene.provider === 'anthropic'],
    'the beginning of a word that nothing has whole': [{ text: 'overloa' }, ({ scene }) => scene.status === 529],
    'text and filters': [
      { text: 'hello', failed: true, app: 'cursor' },
      ({ scene }) => scene.app === 'cursor' && scene.status === 401,
    ],
    'text that says nothing': [{ text: '  ***  ' }, () => true],
    'text full of query syntax': [{ text: 'AND OR NOT ( " * : ^ {facet} -' }, () => false],
  };

  for (const settled of [false, true]) {
    describe(settled ? 'when all is indexed' : 'when half is indexed', () => {
      if (settled) beforeAll(() => recorder.settle());
      for (const [name, [query, fits]] of Object.entries(questions)) {
        it(`finds ${name}`, async () => {
          expect(await list(query)).toEqual(newestFirst(fits));
        });
      }

      it('goes page by page without gaps or repeats', async () => {
        for (const filter of [{}, { app: 'cursor' }, { text: 'hello' }]) {
          const whole = await list(filter);
          const pages: string[] = [];
          for (;;) {
            const page = await list({ ...filter, limit: 7, before: pages.at(-1) });
            pages.push(...page);
            if (page.length < 7) break;
          }
          expect(pages).toEqual(whole);
        }
      });

      it('finds the replays and probes of a capture, and nobody else’s', async () => {
        const rows = await recorder.list({ of: recorded[3]?.id, limit: 50 });
        expect(rows.map((row) => row.id)).toEqual([recorded[90]?.id, recorded[40]?.id]);
        expect(rows[0]?.origin).toEqual({ kind: 'replay', of: recorded[3]?.id });
        expect(await recorder.list({ of: recorded[4]?.id, limit: 50 })).toEqual([]);
      });

      it('finds one by its id', async () => {
        const [one] = recorded;
        const rows = await recorder.list({ text: ` ${one?.id} ` });
        expect(rows).toEqual((await recorder.list({ limit: 1000 })).slice(-1));
      });
    });
  }
});

describe('capture ids', () => {
  it('sort by time as text and as numbers, however the clock moves', () => {
    let now = 1_764_000_000_000;
    const ids = createCaptureIds(() => now);
    const made = Array.from({ length: 5000 }, (_, nth) => {
      if (nth % 700 === 0) now += 5;
      if (nth === 2500) now -= 86_400_000;
      return ids.next();
    });
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    const numbers = made.map((id) => captureNumber(id) as number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    expect(made.every(isCaptureId)).toBe(true);
    expect(made[0]).toMatch(/^c[0-9a-hjkmnp-tv-z]{20}$/);
  });

  it('are told from anything else', () => {
    for (const text of [
      '',
      'c',
      'c0000000000zzzzzzzzz',
      'x0000000000zzzzzzzzzz',
      'c0000000000zzzzzzzzzu',
      'C0000000000ZZZZZZZZZZ',
    ]) {
      expect(isCaptureId(text)).toBe(false);
    }
  });
});
