import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplay } from '../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

const chat = '/v1/chat/completions';
let gateway: TestGateway;
let server: ProviderServer;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = await startProviderServer({ dialect: 'openai' });
  await gateway.addProvider({ id: 'up', name: 'Upstream', preset: 'openai', baseUrl: server.url }, server.key());
});
afterAll(async () => {
  await gateway.stop();
  await server.close();
});

const request = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more });
const deps = () => gateway.gateway.control;

describe('a replay', () => {
  it('serves the recorded answer again, byte for byte', async () => {
    const response = await gateway.post(chat, request('up/gpt-5-mini'));
    const text = await response.text();
    const capture = await gateway.captureOf(response);
    const replay = await runReplay(deps(), { id: capture.id, mode: 'recorded' });
    expect(replay).toMatchObject({ refused: null, outcome: { ok: true, status: 200 }, answerDifferences: [] });
    expect(replay.steps.map(({ differences }) => differences)).toEqual(replay.steps.map(() => []));
    const again = await gateway.capture(replay.capture ?? '');
    expect(again.answer?.body.text).toBe(text);
    expect(again.origin).toEqual({ kind: 'replay', of: capture.id });
  });
});
