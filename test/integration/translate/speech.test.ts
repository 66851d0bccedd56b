/** Speech in OpenAI's form, asked of Gemini's TTS models with the real SDK, over real sockets. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { type MediaServer, SAMPLES, startMediaServer, waveFile } from '../../support/google/media-server.ts';

let gateway: TestGateway;
let server: MediaServer;
let openai: OpenAI;

const OLDER = 'gemini/gemini-2.5-flash-preview-tts';
const NEWER = 'gemini/gemini-3.8-flash-tts';

beforeAll(async () => {
  gateway = await startTestGateway();
  server = await startMediaServer();
  await gateway.addProvider(
    { id: 'gemini', preset: 'google-gemini', dialect: 'gemini', baseUrl: `${server.origin}/v1beta` },
    'AIzaSyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1v',
  );
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
});
afterAll(async () => {
  await gateway.stop();
  server.stop();
});

type Ask = Parameters<typeof openai.audio.speech.create>[0];
const speak = (more: Partial<Ask> = {}) =>
  openai.audio.speech.create({ model: OLDER, voice: 'Puck', input: 'Grüezi', response_format: 'wav', ...more });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

async function ledgerOf(response: Response) {
  const { steps } = await gateway.captureOf(response);
  return (steps.find(({ stage }) => stage === 'translate')?.output as { ledger?: unknown } | undefined)?.ledger;
}

describe.each([
  ['samples, as the older models answer', OLDER],
  ['a file, as the newer models answer', NEWER],
])('from %s', (_, model) => {
  it('comes a wave file', async () => {
    const response = await speak({ model });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    expect((await bytesOf(response)).equals(waveFile(SAMPLES))).toBe(true);
    expect(server.asked.at(-1)?.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Grüezi' }] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Puck' } } },
      },
    });
  });

  it('come samples without a head', async () => {
    const response = await speak({ model, response_format: 'pcm' });
    expect(response.headers.get('content-type')).toBe('audio/pcm');
    expect((await bytesOf(response)).equals(SAMPLES)).toBe(true);
  });
});

it('is counted, recorded and replayed to the same bytes', async () => {
  const response = await speak();
  const capture = await gateway.captureOf(response);
  expect(capture).toMatchObject({ inputTokens: 3, outputTokens: 48, verdict: { ok: true } });
  expect(Buffer.from(capture.answer?.body.base64 ?? '', 'base64').equals(waveFile(SAMPLES))).toBe(true);
  const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
  expect(replay.refused).toBeNull();
  expect(replay.answerDifferences).toEqual([]);
});

it('says in its ledger what Gemini has in another way, or not', async () => {
  const wishes = { voice: 'alloy', speed: 1.5, instructions: 'cheerfully' } as const;
  expect(await ledgerOf(await speak(wishes))).toEqual([
    expect.objectContaining({ path: 'speed', action: 'dropped', before: 1.5 }),
    expect.objectContaining({ path: 'instructions', action: 'renamed' }),
    expect.objectContaining({ path: 'voice', action: 'defaulted', before: 'alloy', after: 'Kore' }),
  ]);
  expect(server.asked.at(-1)?.body.contents[0].parts[0].text).toMatch(/cheerfully\n\nGrüezi$/);
  await speak({ ...wishes, model: NEWER });
  expect(server.asked.at(-1)?.body.contents[0].parts[0]).toEqual({
    text: 'Grüezi',
    speechMetadata: { style: 'cheerfully' },
  });
});

it('has its format from an edit of the owner where the app cannot say it', async () => {
  const edit = (transform: object | undefined) =>
    gateway.gateway.services.store.update({ actor: 'test', action: 'test', subject: 'test' }, (draft) => {
      for (const app of draft.apps) app.transform = transform as never;
    });
  await edit({ headers: [], body: [{ do: 'default', path: '/response_format', value: 'wav' }], redact: [] });
  try {
    const response = await speak({ response_format: undefined });
    expect((await bytesOf(response)).equals(waveFile(SAMPLES))).toBe(true);
  } finally {
    await edit(undefined);
  }
});

describe('is refused', () => {
  it.each([
    ['response_format', { response_format: undefined }, /response_format wav/],
    ['response_format', { response_format: 'mp3' }, /no mp3/],
    ['stream_format', { stream_format: 'sse' }, /events/],
    ['voice', { voice: { id: 'voice_1' } }, /voice of your own/],
    ['input', { input: '' }, /must be a text/],
  ] as const)('before anybody is asked: %s %j', async (param, more, words) => {
    const before = server.asked.length;
    const error = await speak(more as Partial<Ask>).then(
      () => undefined,
      (reason) => reason as InstanceType<typeof OpenAI.APIError>,
    );
    expect(error).toMatchObject({ status: 400, param, message: expect.stringMatching(words) });
    expect(server.asked).toHaveLength(before);
  });

  it.each([
    ['silence', /no sound/],
    ['mpeg', /audio\/mpeg/],
  ])('where the answer holds none that can be used: %s', async (input, words) => {
    await expect(speak({ input })).rejects.toMatchObject({
      status: 502,
      code: 'response_format',
      message: expect.stringMatching(words),
    });
  });
});
