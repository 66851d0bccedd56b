/** Reranking in the callers' form, asked of providers with a form of their own, over real sockets. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { translateRerank } from '../../../gateway/dialects/canonical/translate-rerank.ts';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

interface Asked {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

let gateway: TestGateway;
let server: Server;
const asked: Asked[] = [];

/** Forms: docs.cohere.com/reference/rerank, docs.voyageai.com/reference/reranker-api, api.jina.ai/redoc. */
function answerTo({ path, body }: Asked): { readonly status: number; readonly body: object } {
  const ranked = [
    { index: 2, relevance_score: 0.9 },
    { index: 0, relevance_score: 0.25 },
  ];
  switch (path) {
    case '/v2/rerank': {
      const strange = Object.keys(body).filter(
        (name) => !['model', 'query', 'documents', 'top_n', 'max_tokens_per_doc'].includes(name),
      );
      if (strange.length > 0) return { status: 400, body: { message: `unknown field: ${strange.join()}` } };
      return { status: 200, body: { id: 'r1', results: ranked, meta: { billed_units: { search_units: 1 } } } };
    }
    case '/voyage/v1/rerank': {
      if ('top_n' in body) return { status: 400, body: { detail: "Argument 'top_n' is not supported by our API" } };
      const data = { object: 'list', data: ranked, model: body.model, usage: { total_tokens: 26 } };
      return { status: 200, body: data };
    }
    case '/jina/v1/rerank':
      return { status: 200, body: { model: body.model, usage: { total_tokens: 15 }, results: ranked } };
    default:
      return { status: 404, body: { message: `no ${path}` } };
  }
}

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = { path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
    asked.push(call);
    const { status, body } = answerTo(call);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d';
  await gateway.addProvider({ id: 'cohere', preset: 'cohere', dialect: 'cohere-v2', baseUrl: `${origin}/v2` }, secret);
  await gateway.addProvider(
    { id: 'voyage', preset: 'voyage', dialect: 'openai-chat', baseUrl: `${origin}/voyage/v1` },
    `pa-${secret}`,
  );
  await gateway.addProvider(
    { id: 'jina', preset: 'jina', dialect: 'openai-chat', baseUrl: `${origin}/jina/v1` },
    `jina_${secret}`,
  );
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const ASK = { query: 'Which?', documents: ['a', { text: 'b' }, 'c'], top_n: 2 };

async function rerank(model: string, more: object = {}) {
  const response = await gateway.post('/v1/rerank', { model, ...ASK, ...more });
  return { status: response.status, body: await response.json(), capture: await gateway.captureOf(response) };
}

describe('a provider with a form of its own', () => {
  it('Cohere: documents as texts, repeated on the way back where they were wanted', async () => {
    const { body, capture } = await rerank('cohere/rerank-v3.5', { return_documents: true });
    expect(asked.at(-1)?.body).toEqual({ model: 'rerank-v3.5', query: 'Which?', documents: ['a', 'b', 'c'], top_n: 2 });
    expect(body).toEqual({
      id: 'r1',
      model: 'cohere/rerank-v3.5',
      results: [
        { index: 2, relevance_score: 0.9, document: { text: 'c' } },
        { index: 0, relevance_score: 0.25, document: { text: 'a' } },
      ],
      meta: { billed_units: { search_units: 1 } },
    });
    expect(capture.steps.find(({ stage }) => stage === 'translate')).toMatchObject({
      rule: { name: 'dialect.main' },
      output: { dialect: 'cohere-rerank', ledger: [] },
    });
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.answerDifferences).toEqual([]);
  });

  it('Voyage: its own names, there and back, and its count', async () => {
    const { body, capture } = await rerank('voyage/rerank-2.5');
    expect(asked.at(-1)?.body).toEqual({ model: 'rerank-2.5', query: 'Which?', documents: ['a', 'b', 'c'], top_k: 2 });
    expect(body).toEqual({
      model: 'rerank-2.5',
      results: [
        { index: 2, relevance_score: 0.9 },
        { index: 0, relevance_score: 0.25 },
      ],
      usage: { total_tokens: 26 },
    });
    expect(capture.inputTokens).toBe(26);
  });

  it('refuses what is no text, with a sentence', async () => {
    const { status, body } = await rerank('cohere/rerank-v3.5', { documents: ['a', { image: 'x' }] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { param: 'documents[1]', message: expect.stringMatching(/Only texts/) } });
  });
});

it('Jina is asked in its own form, byte for byte', async () => {
  const { body, capture } = await rerank('jina/jina-reranker-v2-base-multilingual');
  expect(asked.at(-1)?.body).toEqual({ model: 'jina-reranker-v2-base-multilingual', ...ASK });
  expect(body.results).toHaveLength(2);
  expect(capture.steps.find(({ stage }) => stage === 'translate')).toMatchObject({ decision: 'skipped' });
  expect(capture.inputTokens).toBe(15);
});

it('Bedrock has the model in the path, and an answer that ranks what was not sent is not believed', () => {
  const call = translateRerank('bedrock-rerank', ASK, { model: undefined, shownModel: 'm', askedAtSeconds: 0 });
  if (call.refused) throw new Error(call.refused.message);
  expect(call.body).toEqual({ query: 'Which?', documents: ['a', 'b', 'c'], top_n: 2, api_version: 2 });
  const astray = call.back.whole({ results: [{ index: 3, relevance_score: 1 }] });
  expect(astray).toMatchObject({ status: 502, error: { code: 'response_format' } });
  const failed = call.back.failed(403, '{"message":"no access"}', { 'x-amzn-errortype': 'AccessDeniedException' });
  expect(failed).toMatchObject({ status: 403, body: { error: { message: 'no access' } } });
});
