/** A model that only its provider knows of is asked for like any other: by a bare name, in lists, in every dialect. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlClient } from '../../../gateway/control/router.ts';
import { replayCapture } from '../../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { type ListServer, openaiList, startListServer } from '../../support/list-server.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
let server: ListServer;
let other: ListServer;
let gateway: TestGateway;

beforeEach(async () => {
  [server, other] = await Promise.all([startListServer(), startListServer()]);
  gateway = await startTestGateway();
});
afterEach(async () => {
  await gateway.stop();
  await Promise.all([server.stop(), other.stop()]);
});

const refresh = () => gateway.gateway.services.lists.refresh();
const messages = [{ role: 'user' as const, content: 'hi' }];
const chat = (model: string, key = gateway.key) =>
  gateway.post('/v1/chat/completions', { model, messages }, { authorization: `Bearer ${key}` });

/** Whom a name led to, or the message of the refusal. */
async function led(model: string, key?: string): Promise<string> {
  const answer = await chat(model, key);
  const body = (await answer.json()) as { error?: { message: string } };
  if (body.error) return body.error.message;
  return `${answer.headers.get('x-keyward-provider')}/${answer.headers.get('x-keyward-model')}`;
}

describe('a model that its provider alone knows of', () => {
  beforeEach(async () => {
    server.list(() => openaiList('llama3.2:latest', 'my-finetune', 'Org/Model-7B'));
    await gateway.addProvider({ id: 'ollama', name: 'Ollama', preset: 'ollama', baseUrl: server.url });
    await refresh();
  });

  it('answers to its bare name in the dialects of its callers', async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const said = await openai.chat.completions.create({ model: 'my-finetune', messages });
    expect(said.choices[0]?.message.content).toBe('from my-finetune');
    // A provider of one's own that speaks OpenAI's dialect alone is asked in it.
    other.list(() => openaiList('house-model'));
    await gateway.addProvider({ id: 'house', baseUrl: other.url });
    await refresh();
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
    const told = await anthropic.messages.create({ model: 'house-model', max_tokens: 50, messages });
    expect(told.content[0]).toMatchObject({ type: 'text', text: 'from house-model' });
    expect(other.models).toEqual(['house-model']);
    const gemini = await fetch(`${gateway.url}/v1beta/models/house-model:generateContent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-goog-api-key': gateway.key },
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }),
    });
    expect(await gemini.json()).toMatchObject({ candidates: [{ content: { parts: [{ text: 'from house-model' }] } }] });
  });

  it('is found in other letters, without `:latest` and with a slash in its name', async () => {
    expect(await led('llama3.2')).toBe('ollama/llama3.2:latest');
    expect(await led('My_Finetune')).toBe('ollama/my-finetune');
    expect(await led('Org/Model-7B')).toBe('ollama/Org/Model-7B');
    const capture = await gateway.captureOf(await chat('llama3.2'));
    expect(capture.steps.find(({ stage }) => stage === 'route')).toMatchObject({
      rule: { name: 'model.list', value: 'ollama' },
      input: { listed: { asked: 'llama3.2', provider: 'ollama', model: 'llama3.2:latest' } },
    });
  });

  it('is among the models there are, in every dialect, and one by one', async () => {
    const get = async (path: string, headers: Record<string, string>) =>
      (await (await fetch(gateway.url + path, { headers })).json()) as Record<string, { id?: string; name?: string }[]>;
    const openai = await get('/v1/models', { authorization: `Bearer ${gateway.key}` });
    const own = openai.data?.map(({ id }) => id).filter((id) => id?.startsWith('ollama/'));
    // A runtime has what was loaded into it; what the catalogue knows of others is not there.
    expect(own).toEqual(['ollama/llama3.2:latest', 'ollama/my-finetune', 'ollama/Org/Model-7B']);
    const anthropic = await get('/v1/models?limit=100', {
      'x-api-key': gateway.key,
      'anthropic-version': '2023-06-01',
    });
    expect(anthropic.data?.map(({ id }) => id)).toContain('ollama/my-finetune');
    const gemini = await get('/v1beta/models', { 'x-goog-api-key': gateway.key });
    expect(gemini.models?.map(({ name }) => name)).toContain('models/ollama/my-finetune');
    expect(await get('/v1/models/my-finetune', { authorization: `Bearer ${gateway.key}` })).toMatchObject({
      id: 'my-finetune',
      owned_by: 'ollama',
    });
    const limited = await gateway.issue({ scope: { models: ['ollama/my-*'] } });
    const seen = await get('/v1/models', { authorization: `Bearer ${limited}` });
    expect(seen.data?.map(({ id }) => id)).toEqual(['ollama/my-finetune']);
  });

  it('is the nearest name of a mistake, and what its provider listed is told of one that is not near', async () => {
    expect(await led('my-finetoon')).toBe(
      'No model, route or provider here is called "my-finetoon". Did you mean "my-finetune"?',
    );
    const answer = await chat('qwen3:8b');
    expect(answer.status).toBe(404);
    const capture = await gateway.captureOf(answer);
    const sentence = 'Ollama listed 3 models a moment ago, and this is none of them.';
    expect(capture.verdict).toMatchObject({ cause: 'model_not_found', stage: 'route' });
    expect(capture.verdict?.message).toContain(sentence);
    expect(capture.verdict?.evidence).toContainEqual({
      what: 'not in the list of models',
      where: 'models that ollama lists',
      value: sentence,
    });
  });
});

describe('a name that several have', () => {
  it('goes to the catalogue’s before a list’s, then to the first that lists it, and stays inside the scope', async () => {
    server.list(() => openaiList('gpt-4o', 'shared-model', 'only-here'));
    other.list(() => openaiList('shared-model', 'gpt-4o', 'only-there'));
    await gateway.addProvider({ id: 'mine', baseUrl: server.url });
    await gateway.addProvider({ id: 'work', preset: 'openai', baseUrl: other.url }, SECRET);
    await refresh();
    expect(await led('gpt-4o')).toBe('work/gpt-4o');
    expect(await led('shared-model')).toBe('mine/shared-model');
    expect(await led('only-there')).toBe('work/only-there');
    const limited = await gateway.issue({ scope: { providers: ['work'] } });
    expect(await led('shared-model', limited)).toBe('work/shared-model');
    expect(await led('only-here', limited)).toBe('No provider that this gateway key may use serves only-here here.');
    // Nor is a key told what there is where it may not go.
    expect(await led('only-hero')).toMatch(/Did you mean "only-here"/);
    expect(await led('only-hero', limited)).not.toMatch(/only-here/);
    const patterned = await gateway.issue({ scope: { models: ['work/*'] } });
    expect(await led('only-hero', patterned)).not.toMatch(/only-here/);
    // With the provider named there is nothing to find out.
    expect(await led('mine/anything')).toBe('mine/anything');
  });

  it('does not go to a runtime that the catalogue knows it of and that has not got it', async () => {
    server.list(() => openaiList('something-else'));
    other.list(() => openaiList('codegemma'));
    await gateway.addProvider({ id: 'ollama', name: 'Ollama', preset: 'ollama', baseUrl: server.url });
    expect(await led('codegemma')).toBe('ollama/codegemma');
    await refresh();
    expect(await led('codegemma')).toMatch(/^No model, route or provider here is called "codegemma"/);
    await gateway.addProvider({ id: 'studio', preset: 'lm-studio', baseUrl: other.url });
    await refresh();
    expect(await led('codegemma')).toBe('studio/codegemma');
  });
});

describe('a model that was loaded a moment ago', () => {
  it('is looked for once more on this machine, and only inside the scope of who asks', async () => {
    await gateway.stop();
    gateway = await startTestGateway({ asksForModels: true });
    server.list(() => openaiList('old'));
    await gateway.addProvider({ id: 'local', preset: 'vllm', baseUrl: server.url });
    await gateway.addProvider({ id: 'other', preset: 'vllm', baseUrl: other.url });
    await refresh();
    server.list(() => openaiList('old', 'pulled'));
    const limited = await gateway.issue({ scope: { providers: ['other'] } });
    const refused = await chat('pulled', limited);
    expect(refused.status).toBe(403);
    const capture = await gateway.captureOf(refused);
    expect(capture.steps.map(({ stage, decision }) => `${stage} ${decision}`)).toContain('authorize refused');
    expect(capture.steps.filter(({ stage }) => stage === 'authorize')).toHaveLength(1);
    expect(server.models).toEqual([]);
    expect(await led('pulled')).toBe('local/pulled');
    // Not at every wrong name: a client that goes on with it costs no more than another refusal.
    const asked = server.asked.length;
    for (const name of ['wrong-one', 'wrong-two']) expect(await led(name)).toMatch(/is called/);
    expect(server.asked.length).toBe(asked);
  });
});

describe('a replay', () => {
  it('goes by what the lists said then, whatever they say now; sent anew, by what they say now', async () => {
    server.list(() => openaiList('moving', 'listed-then'));
    other.list(() => openaiList('somebody-else'));
    await gateway.addProvider({ id: 'first', baseUrl: server.url });
    await gateway.addProvider({ id: 'second', baseUrl: other.url });
    await refresh();
    const answered = await gateway.captureOf(await chat('moving'));
    const missing = await gateway.captureOf(await chat('moved'));
    const outside = await gateway.issue({ scope: { providers: ['second'] } });
    const refused = await gateway.captureOf(await chat('moving', outside));
    const listing = await gateway.captureOf(
      await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${gateway.key}` } }),
    );
    expect(refused.steps.at(-2)).toMatchObject({ stage: 'authorize', decision: 'refused' });
    server.list(() => openaiList());
    other.list(() => openaiList('moving', 'moved'));
    await refresh();
    for (const capture of [answered, missing, refused, listing]) {
      const again = await replayCapture(gateway.gateway.control, capture, { mode: 'recorded' });
      expect(again.refused).toBeNull();
      expect(again.answerDifferences).toEqual([]);
      expect(again.steps.map(({ differences }) => differences)).toEqual(again.steps.map(() => []));
    }
    const client = controlClient(gateway.gateway.control, 'cli');
    await client.replay.run({ id: answered.id, mode: 'live' });
    expect(other.models).toEqual(['moving']);
  });
});

describe('an explanation', () => {
  const explained = async (model: string) => {
    const capture = await gateway.captureOf(await chat(model));
    return controlClient(gateway.gateway.control, 'cli').captures.explain({ id: capture.id, probe: false });
  };

  it('of a model that the provider does not have says what it listed, when, and what is nearest', async () => {
    server.list(() => openaiList('my-finetune', 'other'));
    await gateway.addProvider({ id: 'mine', name: 'My server', baseUrl: server.url });
    await refresh();
    server.refuse({
      status: 404,
      error: { message: 'The model `my-finetun` does not exist', code: 'model_not_found' },
    });
    const missing = await explained('mine/my-finetun');
    expect(missing).toMatchObject({ cause: 'model_not_found' });
    expect(missing.detail).toContain(
      'My server listed its models a moment ago, and “my-finetun” is not among them; the nearest there is “my-finetune”.',
    );
    expect(missing.ladder.flatMap(({ evidence }) => evidence)).toContainEqual({
      what: 'not in its list of models, a moment ago',
      where: 'models that mine lists',
      value: 'my-finetune',
    });
    expect(missing.fixes.find(({ id }) => id === 'use-model')?.action).toMatchObject({ model: 'my-finetune' });
    const listed = await explained('mine/other');
    expect(listed.detail).toContain('My server listed “other” among its models a moment ago.');
  });

  it('of a request that was too long has the window that the provider lists, where the catalogue has none', async () => {
    server.list(() => ({ data: [{ id: 'small', max_model_len: 4096 }] }));
    await gateway.addProvider({ id: 'mine', preset: 'vllm', baseUrl: server.url });
    await refresh();
    const message = "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.";
    server.refuse({ status: 400, error: { message, type: 'BadRequestError', code: 400 } });
    const tooLong = await explained('small');
    expect(tooLong).toMatchObject({ cause: 'context_too_long' });
    expect(tooLong.ladder.flatMap(({ evidence }) => evidence)).toContainEqual({
      what: 'window of the model, in tokens',
      where: 'models that mine lists',
      value: '4096',
    });
  });
});

describe('what a list tells of a model', () => {
  it('prices what the catalogue cannot, in the day’s prices of that list', async () => {
    server.list(() => ({
      data: [
        { id: 'maker/new-model', context_length: 4000, pricing: { prompt: '0.000002', completion: '0.00001' } },
        { id: 'openai/gpt-4o', pricing: { prompt: '1', completion: '1' } },
      ],
    }));
    await gateway.addProvider({ id: 'router', preset: 'openrouter', baseUrl: server.url }, SECRET);
    await refresh();
    const capture = await gateway.captureOf(await chat('new-model'));
    expect(capture).toMatchObject({ model: 'maker/new-model', costUsd: 0.007 });
    expect(capture.cost).toMatchObject({
      by: 'list',
      model: 'router/maker/new-model',
      prices: { input: 2, output: 10 },
      pricesOf: new Date().toISOString().slice(0, 10),
    });
    const known = await gateway.captureOf(await chat('router/openai/gpt-4o'));
    expect(known.cost).toMatchObject({ model: 'openrouter/openai/gpt-4o', prices: { input: 2.5 } });
    const gemini = await fetch(`${gateway.url}/v1beta/models?pageSize=1000`, {
      headers: { 'x-goog-api-key': gateway.key },
    });
    const { models } = (await gemini.json()) as { models: { name: string; inputTokenLimit?: number }[] };
    expect(models.find(({ name }) => name === 'models/router/maker/new-model')?.inputTokenLimit).toBe(4000);
  });
});
