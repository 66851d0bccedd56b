import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import type { Document } from '../../gateway/store/schema.ts';
import type { Transform } from '../../gateway/store/schema-transform.ts';
import { type CachingServer, startCachingServer } from '../cache/caching-server.ts';

const CHAT = '/v1/chat/completions';
let server: CachingServer;
let client: ControlClient;

beforeAll(async () => {
  server = await startCachingServer();
  client = controlClient(server.gateway.gateway.control, 'cli');
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.answerWith(undefined);
  await server.setRoute({});
  await client.transforms.set({ of: 'app', id: 'app_test', transform: null, models: null });
});

const none: Transform = { headers: [], body: [], redact: [] };
const edit = (given: Partial<Transform>, of: 'route' | 'app' = 'route') =>
  client.transforms.set({ of, id: of === 'route' ? 'fast' : 'app_test', transform: { ...none, ...given } });
const change = (work: (draft: Document) => void) =>
  server.gateway.gateway.services.store.update({ actor: 'test', action: 'test', subject: 'test' }, work);

async function ask(body: unknown, headers: Record<string, string> = {}, path = CHAT) {
  const response = await server.gateway.post(path, body, headers);
  await response.text();
  const capture = await server.gateway.captureOf(response);
  return {
    response,
    capture,
    asked: server.asked.at(-1),
    step: capture.steps.find(({ stage }) => stage === 'transform'),
  };
}

describe('the rules of a route', () => {
  it('edit what is sent, show it as before and after, and leave the client’s request recorded as it came', async () => {
    await edit({
      headers: [
        { do: 'set', name: 'openai-beta', value: 'assistants=v2' },
        { do: 'remove', name: 'x-noise' },
      ],
      body: [
        { do: 'rename', path: '/max_tokens', to: 'max_completion_tokens' },
        { do: 'set', path: '/temperature', value: 0 },
        { do: 'default', path: '/top_p', value: 0.5 },
      ],
    });
    const text =
      '{"model": "fast", "temperature": 0.9,  "max_tokens": 5, "messages": [{"role":"user","content":"hi"}]}';
    const { capture, asked, step } = await ask(text, { 'x-noise': 'n' });
    const sent =
      '{"model": "gpt-4o", "temperature": 0,  "max_completion_tokens": 5, "messages": [{"role":"user","content":"hi"}],"top_p":0.5}';
    expect(capture.attemptList[0]?.requestBody.text).toBe(sent);
    expect(asked?.body).toEqual(JSON.parse(sent));
    expect(asked?.headers['openai-beta']).toBe('assistants=v2');
    expect(asked?.headers['x-noise']).toBeUndefined();
    expect(capture.request.body.text).toBe(text);
    expect(step).toMatchObject({ decision: 'passed', rule: { origin: { from: 'route', name: 'fast' } } });
    const origin = { from: 'route', name: 'fast' };
    expect(step?.output?.edits).toEqual([
      { do: 'set', at: 'header openai-beta', after: 'assistants=v2', origin },
      { do: 'remove', at: 'header x-noise', before: 'n', origin },
      { do: 'rename', at: '/max_tokens', before: '5', after: '/max_completion_tokens', origin },
      { do: 'set', at: '/temperature', before: '0.9', after: '0', origin },
      { do: 'default', at: '/top_p', after: '0.5', origin },
    ]);
  });

  it('come after those of the app, and have the last word', async () => {
    await edit({ body: [{ do: 'set', path: '/temperature', value: 1 }], systemPrefix: 'App.' }, 'app');
    await edit({ body: [{ do: 'set', path: '/temperature', value: 0 }], systemPrefix: 'Route.' });
    const { asked, step } = await ask({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] });
    expect(asked?.body).toMatchObject({
      temperature: 0,
      messages: [{ role: 'system', content: 'Route.\n\nApp.' }, { role: 'user' }],
    });
    const edits = step?.output?.edits as { origin: { from: string } }[];
    expect(edits.map(({ origin }) => origin.from)).toEqual(['app', 'app', 'route', 'route']);
    const other = await ask({ model: 'openai/gpt-4o', messages: [] });
    expect(other.asked?.body).toMatchObject({ temperature: 1 });
  });

  it('reach a provider of another dialect in its own place', async () => {
    await server.setRoute({ targets: [{ provider: 'claude', model: 'claude-sonnet-4-5' }] });
    await edit({ systemPrefix: 'Be brief.', headers: [{ do: 'set', name: 'anthropic-beta', value: 'context-1m' }] });
    server.answerWith((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-5',
          content: [{ type: 'text', text: 'Hi' }],
          stop_reason: 'end_turn',
          stop_sequence: null,
          usage: { input_tokens: 1, output_tokens: 1 },
        }),
      ),
    );
    const { response, asked } = await ask({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] });
    expect(response.status).toBe(200);
    expect(JSON.stringify(asked?.body.system)).toContain('Be brief.');
    expect(asked?.headers['anthropic-beta']).toBe('context-1m');
  });

  it('are applied to what the OpenAI SDK sends, streamed too, and taken-out texts never leave', async () => {
    await edit({ redact: [{ pattern: '[\\w.]+@[\\w.]+', with: '[mail]' }], systemPrefix: 'Hello.' });
    const sdk = new OpenAI({ apiKey: server.gateway.key, baseURL: `${server.gateway.url}/v1`, maxRetries: 0 });
    const stream = await sdk.chat.completions.create({
      model: 'fast',
      stream: true,
      messages: [{ role: 'user', content: 'Write to ann@example.com and ben@example.com' }],
    });
    let text = '';
    for await (const event of stream) text += event.choices[0]?.delta.content ?? '';
    expect(text).toMatch(/^Hello \d+$/);
    expect(server.asked.at(-1)?.body.messages).toEqual([
      { role: 'system', content: 'Hello.' },
      { role: 'user', content: 'Write to [mail] and [mail]' },
    ]);
    const { step } = await ask({ model: 'fast', messages: [{ role: 'user', content: 'carl@example.com' }] });
    expect(step?.output?.edits).toContainEqual(expect.objectContaining({ do: 'redact', count: 1 }));
    expect(JSON.stringify(step)).not.toContain('carl@');
  });

  it('show nothing of the request in the step where bodies are not recorded', async () => {
    await edit({ body: [{ do: 'set', path: '/messages/0/content', value: 'new text' }] });
    await server.gateway.set({ recording: 'no-bodies' });
    const { step, asked } = await ask({ model: 'fast', messages: [{ role: 'user', content: 'old text' }] });
    await server.gateway.set({ recording: 'full' });
    expect(asked?.body).toMatchObject({ messages: [{ content: 'new text' }] });
    expect(JSON.stringify(step)).not.toMatch(/old text|new text/);
  });

  it('run again in a replay, the same to the byte', async () => {
    await edit({ body: [{ do: 'set', path: '/seed', value: 7 }], systemPrefix: 'Be brief.' });
    const { capture, step } = await ask({ model: 'fast', messages: [{ role: 'user', content: 'again' }] });
    const replay = await client.replay.run({ id: capture.id, mode: 'dry-run', config: 'then' });
    expect(replay.prepared?.body).toBe(capture.attemptList[0]?.requestBody.text);
    expect(replay.preparedDifferences).toEqual([]);
    expect(replay.steps.find(({ stage }) => stage === 'transform')?.output).toEqual(step?.output);
  });

  it('that cannot be applied stop the request, as a left-out privacy rule would be worse', async () => {
    await change((draft) => {
      for (const route of draft.routes) route.transform = { ...none, redact: [{ pattern: '(', with: 'x' }] };
    });
    const before = server.asked.length;
    const { response, capture } = await ask({ model: 'fast', messages: [] });
    expect(response.status).toBe(503);
    expect(capture).toMatchObject({ cause: 'gateway_config', stage: 'transform' });
    expect(server.asked.length).toBe(before);
  });

  it('drop what the cache keeps when they change', async () => {
    await server.setRoute({ cacheTtlMs: 60_000 });
    const body = { model: 'fast', messages: [{ role: 'user', content: 'cached' }] };
    await ask(body);
    expect((await ask(body)).response.headers.get('x-keyward-cache')).toBe('hit');
    await edit({ systemPrefix: 'Now.' });
    expect((await ask(body)).response.headers.get('x-keyward-cache')).toBe('miss');
    await edit({ systemPrefix: 'Now.' }, 'app');
    expect((await ask(body)).response.headers.get('x-keyward-cache')).toBe('miss');
  });
});

describe('the rules of an app', () => {
  it('edit the headers alone of raw access, whose body is not read', async () => {
    await edit(
      { headers: [{ do: 'set', name: 'x-team', value: 'a' }], body: [{ do: 'set', path: '/x', value: 1 }] },
      'app',
    );
    const { asked, capture, step } = await ask({ model: 'm', messages: [] }, {}, '/p/openai/chat/completions');
    expect(asked?.headers['x-team']).toBe('a');
    expect(asked?.body).toEqual({ model: 'm', messages: [] });
    expect(capture.attemptList[0]?.requestBody.sameAs).toBe('request');
    expect(step?.summary).toMatch(/headers alone/);
  });

  it('ask another model than the app names, within the key’s scope, and say so', async () => {
    await client.transforms.set({
      of: 'app',
      id: 'Test app',
      models: { 'gpt-4': 'fast', claude: 'openai/gpt-4o-mini' },
    });
    const { asked, capture } = await ask({ model: 'gpt-4', messages: [] });
    expect(asked?.body.model).toBe('gpt-4o');
    expect(capture.routeName).toBe('fast');
    expect(capture.steps[0]).toMatchObject({
      stage: 'receive',
      rule: { name: 'app.models' },
      output: { renamedTo: 'fast' },
    });
    expect((await ask({ model: 'claude', messages: [] })).asked?.body.model).toBe('gpt-4o-mini');
    const limited = await server.gateway.issue({ scope: { models: ['gpt-4'] } });
    const refused = await ask({ model: 'gpt-4', messages: [] }, { authorization: `Bearer ${limited}` });
    expect(refused.capture).toMatchObject({ ok: false, cause: 'model_no_access', stage: 'authorize' });
  });
});

describe('keeping rules', () => {
  it('refuses what could not or must not be applied, with a sentence, and changes nothing', async () => {
    await edit({ systemPrefix: 'Stays.' });
    await expect(edit({ headers: [{ do: 'set', name: 'authorization', value: 'Bearer x' }] })).rejects.toThrow(
      /credential/,
    );
    await expect(edit({ redact: [{ pattern: '(?<=x)y', with: '[x]' }] })).rejects.toThrow(/pattern/);
    await expect(edit({ body: [{ do: 'set', path: '/model', value: 'x' }] })).rejects.toThrow(/model/);
    await expect(client.transforms.set({ of: 'route', id: 'fsat', transform: none })).rejects.toThrow(/fsat/);
    await expect(client.transforms.set({ of: 'app', id: 'app_test', models: { a: 'b', b: 'c' } })).rejects.toThrow(
      /itself/,
    );
    expect(await client.transforms.list()).toMatchObject([
      { of: 'route', name: 'fast', transform: { systemPrefix: 'Stays.' } },
    ]);
  });

  it('keeps them through a route that is made anew, and in the audit trail', async () => {
    await edit({ systemPrefix: 'Kept.' });
    await client.routes.set({
      name: 'fast',
      targets: [{ provider: 'openai', model: 'gpt-4o-mini' }],
      strategy: 'fallback',
      recording: null,
    });
    expect((await client.transforms.list())[0]?.transform?.systemPrefix).toBe('Kept.');
    const audit = await client.settings.audit({ limit: 10 });
    expect(audit).toContainEqual(expect.objectContaining({ action: 'route.transform', subject: 'fast', actor: 'cli' }));
  });
});
