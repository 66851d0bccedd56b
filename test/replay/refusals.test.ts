import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import { controlClient } from '../../gateway/control/router.ts';
import { recallCredentials } from '../../gateway/replay/recall-credentials.ts';
import { replayCapture, runReplay } from '../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

const chat = '/v1/chat/completions';
const body = { model: 'practice/ok', messages: [{ role: 'user', content: 'hi' }] };
let gateway: TestGateway;
let server: ProviderServer;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = await startProviderServer({ dialect: 'openai' });
});
afterAll(async () => {
  await gateway.stop();
  await server.close();
});

const deps = () => gateway.gateway.control;

async function captured(sent: unknown = body, headers: Record<string, string> = {}): Promise<Capture> {
  const response = await gateway.post(chat, sent, headers);
  await response.text();
  return gateway.captureOf(response);
}

describe('what cannot be replayed says why and what to do', () => {
  it('a configuration that is no longer kept: today’s is offered', async () => {
    const { id } = await captured();
    const without = { ...deps(), store: { snapshot: deps().store.snapshot, versionAt: async () => null } };
    const refused = await runReplay(without, { id, mode: 'recorded' });
    expect(refused.refused?.sentence).toMatch(/version \d+\) is no longer kept/);
    expect(refused.refused?.next).toMatch(/config now/);
    expect((await runReplay(without, { id, mode: 'recorded', config: 'now' })).outcome).toMatchObject({ ok: true });
  });

  it('a request body that was not recorded, until an edit gives one', async () => {
    await gateway.set({ recording: 'no-bodies' });
    const { id } = await captured();
    await gateway.set({ recording: 'full' });
    const refused = await runReplay(deps(), { id, mode: 'live' });
    expect(refused.refused?.sentence).toMatch(/body of the request was not recorded/);
    const given = await runReplay(deps(), {
      id,
      mode: 'live',
      edits: [{ path: 'body', value: JSON.stringify(body) }],
    });
    expect(given.outcome).toMatchObject({ ok: true });
  });

  it('a body larger than what is recorded of one', async () => {
    await gateway.set({ captureBodyBytes: 100 });
    const { id } = await captured({ ...body, messages: [{ role: 'user', content: 'x'.repeat(500) }] });
    await gateway.set({ captureBodyBytes: 1024 * 1024 });
    expect((await runReplay(deps(), { id })).refused?.sentence).toMatch(/larger than what is recorded/);
  });

  it('a WebSocket, a check of our own, and what was no request', async () => {
    const capture = await captured();
    const upgrade: Capture['request'] = { ...capture.request, headers: [['Upgrade', 'websocket']] };
    const odd: readonly [Partial<Capture>, RegExp][] = [
      [{ request: upgrade }, /WebSocket/],
      [{ origin: { kind: 'check' } }, /check that Keyward made itself/],
      [{ method: '?' }, /not a request/],
      [{ state: 'running' }, /under way/],
    ];
    for (const [change, sentence] of odd) {
      const { refused } = await replayCapture(deps(), { ...capture, ...change }, { mode: 'live' });
      expect(refused?.sentence).toMatch(sentence);
      expect(refused?.next).not.toBe('');
    }
  });

  it('edits in a mode that only shows', async () => {
    const { id } = await captured();
    await expect(runReplay(deps(), { id, mode: 'explain', edits: [{ path: 'model', value: 'x' }] })).rejects.toThrow(
      /nothing can be edited/,
    );
  });
});

describe('a request that the listener turned away', () => {
  it('is turned away again, and passes once its origin is allowed', async () => {
    const capture = await captured(body, { origin: 'https://page.example' });
    expect(capture.cause).toBe('permission_missing');
    const again = await runReplay(deps(), { id: capture.id });
    expect(again.outcome).toMatchObject({ cause: 'permission_missing', stage: 'receive' });
    expect(again.steps.flatMap((step) => step.differences)).toEqual([]);
    await gateway.set({ allowedOrigins: ['https://page.example'] });
    const allowed = await runReplay(deps(), { id: capture.id });
    const edits = [{ path: 'body', value: JSON.stringify(body) }];
    const given = await runReplay(deps(), { id: capture.id, mode: 'live', edits });
    await gateway.set({ allowedOrigins: [] });
    // The body of a page that may not ask is not recorded.
    expect(allowed.refused?.sentence).toMatch(/body of the request was not recorded/);
    expect(given.outcome).toMatchObject({ ok: true });
  });
});

describe('captures of before facts of credentials were recorded', () => {
  const old = (capture: Capture): Capture => ({
    ...capture,
    steps: capture.steps.map(({ input: { credentials: _facts, ...input } = {}, ...step }) => ({ ...step, input })),
  });

  it.each<readonly [string, () => string, Capture['cause']]>([
    ['a good key', () => gateway.key, null],
    ['a mistyped key', () => `${gateway.key.slice(0, -1)}_`, 'key_malformed'],
    ['no key', () => '', 'key_missing'],
    ['a provider’s key', () => `sk-ant-api03-${'a'.repeat(93)}AA`, 'key_wrong_provider'],
    ['a placeholder', () => 'YOUR_API_KEY', 'key_malformed'],
    ['something else', () => '0a9s8d7f6g5h4j3k', 'key_invalid_unknown'],
  ])('%s is decided as it was', async (_what, key, cause) => {
    const capture = await captured(body, { authorization: `Bearer ${key()}` });
    expect(capture.cause).toBe(cause);
    const again = await replayCapture(deps(), old(capture), { mode: 'dry-run', config: 'then' });
    expect(again.refused).toBeNull();
    expect(again.outcome?.cause ?? null).toBe(cause);
  });

  it('say so where not even that is known', async () => {
    const response = await gateway.post('/v1/nothing', body);
    const capture = old(await gateway.captureOf(response));
    const recalled = recallCredentials(capture, null);
    expect(recalled).toMatchObject({ ok: false, refusal: { next: expect.stringContaining('gateway-key') } });
  });
});

describe('a HAR from elsewhere', () => {
  it('is replayed as recorded, and live with the key that is stored here', async () => {
    await gateway.addProvider({ id: 'up', name: 'Upstream', preset: 'openai', baseUrl: server.url }, server.key());
    const har = {
      log: {
        version: '1.2',
        creator: { name: 'browser', version: '1' },
        entries: [
          {
            startedDateTime: '2026-11-01T10:00:00.000Z',
            time: 12,
            request: {
              method: 'POST',
              url: `${server.url}/chat/completions`,
              httpVersion: 'HTTP/1.1',
              headers: [
                { name: 'Host', value: new URL(server.url).host },
                { name: 'Authorization', value: `Bearer ${server.key('revoked')}` },
                { name: 'Content-Type', value: 'application/json' },
              ],
              queryString: [],
              cookies: [],
              headersSize: -1,
              bodySize: -1,
              postData: { mimeType: 'application/json', text: JSON.stringify({ ...body, model: 'gpt-5-mini' }) },
            },
            response: {
              status: 401,
              statusText: 'Unauthorized',
              httpVersion: 'HTTP/1.1',
              headers: [{ name: 'Content-Type', value: 'application/json' }],
              cookies: [],
              content: {
                size: 10,
                mimeType: 'application/json',
                text: '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}',
              },
              redirectURL: '',
              headersSize: -1,
              bodySize: -1,
            },
            cache: {},
            timings: { send: 1, wait: 10, receive: 1 },
          },
        ],
      },
    };
    const client = controlClient(deps(), 'cli');
    const { captures } = await client.transfer.import({ content: JSON.stringify(har), encoding: 'utf8' });
    const id = captures[0]?.id ?? '';
    const recorded = await runReplay(deps(), { id, mode: 'recorded' });
    expect(recorded).toMatchObject({ refused: null, outcome: { ok: false, stage: 'forward', status: 401 } });
    const live = await runReplay(deps(), { id, mode: 'live' });
    expect(live).toMatchObject({ refused: null, outcome: { ok: true, status: 200 } });
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Bearer ${server.key()}`);
    const again = await runReplay(deps(), { id: live.capture ?? '', mode: 'live' });
    expect(again).toMatchObject({ refused: null, outcome: { ok: true } });
  });
});
