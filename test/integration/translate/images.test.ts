/** Images in OpenAI's form, asked of Gemini's image models with the real SDK, over real sockets. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { type MediaServer, PNG, PNG_LARGE, startMediaServer } from '../../support/google/media-server.ts';

let gateway: TestGateway;
let server: MediaServer;
let openai: OpenAI;

const MODEL = 'gemini/gemini-2.5-flash-image';

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

async function failure(asked: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await asked.then(
    () => undefined,
    (reason) => reason,
  );
  if (!(error instanceof OpenAI.APIError)) throw new Error(`no API error: ${error}`);
  return error;
}

async function captured(asked: Promise<Response>) {
  const capture = await gateway.captureOf(await asked);
  const step = capture.steps.find(({ stage }) => stage === 'translate');
  const ledger = (step?.output as { ledger?: { path: string; on: string }[] } | undefined)?.ledger;
  return { capture, step, ledger };
}

const post = (more: object) => gateway.post('/v1/images/generations', { model: MODEL, prompt: 'a cat', ...more });

describe('an image from Gemini', () => {
  it('comes as base64, with its format and what it used up', async () => {
    const response = await openai.images.generate({ model: MODEL, prompt: 'a cat', size: '1536x1024', n: 1 });
    expect(server.asked.at(-1)).toEqual({
      path: '/v1beta/models/gemini-2.5-flash-image:generateContent',
      body: {
        contents: [{ role: 'user', parts: [{ text: 'a cat' }] }],
        generationConfig: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio: '3:2' } },
      },
    });
    expect(response).toEqual({
      created: expect.any(Number),
      data: [{ b64_json: PNG }],
      output_format: 'png',
      usage: {
        input_tokens: 8,
        input_tokens_details: { text_tokens: 8, image_tokens: 0 },
        output_tokens: 1290,
        total_tokens: 1298,
      },
    });
  });

  it('has in its ledger what could not be carried, and replays to the same bytes', async () => {
    const { capture, step, ledger } = await captured(
      post({
        size: '1792x1024',
        quality: 'hd',
        style: 'vivid',
        user: 'somebody',
        output_format: 'webp',
        moderation: 'auto',
      }),
    );
    expect(step).toMatchObject({
      input: { dialect: 'openai-images' },
      output: { dialect: 'gemini-generate' },
      rule: { name: 'dialect.main', value: 'gemini-generate' },
    });
    expect(ledger).toEqual([
      expect.objectContaining({ path: 'quality', action: 'dropped', before: 'hd' }),
      expect.objectContaining({ path: 'style', action: 'dropped', before: 'vivid' }),
      expect.not.objectContaining({ before: 'somebody' }),
      expect.objectContaining({ path: 'size', action: 'clamped', before: '1792x1024', after: '16:9' }),
      expect.objectContaining({ path: 'output_format', on: 'answer', action: 'clamped', before: 'webp', after: 'png' }),
    ]);
    expect(capture).toMatchObject({ inputTokens: 8, outputTokens: 1290, verdict: { ok: true } });
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.answerDifferences).toEqual([]);
  });

  it('is asked in 2K or 4K where the model has that', async () => {
    const sent = async (model: string, size: string) => {
      await openai.images.generate({ model: `gemini/${model}`, prompt: 'a cat', size: size as '1024x1024' });
      return server.asked.at(-1)?.body.generationConfig.imageConfig;
    };
    expect(await sent('gemini-3-pro-image', '2048x2048')).toEqual({ aspectRatio: '1:1', imageSize: '2K' });
    expect(await sent('gemini-3-pro-image', '4096x4096')).toEqual({ aspectRatio: '1:1', imageSize: '4K' });
    expect(await sent('gemini-3-pro-image', '1024x1536')).toEqual({ aspectRatio: '2:3' });
    expect(await sent('gemini-2.5-flash-image', '4096x4096')).toEqual({ aspectRatio: '1:1' });
  });

  it('of more than a capture keeps reaches the app whole, and is counted', async () => {
    const response = await post({ prompt: 'a large cat' });
    const { data } = (await response.clone().json()) as { data: { b64_json: string }[] };
    expect(Buffer.from(data[0]?.b64_json ?? '', 'base64').equals(PNG_LARGE)).toBe(true);
    const capture = await gateway.captureOf(response);
    expect(capture).toMatchObject({ inputTokens: 8, outputTokens: 1290, verdict: { ok: true } });
    for (const body of [capture.answer?.body, capture.attemptList[0]?.responseBody]) {
      expect(body?.sizeBytes).toBeGreaterThan(PNG_LARGE.length);
      expect(body?.keptBytes).toBeLessThanOrEqual(1024 * 1024);
    }
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(replay.refused?.sentence).toContain('larger than what is recorded');
  });

  it('is none of the drafts of a model that thinks', async () => {
    const response = await post({ prompt: 'a draft' });
    expect((await response.clone().json()).data).toEqual([{ b64_json: PNG }]);
    const { ledger } = await captured(Promise.resolve(response));
    expect(ledger).toEqual([expect.objectContaining({ on: 'answer', action: 'dropped' })]);
  });
});

describe('no image from Gemini', () => {
  it.each([
    ['forbidden', /PROHIBITED_CONTENT/],
    ['unsafe', /IMAGE_SAFETY/],
  ])('as it was withheld (%s)', async (prompt, words) => {
    const error = await failure(openai.images.generate({ model: MODEL, prompt }));
    expect(error).toMatchObject({ status: 400, code: 'moderation_blocked', message: expect.stringMatching(words) });
    expect(error.error).toMatchObject({ keyward: { cause: 'content_blocked' } });
    const capture = await gateway.capture(error.headers?.get('x-keyward-capture') ?? '');
    expect(capture).toMatchObject({ verdict: { ok: false, cause: 'content_blocked' } });
  });

  it.each([
    ['chat', /no image.*Which colour\?/],
    ['none', /NO_IMAGE/],
  ])('as the model made none (%s)', async (prompt, words) => {
    const error = await failure(openai.images.generate({ model: MODEL, prompt }));
    expect(error).toMatchObject({ status: 502, code: 'response_format', message: expect.stringMatching(words) });
  });

  it('as the model is none for images: the provider’s own words', async () => {
    const error = await failure(openai.images.generate({ model: 'gemini/gemini-2.5-flash', prompt: 'a cat' }));
    expect(error).toMatchObject({ status: 400, message: expect.stringMatching(/response modalities/) });
  });
});

describe('what would be another image is refused before anybody is asked', () => {
  it.each([
    ['n', { n: 2 }, /one image a request/],
    ['response_format', { response_format: 'url' }, /b64_json/],
    ['stream', { stream: true }, /without stream/],
    ['background', { background: 'transparent' }, /transparent/],
    ['size', { size: 'large' }, /WIDTHxHEIGHT/],
    ['model', { model: 'gemini/imagen-4.0-generate-001' }, /switched Imagen off/],
    ['prompt', { prompt: '' }, /must be a text/],
  ])('%s', async (param, more, words) => {
    const before = server.asked.length;
    const response = await post(more);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, message: expect.stringMatching(words) } });
    expect(server.asked).toHaveLength(before);
  });

  it('one asked of another maker’s model in Gemini’s form, with the path to ask it at', async () => {
    const origin = 'http://127.0.0.1:9';
    await gateway.addProvider(
      { id: 'up', dialect: 'openai-chat', baseUrl: `${origin}/v1` },
      'sk-aB3dE5fG7hJ9kL1mN3pQ5rS7',
    );
    const response = await gateway.post('/v1beta/models/up/gpt-image-1:generateContent', {
      contents: [{ role: 'user', parts: [{ text: 'a cat' }] }],
      generationConfig: { responseModalities: ['IMAGE'] },
    });
    expect(response.status).toBe(400);
    expect((await response.json()).error.message).toMatch(
      /Only Gemini answers with image here.*\/v1\/images\/generations/,
    );
  });

  it('an edit, which Gemini has in no such form', async () => {
    const image = new File([Buffer.from(PNG, 'base64')], 'a.png', { type: 'image/png' });
    const error = await failure(openai.images.edit({ model: MODEL, image, prompt: 'blue' }));
    expect(error).toMatchObject({ status: 400, message: expect.stringMatching(/images\.edits/) });
  });
});
