/** Providers of every form are asked for their models; what they say is kept, bounded, and outlives what goes wrong. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { type ListServer, openaiList, sendJson, startListServer } from '../../support/list-server.ts';

const SECRET = 'sk-listing-0123456789abcdefABCDEF';
let server: ListServer;
let gateway: TestGateway;
const listsOf = ({ gateway: { services } }: TestGateway) => services.lists;

beforeAll(async () => {
  server = await startListServer();
});
afterAll(() => server.stop());
afterEach(() => gateway?.stop());

async function ask(provider: Parameters<TestGateway['addProvider']>[0], secret?: string) {
  gateway = await startTestGateway();
  await gateway.addProvider(provider, secret);
  server.asked.length = 0;
  server.headers.length = 0;
  await listsOf(gateway).refresh();
  return { ids: listsOf(gateway).idsOf(provider.id), record: listsOf(gateway).recordOf(provider.id) };
}

describe('the list of a provider', () => {
  it('of OpenAI’s form is asked for behind the base URL with the key where it belongs', async () => {
    server.list(() => openaiList('gpt-of-tomorrow', 'ft:gpt-4o:me::1'));
    const { ids, record } = await ask({ id: 'openai', preset: 'openai', baseUrl: server.url }, SECRET);
    expect(ids).toEqual(['gpt-of-tomorrow', 'ft:gpt-4o:me::1']);
    expect(record).toMatchObject({ count: 2, leftOut: 0, keys: 1, failure: null });
    expect(server.asked).toEqual(['/v1/models']);
    expect(server.headers[0]?.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('of Anthropic’s form is read through its pages', async () => {
    server.list((url) =>
      url.searchParams.get('after_id') === null
        ? {
            data: [{ type: 'model', id: 'claude-a', display_name: 'A' }],
            has_more: true,
            first_id: 'claude-a',
            last_id: 'claude-a',
          }
        : {
            data: [{ type: 'model', id: 'claude-b', display_name: 'B' }],
            has_more: false,
            first_id: 'claude-b',
            last_id: 'claude-b',
          },
    );
    const provider = { id: 'claude', preset: 'anthropic', dialect: 'anthropic-messages', baseUrl: server.url } as const;
    const { ids } = await ask(provider, SECRET);
    expect(ids).toEqual(['claude-a', 'claude-b']);
    expect(server.asked).toEqual(['/v1/models?limit=1000', '/v1/models?limit=1000&after_id=claude-a']);
    expect(server.headers[1]).toMatchObject({ 'x-api-key': SECRET, 'anthropic-version': '2023-06-01' });
  });

  it('of Gemini’s form is read through its pages, without what cannot be asked', async () => {
    server.list((url) =>
      url.searchParams.get('pageToken') === null
        ? {
            models: [
              { name: 'models/gemini-next', inputTokenLimit: 5000, supportedGenerationMethods: ['generateContent'] },
            ],
            nextPageToken: 'two',
          }
        : {
            models: [
              { name: 'models/live-only', supportedGenerationMethods: ['bidiGenerateContent'] },
              { name: 'tunedModels/mine', supportedGenerationMethods: ['generateContent'] },
            ],
          },
    );
    const baseUrl = `${server.origin}/v1beta`;
    const { ids } = await ask({ id: 'gemini', preset: 'google-gemini', dialect: 'gemini', baseUrl }, SECRET);
    expect(ids).toEqual(['gemini-next', 'tunedModels/mine']);
    expect(server.asked).toEqual(['/v1beta/models?pageSize=1000', '/v1beta/models?pageSize=1000&pageToken=two']);
    expect(server.headers[0]?.['x-goog-api-key']).toBe(SECRET);
  });

  it('of Cohere’s form is asked for in the version that has it', async () => {
    server.list(() => ({
      models: [
        { name: 'command-next', endpoints: ['chat'], context_length: 9000 },
        { name: 'classify-old', endpoints: ['classify'] },
      ],
    }));
    const { ids } = await ask(
      { id: 'cohere', preset: 'cohere', dialect: 'cohere-v2', baseUrl: `${server.origin}/v2` },
      SECRET,
    );
    expect(ids).toEqual(['command-next']);
    expect(server.asked).toEqual(['/v1/models?page_size=1000']);
  });

  it('of Azure is of its deployments, which are what can be asked', async () => {
    server.list(() => ({ object: 'list', data: [{ id: 'my-deployment', model: 'gpt-4o', object: 'deployment' }] }));
    const { ids } = await ask({ id: 'azure', preset: 'azure-openai', baseUrl: `${server.origin}/openai/v1` }, SECRET);
    expect(ids).toEqual(['my-deployment']);
    expect(server.asked).toEqual(['/openai/deployments?api-version=2023-03-15-preview']);
    expect(server.headers[0]?.['api-key']).toBe(SECRET);
  });

  it('of Bedrock is asked for signed', async () => {
    server.list(() => ({
      modelSummaries: [{ modelId: 'amazon.nova-next-v1:0', inferenceTypesSupported: ['ON_DEMAND'] }],
    }));
    const provider = {
      id: 'bedrock',
      preset: 'aws-bedrock',
      dialect: 'bedrock-converse',
      baseUrl: server.origin,
      settings: { region: 'us-east-1' },
    } as const;
    const { ids } = await ask(
      provider,
      '{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","secretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}',
    );
    expect(ids).toEqual(['amazon.nova-next-v1:0']);
    expect(server.headers[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/);
  });

  it.each([
    ['needs no key', { id: 'ollama', preset: 'ollama' }, undefined, ['a:latest'], null],
    ['has no preset', { id: 'mine' }, undefined, ['a:latest'], null],
    [
      'has no call for it',
      { id: 'perplexity', preset: 'perplexity' },
      SECRET,
      undefined,
      /has no call that lists its models/,
    ],
    ['has no key', { id: 'openai', preset: 'openai' }, undefined, undefined, /^No key is stored/],
    ['is reached raw alone', { id: 'raw', dialect: 'other' as const }, SECRET, undefined, /through \/p\/ only/],
  ])('of one that %s', async (_which, provider, secret, expected, failure) => {
    server.list(() => openaiList('a:latest'));
    const { ids, record } = await ask({ ...provider, baseUrl: server.url }, secret);
    expect(ids).toEqual(expected);
    if (failure) expect(record?.failure?.sentence).toMatch(failure);
    else expect(record?.failure).toBeNull();
    expect(server.asked).toHaveLength(failure ? 0 : 1);
  });
});

describe('several keys of one provider', () => {
  it('are asked each, and their lists put together; one that was refused is not shown again', async () => {
    gateway = await startTestGateway();
    await gateway.addProvider({ id: 'up', preset: 'openai', baseUrl: server.url });
    const { store, vault } = gateway.gateway.services;
    const add = (id: string, secret: string, state: 'valid' | 'rejected') =>
      store.update({ actor: 'test', action: 'test', subject: id }, (draft) => {
        draft.providerKeys.push({
          id,
          provider: 'up',
          label: id,
          sealed: vault.seal(id, secret),
          version: 1,
          lastFour: secret.slice(-4),
          fingerprint: vault.fingerprint(secret),
          createdAt: new Date().toISOString(),
          replacedAt: null,
          expiresAt: null,
          disabledAt: null,
          health: { state, sentence: '', cause: null, checkedAt: null, source: 'none', status: null, since: null },
          history: [],
        });
      });
    await add('pk_one', 'sk-one-0123456789abcdef', 'valid');
    await add('pk_two', 'sk-two-0123456789abcdef', 'valid');
    await add('pk_bad', 'sk-bad-0123456789abcdef', 'rejected');
    const sees: Record<string, string[]> = { one: ['both', 'first'], two: ['both', 'second'] };
    let works = true;
    server.list((_url, request, response) => {
      const who = /sk-(\w+)-/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!works && who === 'two') return void sendJson(response, 500, { error: { message: 'trouble' } });
      return openaiList(...(sees[who] ?? ['not to be asked']));
    });
    await listsOf(gateway).refresh();
    expect(listsOf(gateway).idsOf('up')).toEqual(['both', 'first', 'second']);
    expect(listsOf(gateway).recordOf('up')).toMatchObject({ keys: 2, failure: null });
    // What one of them cannot be asked for just now is not gone for it.
    works = false;
    sees.one = ['both', 'newest'];
    await listsOf(gateway).refresh();
    expect(listsOf(gateway).idsOf('up')).toEqual(['both', 'newest', 'first', 'second']);
    expect(listsOf(gateway).recordOf('up')?.failure?.sentence).toMatch(/trouble itself at the moment \(status 500\)/);
  });
});

describe('what goes wrong', () => {
  const local = () => ({ id: 'local', name: 'Local', preset: 'vllm', baseUrl: server.url });
  const raw =
    (type: string, text: string | Buffer) => (_: URL, __: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(200, { 'content-type': type }).end(text);
    };

  it.each([
    ['a web page', raw('text/html', '<!doctype html><p>Sign in</p>'), /^A web page answered in place of Local/],
    ['broken JSON', raw('application/json', '{"data":[{"id":"a"'), /something that is no JSON/],
    ['another JSON', raw('application/json', '{"status":"ok"}'), /holds no list of models/],
    ['nothing', raw('application/json', ''), /answered with nothing/],
    [
      'no such path',
      (_: URL, __: unknown, response: import('node:http').ServerResponse) => void response.writeHead(404).end('404'),
      /has no list of models at its address \(status 404\)/,
    ],
    ['more than is read', raw('application/json', Buffer.alloc(11 * 1024 * 1024, ' ')), /longer than 10 MB/],
    [
      'a broken connection',
      (_: URL, __: unknown, response: import('node:http').ServerResponse) => void response.destroy(),
      /broke the connection off/,
    ],
  ])('as %s keeps the last good list, its time and what was wrong', async (_what, answer, sentence) => {
    server.list(() => openaiList('good'));
    const { record: before } = await ask(local());
    server.list(answer);
    await listsOf(gateway).refresh();
    const record = listsOf(gateway).recordOf('local');
    expect(listsOf(gateway).idsOf('local')).toEqual(['good']);
    expect(record?.listedAtMs).toBe(before?.listedAtMs);
    expect(record?.failure?.sentence).toMatch(sentence);
    // What was sent and came back can be looked at.
    const capture = await gateway.capture(record?.failure?.capture ?? '');
    expect(capture).toMatchObject({ origin: { kind: 'check' }, provider: 'local' });
    server.list(() => openaiList('good', 'better'));
    await listsOf(gateway).refresh();
    expect(listsOf(gateway).idsOf('local')).toEqual(['good', 'better']);
    expect(listsOf(gateway).recordOf('local')?.failure).toBeNull();
  });

  it('by nobody at all is recorded once, and again when a person asks', async () => {
    const asked = async () => (await gateway.gateway.services.recorder.list({})).map(({ id }) => id);
    server.list((_url, _request, response) => void response.destroy());
    const { record } = await ask(local());
    const first = await asked();
    expect(first).toEqual([record?.failure?.capture]);
    await listsOf(gateway).refresh();
    expect(await asked()).toEqual(first);
    expect(listsOf(gateway).recordOf('local')?.failure).toEqual(record?.failure);
    await listsOf(gateway).refresh(undefined, true);
    expect(await asked()).toHaveLength(2);
  });

  it('with a list of a hundred thousand is bounded, and says what was left out', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `model-${index}`);
    server.list(() => openaiList(...many, 'model-0'));
    const { ids, record } = await ask(local());
    expect(ids).toHaveLength(20_000);
    expect(record).toMatchObject({ count: 20_000, failure: null });
    expect(record?.leftOut).toBeGreaterThanOrEqual(80_000);
    expect(listsOf(gateway).has('local', 'model-19999')).toBe(true);
  });

  it('with pages that never end is read as far as is sane', async () => {
    server.list((url) => ({
      data: [{ id: `m-${url.searchParams.get('after_id') ?? 'first'}` }],
      has_more: true,
      last_id: url.searchParams.get('after_id') === 'a' ? 'b' : 'a',
    }));
    const provider = { id: 'claude', preset: 'anthropic', dialect: 'anthropic-messages', baseUrl: server.url } as const;
    const { ids, record } = await ask(provider, SECRET);
    expect(ids).toEqual(['m-first', 'm-a', 'm-b']);
    expect(record?.failure?.sentence).toMatch(/has no end/);
  });

  it('with names that are twice there, unusable or somebody’s secret keeps the good ones once', async () => {
    server.list(() => openaiList('good', 'good', 'a\u0007b', 'x|y', SECRET, `model-${SECRET}`, 'fine/one'));
    const { ids, record } = await ask(local(), SECRET);
    expect(ids).toEqual(['good', 'fine/one']);
    expect(record?.leftOut).toBe(4);
    await gateway.gateway.services.lists.close();
    expect(await readFile(join(gateway.home, 'model-lists.json'), 'utf8')).not.toContain(SECRET);
  });

  it('says so over the control interface, where lists are asked for and models found', async () => {
    server.list(() => openaiList('good'));
    await ask(local());
    const client = controlClient(gateway.gateway.control, 'cli');
    server.list((_url, _request, response) => void response.writeHead(503).end());
    expect(await client.models.refresh({ provider: 'local' })).toEqual([
      expect.objectContaining({
        provider: 'local',
        models: 1,
        problem: { sentence: expect.stringMatching(/trouble itself/), capture: expect.any(String) },
      }),
    ]);
    expect(await client.models.lists()).toHaveLength(1);
    expect(await client.models.list({})).toEqual([expect.objectContaining({ id: 'local/good', from: 'list' })]);
    expect(await client.models.list({ text: 'GOO', provider: 'local' })).toHaveLength(1);
    expect(await client.models.list({ text: 'nothing like it' })).toEqual([]);
    await expect(client.models.refresh({ provider: 'nobody' })).rejects.toThrow(/no provider "nobody"/);
  });
});

describe('a restart', () => {
  it('keeps the lists, also while the provider is away, and forgets those of another address', async () => {
    const home = await mkdtemp(join(tmpdir(), 'keyward-lists-'));
    try {
      server.list(() => openaiList('kept'));
      const first = await startTestGateway({ home });
      await first.addProvider({ id: 'local', preset: 'ollama', baseUrl: server.url });
      await listsOf(first).refresh();
      const { listedAtMs } = listsOf(first).recordOf('local') ?? {};
      await first.stop();
      server.list((_url, _request, response) => void response.destroy());
      const second = await startTestGateway({ home });
      expect(listsOf(second).idsOf('local')).toEqual(['kept']);
      await listsOf(second).refresh();
      expect(listsOf(second).recordOf('local')).toMatchObject({
        listedAtMs,
        count: 1,
        failure: { sentence: expect.any(String) },
      });
      const { store } = second.gateway.services;
      await store.update({ actor: 'test', action: 'test', subject: 'local' }, (draft) => {
        for (const provider of draft.providers) provider.baseUrl = `${server.origin}/elsewhere/v1`;
      });
      expect(listsOf(second).idsOf('local')).toBeUndefined();
      await second.stop();
      // A file that is no list is asked for anew, and no reason not to start.
      await writeFile(join(home, 'model-lists.json'), '{"schema":1,"lists":[{"provider":7}]}');
      const faults: unknown[] = [];
      gateway = await startTestGateway({ home, onFault: (error) => faults.push(error) });
      expect(faults).toHaveLength(1);
      expect(listsOf(gateway).recordOf('local')).toBeUndefined();
    } finally {
      await gateway.stop();
      await rm(home, { recursive: true, force: true });
    }
  });
});

describe('without being told', () => {
  it('lists are asked for some time after the start, when a provider comes, and when a key was found to work', async () => {
    server.list(() => openaiList('one'));
    gateway = await startTestGateway({ asksForModels: true });
    const client = controlClient(gateway.gateway.control, 'cli');
    await client.providers.add({ id: 'mine', baseUrl: server.url });
    await expect.poll(() => listsOf(gateway).idsOf('mine'), { timeout: 10_000 }).toEqual(['one']);
    server.list(() => openaiList('one', 'two'));
    await client.keys.add({ provider: 'mine', secret: SECRET, check: true });
    await expect.poll(() => listsOf(gateway).idsOf('mine'), { timeout: 10_000 }).toEqual(['one', 'two']);
    expect(listsOf(gateway).recordOf('mine')?.keys).toBe(1);
  });

  it('a list that hangs holds up neither requests nor the end', async () => {
    server.list(() => undefined);
    gateway = await startTestGateway({ asksForModels: true });
    await gateway.addProvider({ id: 'local', preset: 'vllm', baseUrl: server.url });
    const asked = server.asked.length;
    void listsOf(gateway).refresh();
    await expect.poll(() => server.asked.length, { timeout: 10_000 }).toBeGreaterThan(asked);
    const answer = await gateway.post('/v1/chat/completions', { model: 'local/x', messages: [] });
    expect(answer.status).toBe(200);
    await answer.text();
    // Neither a request for the lists, nor the gateway's own end.
    const models = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${gateway.key}` } });
    expect(models.status).toBe(200);
    await models.text();
    await gateway.stop();
  });
});
