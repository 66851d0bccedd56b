import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

let place: TestGateway;
let client: ControlClient;
let server: ProviderServer;
let aheadMs = 0;

beforeEach(async () => {
  aheadMs = 0;
  place = await startTestGateway({ now: () => Date.now() + aheadMs });
  client = controlClient(place.gateway.control, 'cli');
  server = await startProviderServer({ dialect: 'openai' });
});
afterEach(async () => {
  await place.stop();
  await server.close();
});

const HELLO = [{ role: 'user', content: 'Hello' }];

async function failing(model: string, body: Record<string, unknown> = {}): Promise<string> {
  const answer = await place.post('/v1/chat/completions', { model, messages: HELLO, ...body });
  await answer.arrayBuffer();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return answer.headers.get('x-keyward-capture') ?? '';
}

/** A custom provider whose first key may not be used for this, and a second one that may. */
async function twoKeys(): Promise<string> {
  await place.addProvider({ id: 'local', baseUrl: server.url }, server.key('restricted'));
  const { key } = await client.keys.add({ provider: 'local', secret: server.key('valid'), check: false });
  return key.id;
}

describe('a proof', () => {
  it('is two replays side by side, whoever made them: one thing changed and answered, unchanged and failed', async () => {
    const other = await twoKeys();
    const id = await failing('local/gpt-4o-mini');
    expect(await client.captures.explain({ id })).toMatchObject({ cause: 'permission_missing', status: 'likely' });
    await client.replay.run({ id, mode: 'live', edits: [{ path: 'key', value: other }] });
    const half = await client.captures.explain({ id });
    expect(half.status).not.toBe('proven');
    expect(half.probes.find(({ probe }) => probe === 'other-key')?.result).toContain('nothing is proven');
    await client.replay.run({ id, mode: 'live' });
    expect(await client.captures.explain({ id })).toMatchObject({
      cause: 'permission_missing',
      status: 'proven',
      confidence: 0.99,
    });
  });

  it('does not take the recorded answer, served again, for the unchanged run', async () => {
    const other = await twoKeys();
    const id = await failing('local/gpt-4o-mini');
    await client.replay.run({ id, mode: 'live', edits: [{ path: 'key', value: other }] });
    await client.replay.run({ id, mode: 'recorded' });
    expect((await client.captures.explain({ id })).status).not.toBe('proven');
  });

  it('does not hold where the two runs lie an hour apart', async () => {
    const other = await twoKeys();
    const id = await failing('local/gpt-4o-mini');
    await client.replay.run({ id, mode: 'live', edits: [{ path: 'key', value: other }] });
    aheadMs = 3_600_000;
    await client.replay.run({ id, mode: 'live' });
    expect((await client.captures.explain({ id })).status).not.toBe('proven');
  });

  it('does not hold where more than one thing was changed', async () => {
    const other = await twoKeys();
    const id = await failing('local/gpt-4o-mini');
    const edits = [
      { path: 'key', value: other },
      { path: '/temperature', value: 0.5 },
    ];
    await client.replay.run({ id, mode: 'live', edits });
    await client.replay.run({ id, mode: 'live' });
    expect((await client.captures.explain({ id })).status).not.toBe('proven');
  });

  it('is no proof where the unchanged request is answered, too: the fault went away by itself', async () => {
    const other = await twoKeys();
    await client.keys.disable({ id: other });
    const id = await failing('local/gpt-4o-mini');
    await client.keys.enable({ id: other });
    server.setFault({
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"choices":[{"message":{"content":"Hi"}}]}',
    });
    await client.replay.run({ id, mode: 'live', edits: [{ path: 'key', value: other }] });
    await client.replay.run({ id, mode: 'live' });
    const explanation = await client.captures.explain({ id });
    expect(explanation.status).not.toBe('proven');
    expect(explanation.probes.find(({ probe }) => probe === 'repeat')?.result).toContain('the fault has passed');
  });

  it('names the part of the request: in its smallest form it is answered', async () => {
    await place.addProvider({ id: 'local', baseUrl: server.url }, server.key('valid'));
    const refusal = JSON.stringify({
      error: {
        message: "Unsupported parameter: 'logprobs'",
        type: 'invalid_request_error',
        param: 'logprobs',
        code: 'unsupported_parameter',
      },
    });
    server.setFault({ kind: 'answer', toBody: '"logprobs"', status: 400, body: refusal });
    const id = await failing('local/gpt-4o-mini', { logprobs: true });
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation).toMatchObject({ cause: 'bad_request_parameter', status: 'proven' });
    // The fix that the answer itself suggests: without the parameter it names.
    const preview = await client.fixes.preview({ id, fix: 'edit-and-replay' });
    expect(preview).toMatchObject({ needs: [], edits: [{ path: '/logprobs' }], changes: false });
    expect(await client.fixes.apply({ id, fix: 'edit-and-replay' })).toMatchObject({ fixed: true, undo: null });
  });

  it('finds the model that is not in the provider’s list, and the nearest one that is', async () => {
    await place.addProvider({ id: 'local', baseUrl: server.url }, server.key('valid'));
    const id = await failing('local/gpt-4o-minni');
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation.cause).toBe('model_not_found');
    expect(explanation.probes.find(({ probe }) => probe === 'nearest-model')?.result).toContain('gpt-4o-mini');
    expect(await client.fixes.apply({ id, fix: 'use-model' })).toMatchObject({ fixed: true });
  });

  it('offers another model before anything was tried, and takes the one that the person names', async () => {
    await place.addProvider({ id: 'local', baseUrl: server.url }, server.key('valid'));
    const id = await failing('local/gpt-4o-minni');
    const plain = await client.captures.explain({ id });
    expect(plain.fixes.map((fix) => fix.id)).toContain('use-model');
    const { needs } = await client.fixes.preview({ id, fix: 'use-model' });
    expect(needs).toMatchObject([{ name: 'model', secret: false }]);
    const result = await client.fixes.apply({ id, fix: 'use-model', values: { model: 'local/gpt-4o-mini' } });
    expect(result).toMatchObject({ applied: true, fixed: true });
  });
});

describe('experiments', () => {
  it('say what they send, to whom and at what cost before they run, and wait for a word where it is not allowed', async () => {
    const other = await twoKeys();
    const id = await failing('local/gpt-4o-mini');
    const sent = server.requests.length;
    const list = await client.experiments.list({ id });
    expect(server.requests).toHaveLength(sent);
    const experiment = list.find((one) => one.id === 'other-key');
    expect(experiment).toMatchObject({ class: 'free-call', costUsd: 0, allowed: true, unavailable: null });
    const host = new URL(server.url).host;
    expect(experiment?.sends.map((one) => [one.method, one.host, one.path])).toEqual([
      ['POST', host, '/v1/chat/completions'],
      ['POST', host, '/v1/chat/completions'],
    ]);
    await client.settings.set({ experiments: ['local'] });
    await expect(client.experiments.run({ id, experiment: 'other-key' })).rejects.toMatchObject({ code: 'REFUSED' });
    const before = await client.captures.explain({ id, probe: true });
    expect(before.status).not.toBe('proven');
    expect(server.requests).toHaveLength(sent);
    const result = await client.experiments.run({ id, experiment: 'other-key', confirm: true });
    expect(result).toMatchObject({ verdict: 'confirms', explanation: { status: 'proven' } });
    expect(result.captures).toHaveLength(2);
    for (const capture of result.captures) {
      expect((await place.capture(capture)).origin).toEqual({ kind: 'replay', of: id });
    }
    expect(other).toMatch(/^pk_/);
  });

  it('cost something where a cloud is paid, say how much, and are not run without a word', async () => {
    // Another name of this machine: to the gateway an address like any other, where OpenAI's prices hold.
    const baseUrl = server.url.replace('127.0.0.1', '0.0.0.0');
    await place.addProvider({ id: 'cloud', preset: 'openai', baseUrl }, server.key('restricted'));
    await client.keys.add({ provider: 'cloud', secret: server.key('valid'), check: false });
    const id = await failing('cloud/gpt-4o-mini');
    const other = (await client.experiments.list({ id })).find((one) => one.id === 'other-key');
    expect(other).toMatchObject({ class: 'paid-call', allowed: false, unavailable: null });
    // A question of a word and, where nothing bounds it, an answer of two thousand tokens; twice.
    expect(other?.costUsd).toBeGreaterThan(0.000_1);
    expect(other?.costUsd).toBeLessThan(0.01);
    const posts = () => server.requests.filter(({ method }) => method === 'POST').length;
    const sent = posts();
    expect((await client.captures.explain({ id, probe: true })).status).not.toBe('proven');
    expect(posts()).toBe(sent);
    await expect(client.experiments.run({ id, experiment: 'other-key' })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('may cost about $'),
    });
    const paid = await client.captures.explain({ id, probe: true, paid: true });
    expect(paid).toMatchObject({ cause: 'permission_missing', status: 'proven' });
  });

  it('are not there for a request that was answered', async () => {
    const answer = await place.post('/v1/chat/completions', { model: 'practice/ok', messages: HELLO });
    const id = answer.headers.get('x-keyward-capture') ?? '';
    await answer.arrayBuffer();
    expect(await client.experiments.list({ id })).toEqual([]);
    expect(await client.captures.explain({ id, probe: true })).toMatchObject({ cause: null, fixes: [] });
  });

  it('prove a practised failure by playing the change, and change nothing', async () => {
    const id = await failing('practice/key-mismatch:as=plain');
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation).toMatchObject({ cause: 'key_mismatch', status: 'proven' });
  });
});

describe('a key in experiments', () => {
  it('goes to its own provider’s address and nowhere else, whatever the answer says', async () => {
    const foreign = await startProviderServer({ dialect: 'openai' });
    try {
      await place.addProvider({ id: 'local', baseUrl: server.url }, server.key('expired'));
      await client.keys.add({ provider: 'local', secret: server.key('valid'), check: false });
      const id = await failing('local/gpt-4o-mini');
      server.setFault({ kind: 'redirect', to: `${foreign.url}/models` });
      for (const experiment of await client.experiments.list({ id })) {
        if (experiment.unavailable === null)
          await client.experiments.run({ id, experiment: experiment.id, confirm: true });
      }
      expect(foreign.requests).toEqual([]);
      // The address that the failure went to is no longer the provider's: its key does not go there again.
      server.setFault(null);
      const seen = server.requests.length;
      await client.providers.update({ id: 'local', baseUrl: foreign.url });
      await client.captures.explain({ id, probe: true });
      expect(server.requests).toHaveLength(seen);
      expect(foreign.requests.length).toBeGreaterThan(0);
      await client.replay.run({ id, mode: 'live', edits: [{ path: 'base-url', value: server.url }] });
      expect(server.requests).toHaveLength(seen);
    } finally {
      await foreign.close();
    }
  });
});
