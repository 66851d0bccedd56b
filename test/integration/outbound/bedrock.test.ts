/** Apps of every dialect ask Bedrock: signed requests over real sockets, binary streams back, failures named. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../../gateway/control/router.ts';
import type { ControlDeps } from '../../../gateway/control/services.ts';
import { type BedrockServer, startBedrock } from '../../support/bedrock/server.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { textsOf } from '../../support/home-files.ts';

const ACCOUNT = {
  accessKeyId: 'ASIAQYLPMN5HABCDEFGH',
  secretAccessKey: randomBytes(30).toString('base64'),
  sessionToken: randomBytes(120).toString('base64'),
  region: 'eu-central-1',
  apiKey: `ABSK${randomBytes(90).toString('base64')}`,
};
const MODEL = 'aws-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0';

let server: BedrockServer;
let gateway: TestGateway;

beforeAll(async () => {
  server = await startBedrock(ACCOUNT);
  gateway = await startTestGateway();
  const { accessKeyId, secretAccessKey, sessionToken } = ACCOUNT;
  const secrets = {
    'aws-bedrock': JSON.stringify({ accessKeyId, secretAccessKey, sessionToken }),
    'with-api-key': ACCOUNT.apiKey,
    'wrong-secret': JSON.stringify({ accessKeyId, secretAccessKey: `${secretAccessKey}x`, sessionToken }),
    'unknown-key': JSON.stringify({ accessKeyId: 'AKIAZZZZZZZZZZZZZZZZ', secretAccessKey }),
    'half-a-key': JSON.stringify({ accessKeyId }),
  };
  for (const [id, secret] of Object.entries(secrets)) {
    const settings = { region: ACCOUNT.region };
    await gateway.addProvider(
      { id, preset: 'aws-bedrock', dialect: 'bedrock-converse', baseUrl: server.url, settings, name: 'Amazon Bedrock' },
      secret,
    );
  }
});
afterAll(async () => {
  await gateway.stop();
  server.stop();
});

const ask = (model: string, more: object = {}) =>
  gateway.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Grüezi ☀️' }], ...more });

describe('an app of OpenAI’s dialect', () => {
  it('is answered by Claude on Bedrock', async () => {
    const response = await ask(MODEL);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'You said: Grüezi ☀️' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 130, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 80 } },
    });
    expect(server.seen.at(-1)?.path).toBe('/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse');
    const capture = await gateway.captureOf(response);
    expect(capture.usage).toMatchObject({ inputTokens: 130, outputTokens: 12, cachedInputTokens: 80 });
  });

  it('gets a stream of its own kind out of the binary one, counted', async () => {
    const response = await ask(MODEL, { stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.text();
    const said = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join('');
    expect(said).toBe('You said: Grüezi ☀️');
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    const capture = await gateway.captureOf(response);
    expect(capture.verdict).toMatchObject({ ok: true });
    expect(capture.usage).toMatchObject({ inputTokens: 130, outputTokens: 12 });
  });

  it.each([
    ['an inference profile’s ARN', 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3'],
    ['a model of the region', 'amazon.nova-pro-v1:0'],
  ])('reaches %s', async (_, model) => {
    expect((await ask(`aws-bedrock/${model}`)).status).toBe(200);
    expect(server.seen.at(-1)?.path).toBe(`/model/${encodeURIComponent(model)}/converse`);
  });

  it('may sign in with a Bedrock API key as well', async () => {
    expect((await ask('with-api-key/us.amazon.nova-lite-v1:0')).status).toBe(200);
    expect(server.seen.at(-1)?.headers.authorization).toBe(`Bearer ${ACCOUNT.apiKey}`);
  });
});

it('an app of Anthropic’s dialect thinks over two turns with a tool', async () => {
  const tools = [{ name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];
  const question = { role: 'user', content: 'Weather?' };
  const base = { model: MODEL, max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 1500 }, tools };
  const first = (await (await gateway.post('/v1/messages', { ...base, messages: [question] })).json()) as {
    content: { type: string; id?: string }[];
    stop_reason: string;
  };
  expect(first.stop_reason).toBe('tool_use');
  expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use']);
  const result = { type: 'tool_result', tool_use_id: first.content[2]?.id, content: '18 °C' };
  const messages = [question, { role: 'assistant', content: first.content }, { role: 'user', content: [result] }];
  const second = (await (await gateway.post('/v1/messages', { ...base, messages })).json()) as { content: unknown[] };
  expect(second.content).toEqual([{ type: 'text', text: 'The tool said: 18 °C' }]);
  expect(server.seen.at(-1)?.body.messages[1].content[0]).toEqual({
    reasoningContent: { reasoningText: { text: 'A tool would help.', signature: 'c2lnbmF0dXJl' } },
  });
});

it('a raw request is signed over its whole body', async () => {
  const body = { messages: [{ role: 'user', content: [{ text: 'raw' }] }] };
  const response = await gateway.post('/p/aws-bedrock/model/amazon.nova-lite-v1%3A0/converse', body);
  expect(response.status).toBe(200);
  expect(JSON.stringify(await response.json())).toContain('You said: raw');
});

describe('a failure', () => {
  it.each([
    ['wrong-secret/us.amazon.nova-lite-v1:0', 403, 'key_malformed'],
    ['unknown-key/us.amazon.nova-lite-v1:0', 403, 'key_invalid_unknown'],
    ['aws-bedrock/us.anthropic.claude-no-access-v1:0', 403, 'model_no_access'],
    ['aws-bedrock/us.anthropic.claude-throttled-v1:0', 429, 'rate_limited'],
    ['aws-bedrock/no-such-model', 400, 'model_not_found'],
  ])('of %s is %i, %s, in the caller’s words', async (model, status, cause) => {
    const response = await ask(model);
    expect([response.status, response.headers.get('x-keyward-cause')]).toEqual([status, cause]);
    expect(await response.json()).toMatchObject({
      error: { message: expect.any(String), keyward: { cause, stage: 'forward' } },
    });
  });

  it('of half a credential is told before anything is sent', async () => {
    const sent = server.seen.length;
    const response = await ask('half-a-key/us.amazon.nova-lite-v1:0');
    expect(response.headers.get('x-keyward-cause')).toBe('key_malformed');
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(
      'secret access key is missing',
    );
    expect(server.seen.length).toBe(sent);
  });

  it.each([
    ['late-throttle', 'rate_limited', 'Too many tokens, please wait'],
    ['cut', 'network_reset_or_truncated', 'ended before it was complete'],
    ['corrupt', 'response_format', ''],
  ])('inside a stream (%s) is an error event and a failed verdict: %s', async (model, cause, words) => {
    const response = await ask(`aws-bedrock/us.anthropic.claude-${model}-v1:0`, { stream: true });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toMatch(/data: \{"error":/);
    expect(text).toContain(words);
    expect((await gateway.captureOf(response)).verdict).toMatchObject({ ok: false, cause });
  });
});

describe('adding a key', () => {
  const control = () => {
    const { store, vault, cache, recorder, probe, lists, replay, random } = gateway.gateway.services;
    const deps = {
      version: '0',
      mode: 'headless',
      pid: 1,
      startedAt: '',
      store,
      vault,
      cache,
      recorder,
      probe,
      lists,
      replay,
      listener: () => ({ url: null, problem: null }),
      stop() {},
      onFault() {},
      now: Date.now,
      random,
    };
    return controlClient(deps as unknown as ControlDeps, 'cli');
  };
  const credentials = (more: object = {}) => {
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken } = ACCOUNT;
    // As `aws sts assume-role` prints it.
    return JSON.stringify(
      { Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration: '2026-11-30T00:00:00Z', ...more } },
      null,
      2,
    );
  };
  const add = (secret: string) => control().keys.add({ provider: 'fresh', secret, check: true });

  beforeAll(() =>
    gateway.addProvider({
      id: 'fresh',
      preset: 'aws-bedrock',
      dialect: 'bedrock-converse',
      baseUrl: server.url,
      settings: { region: ACCOUNT.region },
      name: 'Amazon Bedrock',
    }),
  );

  it('checks it with a call that spends nothing, and shows the end of the key’s id only', async () => {
    const { key, check } = await add(credentials());
    expect(check?.health).toMatchObject({ state: 'valid', sentence: 'Works' });
    expect(key.lastFour).toBe('EFGH');
  });

  it('says what is missing, and saves nothing', async () => {
    await expect(add(credentials({ SessionToken: undefined }))).rejects.toMatchObject({
      message: expect.stringContaining('session token is missing'),
    });
    await expect(add('{"accessKeyId":"AKIAQYLPMN5HABCDEFGH"}')).rejects.toMatchObject({
      message: expect.stringContaining('secret access key is missing'),
    });
  });

  it('says that a wrong one is rejected', async () => {
    const { check } = await add(credentials({ SecretAccessKey: 'x'.repeat(40) }));
    expect(check?.health.state).toBe('rejected');
  });
});

it('no secret part, no token and no signature is in any capture or file of the home, though the provider tells them again', async () => {
  const { recorder } = gateway.gateway.services;
  await recorder.flush();
  await recorder.settle();
  const { secretAccessKey, sessionToken, apiKey } = ACCOUNT;
  expect(server.signatures.length).toBeGreaterThan(15);
  const secrets = [secretAccessKey, sessionToken, apiKey, ...server.signatures];
  const rows = await recorder.list({ limit: 500 });
  expect(rows.length).toBeGreaterThan(15);
  for (const { id } of rows) {
    const text = JSON.stringify(await gateway.capture(id));
    for (const secret of secrets) expect(text.includes(secret), `capture ${id} holds a secret`).toBe(false);
  }
  for (const { name, text } of await textsOf(gateway.home)) {
    for (const secret of secrets) expect(text.includes(secret), `${name} holds a secret`).toBe(false);
  }
});
