import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Json,
  type Running,
  startUpstream,
  type WireAnswer,
  type WireRequest,
} from '../../clients/upstreams/upstream.ts';
import { watsonx, watsonxTokens } from '../../clients/upstreams/watsonx.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { textsOf } from '../../support/home-files.ts';

let ibm: Running;
let gateway: TestGateway;
const seen: WireRequest[] = [];
const made = new Set<string>();
let instead: ((request: WireRequest) => WireAnswer | undefined) | undefined;

const WRONG = 'wrongWRONGwrongWRONGwrongWRONGwrongWRONG0000';
const TOKEN = '/identity/token';
const MODEL = watsonx.model;
const asked = (path: string) => seen.filter((request) => request.path === path);

async function add(id: string, settings: Record<string, string>, secret: string, baseUrl = `${ibm.url}/ml/v1`) {
  const provider = { id, preset: 'watsonx', dialect: 'watsonx-chat' as const, name: 'IBM watsonx.ai' };
  await gateway.addProvider({ ...provider, baseUrl, settings }, secret);
}

beforeAll(async () => {
  ibm = await startUpstream({
    ...watsonx,
    handle: (request) => {
      seen.push(request);
      const answer = instead?.(request) ?? watsonx.handle(request);
      for (const token of watsonxTokens) made.add(token);
      return answer;
    },
  });
  gateway = await startTestGateway();
  const { settings = {} } = watsonx.provider(ibm.url);
  await add('watsonx', settings, watsonx.secret);
  await add('wrong-key', settings, WRONG);
  await add('no-project', { iamUrl: settings.iamUrl ?? '' }, watsonx.secret);
  await add('in-space', { spaceId: 'a-space', iamUrl: settings.iamUrl ?? '', version: '2026-01-15' }, watsonx.secret);
  await add('elsewhere', { ...settings, iamUrl: 'https://tokens.example.org/identity/token' }, watsonx.secret);
  await add('on-aws', { projectId: 'p' }, watsonx.secret, 'https://ap-south-1.aws.wxai.ibm.com/ml/v1');
});
afterAll(async () => {
  await gateway.stop();
  await ibm.stop();
});
beforeEach(() => {
  seen.length = 0;
  instead = undefined;
});

const chat = (model: string, more: object = {}) =>
  gateway.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'case: text' }], ...more });

describe('the token', () => {
  it('is made once for many requests that come together, and kept', async () => {
    watsonxTokens.clear();
    const answers = await Promise.all(Array.from({ length: 6 }, () => chat(`watsonx/${MODEL}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect(asked(TOKEN).length).toBe(1);
    expect(asked('/ml/v1/text/chat').map(({ query }) => query.get('version'))).toContain('2025-02-06');
    await chat(`watsonx/${MODEL}`);
    expect(asked(TOKEN).length).toBe(1);
  });

  it('that is refused is made anew, once, and the request says so', async () => {
    await chat(`watsonx/${MODEL}`);
    watsonxTokens.clear();
    seen.length = 0;
    const response = await chat(`watsonx/${MODEL}`, { stream: true });
    expect(await response.text()).toContain('[DONE]');
    expect(asked(TOKEN).length).toBe(1);
    expect(JSON.stringify(await gateway.captureOf(response))).toContain('auth.token-renewed');
  });

  it('goes along with raw requests, the version with those that name none', async () => {
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model_id: MODEL, project_id: 'x', messages: [] });
    const response = await fetch(`${gateway.url}/p/watsonx/text/chat`, { method: 'POST', headers, body });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Failed to find the member');
    await fetch(`${gateway.url}/p/watsonx/text/chat?version=2024-05-31`, { method: 'POST', headers, body });
    expect(asked('/ml/v1/text/chat').map(({ query }) => query.get('version'))).toEqual(['2025-02-06', '2024-05-31']);
  });
});

describe('a refused exchange', () => {
  it('is the answer, with its words, its cause and nothing sent to the models', async () => {
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const messages = [{ role: 'user', content: 'case: text' }];
      const response = await gateway.post(path, { model: `wrong-key/${MODEL}`, max_tokens: 9, messages });
      expect([response.status, response.headers.get('x-keyward-cause')]).toEqual([400, 'key_invalid_unknown']);
      expect(await response.text()).toContain('Provided API key could not be found.');
      expect(JSON.stringify(await gateway.captureOf(response))).toContain('auth.token-refused');
    }
    expect(seen.every(({ path }) => path === TOKEN)).toBe(true);
  });

  it('of a token service that is down names its status, and is asked again the next time', async () => {
    watsonxTokens.clear();
    await chat(`in-space/${MODEL}`);
    watsonxTokens.clear();
    seen.length = 0;
    instead = ({ path }) => (path === TOKEN ? { status: 503, body: { errorMessage: 'Out for lunch' } } : undefined);
    const response = await chat(`watsonx/${MODEL}`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('Out for lunch');
    instead = undefined;
    expect((await chat(`watsonx/${MODEL}`)).status).toBe(200);
  });
});

describe('what is set up wrong', () => {
  it.each([
    ['no-project', 'Project id'],
    ['elsewhere', 'neither IBM Cloud’s nor this provider’s own'],
    ['on-aws', 'another service than IBM Cloud'],
  ])('%s is said before anything is sent', async (id, words) => {
    const response = await chat(`${id}/${MODEL}`);
    expect(response.headers.get('x-keyward-cause')).toBe('gateway_config');
    expect(await response.text()).toContain(words);
    expect(seen).toEqual([]);
  });
});

it('a space stands in a project’s place, with the version that is set', async () => {
  expect((await chat(`in-space/${MODEL}`)).status).toBe(403);
  const [sent] = asked('/ml/v1/text/chat');
  expect([sent?.body.space_id, sent?.body.project_id, sent?.query.get('version')]).toEqual([
    'a-space',
    undefined,
    '2026-01-15',
  ]);
});

it('a deployment is named in the path and nowhere else', async () => {
  instead = ({ path }) =>
    path.startsWith('/ml/v1/deployments/')
      ? {
          status: 200,
          body: {
            id: 'x',
            choices: [{ index: 0, message: { role: 'assistant', content: 'Mine.' }, finish_reason: 'stop' }],
          },
        }
      : undefined;
  const response = await chat('no-project/deployment/abc-123');
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Mine.' } }] });
  const [sent] = asked('/ml/v1/deployments/abc-123/text/chat');
  expect(Object.keys(sent?.body ?? {})).toEqual(['messages']);
});

it('what OpenAI’s form holds besides is dropped and listed, and a choice is said in IBM’s words', async () => {
  const tools = [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        strict: true,
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' }, additionalProperties: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    },
  ];
  const more = { tools, tool_choice: 'required', user: 'u', store: true, reasoning_effort: 'minimal', max_tokens: 50 };
  const response = await chat(`watsonx/${MODEL}`, { ...more, parallel_tool_calls: false });
  expect(response.status).toBe(200);
  const sent = asked('/ml/v1/text/chat')[0]?.body as Json;
  expect(sent).toMatchObject({ tool_choice_option: 'required', reasoning_effort: 'low', max_completion_tokens: 50 });
  // A property may be called so.
  expect(JSON.stringify(sent.tools)).toContain('"additionalProperties":{"type":"string"}');
  const { steps } = await gateway.captureOf(response);
  const ledger = JSON.stringify(steps.find(({ stage }) => stage === 'translate')?.output);
  for (const path of ['store', 'user', 'reasoning_effort', 'parallel_tool_calls', 'tools[0].strict'])
    expect(ledger).toContain(`"path":"${path}"`);
});

it.each([
  ['modalities', { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'mp3' } }],
  ['web_search_options', { web_search_options: {} }],
])('%s, whose loss would change the answer, is refused', async (param, more) => {
  const response = await chat(`watsonx/${MODEL}`, more);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param, keyward: { cause: 'bad_request_parameter' } } });
  expect(asked('/ml/v1/text/chat')).toEqual([]);
});

describe('a stream', () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `event: message\ndata: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const answered = (...lines: string[]) => {
    instead = ({ path }) =>
      path === '/ml/v1/text/chat_stream' ? { status: 200, body: Buffer.from(lines.join('')) } : undefined;
  };
  const asStream = async (path: string, body: object) => {
    const response = await gateway.post(path, { ...body, stream: true });
    return { text: await response.text(), capture: await gateway.captureOf(response) };
  };
  const openai = { model: `watsonx/${MODEL}`, messages: [{ role: 'user', content: 'Hi' }] };

  it('that names an error ends as one of the caller’s dialect and a failed verdict', async () => {
    const value = {
      errors: [{ code: 'token_quota_reached', message: 'The token quota of the month is reached.' }],
      status_code: 429,
    };
    answered(chunk({ role: 'assistant', content: 'Half' }), `event: error\ndata: ${JSON.stringify(value)}\n\n`);
    const { text, capture } = await asStream('/v1/messages', { ...openai, max_tokens: 50 });
    expect(text).toContain('event: error');
    expect(text).not.toContain('message_stop');
    expect(capture.verdict).toMatchObject({ ok: false, cause: 'quota_exhausted' });
    answered(chunk({ role: 'assistant', content: 'Half' }), 'event: error\ndata: The model fell over\n\n');
    const plain = await asStream('/v1/chat/completions', openai);
    expect(plain.text).toContain('The model fell over');
    expect(plain.capture.verdict).toMatchObject({ ok: false });
  });

  it('without its end is no success', async () => {
    answered(chunk({ role: 'assistant', content: 'Half' }));
    const { text, capture } = await asStream('/v1/chat/completions', openai);
    expect(text).not.toContain('[DONE]');
    expect(capture.verdict).toMatchObject({ ok: false, cause: 'network_reset_or_truncated' });
  });

  it('that ran out of time was cut short, and counts what was counted', async () => {
    const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
    answered(
      chunk({ role: 'assistant', content: 'Long' }),
      chunk({ content: '' }, 'time_limit'),
      `event: message\ndata: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`,
    );
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
    const response = await gateway.post(`/v1beta/models/watsonx/${MODEL}:streamGenerateContent?alt=sse`, { contents });
    expect(await response.text()).toContain('"finishReason":"MAX_TOKENS"');
    expect(await gateway.captureOf(response)).toMatchObject({ usage: { inputTokens: 12, outputTokens: 3 } });
  });
});

it('neither the key nor any token is anywhere in the home', async () => {
  await gateway.gateway.services.recorder.flush();
  await gateway.gateway.services.recorder.settle();
  const secrets = [...made, watsonx.secret, WRONG];
  expect(made.size).toBeGreaterThan(2);
  for (const { name, text } of await textsOf(gateway.home)) {
    for (const secret of secrets) expect(text.includes(secret), `${name} holds a secret`).toBe(false);
  }
  const rows = await gateway.gateway.services.recorder.list({ limit: 500 });
  for (const { id } of rows) {
    const text = JSON.stringify(await gateway.capture(id));
    for (const secret of secrets) expect(text.includes(secret), `capture ${id} holds a secret`).toBe(false);
  }
});
