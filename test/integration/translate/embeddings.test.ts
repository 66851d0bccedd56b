/** The makers' SDKs asking for embeddings of providers that have another form of them, and what stays of it. */
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../../gateway/captures/capture.ts';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { type Stand, startStand } from '../../clients/table.ts';
import { bedrock, TITAN_MODEL } from '../../clients/upstreams/bedrock.ts';
import { cohere } from '../../clients/upstreams/cohere.ts';
import { gemini } from '../../clients/upstreams/gemini.ts';
import { openai, VECTOR } from '../../clients/upstreams/openai.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand([openai, gemini, cohere, bedrock]);
});
afterAll(() => stand.stop());

const openaiClient = () => new OpenAI({ apiKey: stand.gateway.key, baseURL: `${stand.gateway.url}/v1`, maxRetries: 0 });
const geminiClient = () => new GoogleGenAI({ apiKey: stand.gateway.key, httpOptions: { baseUrl: stand.gateway.url } });

const UPSTREAMS = [openai, gemini, cohere, bedrock].map((shape) => [
  shape.name,
  `${shape.provider('').id}/${shape.embeddingModel}`,
]) as [string, string][];

describe.each(UPSTREAMS)('%s', (_, model) => {
  it('answers openai, in base64 as its client asks and in numbers', async () => {
    for (const encoding_format of [undefined, 'float'] as const) {
      const answer = await openaiClient().embeddings.create({ model, input: ['one', 'two'], encoding_format });
      expect(answer.data.map(({ embedding }) => [...embedding])).toEqual([VECTOR, VECTOR]);
    }
  });

  it('answers @google/genai, a list and one', async () => {
    const { models } = geminiClient();
    const many = await models.embedContent({
      model,
      contents: ['one', 'two'],
      config: { taskType: 'RETRIEVAL_QUERY' },
    });
    expect(many.embeddings?.map(({ values }) => values)).toEqual([VECTOR, VECTOR]);
    const response = await stand.gateway.post(`/v1beta/models/${model}:embedContent`, {
      content: { parts: [{ text: 'one' }] },
    });
    expect(await response.json()).toMatchObject({ embedding: { values: VECTOR } });
  });
});

describe('what stays of it', () => {
  let capture: Capture;
  beforeAll(async () => {
    const response = await stand.gateway.post('/v1beta/models/cohere/embed-v4.0:batchEmbedContents', {
      requests: [{ model: 'models/x', content: { parts: [{ text: 'one' }] }, title: 'T' }],
    });
    await response.text();
    capture = await stand.gateway.captureOf(response);
  });

  it('is the ledger, both forms and the count', () => {
    expect(capture.steps.find(({ stage }) => stage === 'translate')).toMatchObject({
      decision: 'passed',
      rule: { name: 'dialect.main' },
      input: { dialect: 'gemini-embed' },
      output: {
        dialect: 'cohere-embed',
        ledger: [
          { on: 'request', path: 'title', action: 'dropped' },
          { on: 'request', path: 'taskType', action: 'defaulted', after: 'search_document' },
        ],
      },
    });
    const [attempt] = capture.attemptList;
    expect(attempt?.url).toMatch(/\/v2\/embed$/);
    expect(JSON.parse(attempt?.requestBody.text ?? '')).toMatchObject({ model: 'embed-v4.0', texts: ['one'] });
    expect(capture.inputTokens).toBe(5);
    expect(capture.costUsd).toBeGreaterThan(0);
  });

  it('is replayed to the same bytes', async () => {
    const replay = await runReplay(stand.gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.steps.find(({ stage }) => stage === 'translate')?.differences).toEqual([]);
    expect(replay.answerDifferences).toEqual([]);
  });
});

describe('what cannot be carried', () => {
  it('is refused with a sentence: several texts for Titan', async () => {
    const model = `aws-bedrock/${TITAN_MODEL}`;
    const one = await openaiClient().embeddings.create({ model, input: 'one' });
    expect(one.usage.prompt_tokens).toBe(5);
    const two = openaiClient().embeddings.create({ model, input: ['one', 'two'] });
    await expect(two).rejects.toMatchObject({ status: 400, param: 'input[1]', message: /one text a call/ });
  });

  it('a failure has the provider’s words in the caller’s envelope', async () => {
    const { models } = geminiClient();
    const asked = models.embedContent({ model: 'aws-bedrock/cohere.embed-nothing', contents: 'one' });
    await expect(asked).rejects.toMatchObject({
      status: 404,
      message: expect.stringMatching(/identifier is invalid.*NOT_FOUND/s),
    });
  });
});
