/** Recordings uploaded in OpenAI's form, written down by Gemini's transcription model; with the real SDK, over real sockets. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { type MediaServer, SAMPLES, startMediaServer, waveFile } from '../../support/google/media-server.ts';

let gateway: TestGateway;
let server: MediaServer;
let openai: OpenAI;

const MODEL = 'gemini/gemini-3.5-transcribe';
const WAVE = new Uint8Array(waveFile(SAMPLES));

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

const wave = (name = 'a.wav', type = 'audio/wav') => new File([WAVE], name, { type });

/** What the SDK's types would not let through. */
async function upload(more: Record<string, string | Blob>, file: Blob | null = wave()) {
  const form = new FormData();
  if (file) form.append('file', file);
  for (const [name, value] of Object.entries({ model: MODEL, ...more })) form.append(name, value);
  const headers = { authorization: `Bearer ${gateway.key}` };
  return fetch(`${gateway.url}/v1/audio/transcriptions`, { method: 'POST', headers, body: form });
}

it('is sent whole, and its turns come as one text with what it used up', async () => {
  const answer = await openai.audio.transcriptions.create({ model: MODEL, file: wave(), language: 'de' });
  expect(answer).toEqual({
    text: 'Grüezi mitenand. Hoi.',
    usage: { type: 'tokens', input_tokens: 32, output_tokens: 6, total_tokens: 38 },
  });
  expect(server.asked.at(-1)).toEqual({
    path: '/v1beta/models/gemini-3.5-transcribe:generateContent',
    body: {
      contents: [
        {
          role: 'user',
          parts: [{ inlineData: { mimeType: 'audio/wav', data: Buffer.from(WAVE).toString('base64') } }],
        },
      ],
      generationConfig: { audioTranscriptionConfig: { mode: 'VERBATIM', languageCodes: ['de'] } },
    },
  });
});

it('comes as plain text where that is asked for', async () => {
  expect(await openai.audio.transcriptions.create({ model: MODEL, file: wave(), response_format: 'text' })).toBe(
    'Grüezi mitenand. Hoi.\n',
  );
});

it('of nothing is an empty text', async () => {
  const file = new File(['RIFF nothing'], 'a.wav');
  expect((await openai.audio.transcriptions.create({ model: MODEL, file })).text).toBe('');
});

it.each([
  ['a.wav', 'audio/x-wav', 'audio/wav'],
  ['a.m4a', 'audio/mp4', 'audio/m4a'],
  ['a.MP3', '', 'audio/mp3'],
  ['a.webm', 'application/octet-stream', 'audio/webm'],
])('%s (%s) goes as %s', async (name, type, sent) => {
  await openai.audio.transcriptions.create({ model: MODEL, file: wave(name, type) });
  expect(server.asked.at(-1)?.body.contents[0].parts[0].inlineData.mimeType).toBe(sent);
});

it('tells what was left out, is counted, recorded and replayed to the same bytes', async () => {
  const response = await upload({ prompt: 'Frau Müller', temperature: '0', 'timestamp_granularities[]': 'word' });
  const capture = await gateway.captureOf(response);
  const step = capture.steps.find(({ stage }) => stage === 'translate');
  expect(step?.input).toEqual({ dialect: 'openai-audio' });
  expect((step?.output as { ledger?: unknown } | undefined)?.ledger).toEqual([
    { on: 'request', path: 'prompt', action: 'dropped', why: expect.any(String) },
    { on: 'request', path: 'timestamp_granularities[]', action: 'dropped', why: expect.any(String) },
  ]);
  expect(capture).toMatchObject({ inputTokens: 32, outputTokens: 6, verdict: { ok: true } });
  const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
  expect(replay.refused).toBeNull();
  expect(replay.answerDifferences).toEqual([]);
});

describe('is refused before anybody is asked', () => {
  it.each([
    ['model', { model: 'gemini/gemini-2.5-flash' }, /gemini-3\.5-transcribe/],
    ['response_format', { response_format: 'srt' }, /without times/],
    ['stream', { stream: 'true' }, /without stream/],
  ] as const)('%s', async (param, more, words) => {
    const before = server.asked.length;
    const response = await upload(more);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, message: expect.stringMatching(words) } });
    expect(server.asked).toHaveLength(before);
  });

  it.each([
    ['none', undefined, {}, /one "file"/],
    ['an empty one', new File([], 'a.wav'), {}, /one "file"/],
    ['two', wave(), { file: wave() }, /one "file"/],
    ['one of no known kind', wave('a.bin', 'application/x-thing'), {}, /what kind of recording/],
  ] as const)('a file: %s', async (what, file, more, words) => {
    const form = what === 'none' ? await upload({ note: 'x' }, null) : await upload(more, file);
    expect(form.status).toBe(400);
    expect(await form.json()).toMatchObject({ error: { param: 'file', message: expect.stringMatching(words) } });
  });

  it('a translation into English, with what can be asked in its place', async () => {
    await expect(openai.audio.translations.create({ model: MODEL, file: wave() })).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/input_audio/),
    });
  });
});
