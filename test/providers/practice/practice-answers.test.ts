import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPracticeUpstream } from '../../../gateway/providers/practice/practice-upstream.ts';
import { play, practiceServer, request } from './play.ts';

let server: Awaited<ReturnType<typeof practiceServer>>;
let openai: OpenAI;
let anthropic: Anthropic;
let gemini: GoogleGenAI;

beforeAll(async () => {
  server = await practiceServer();
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
  gemini = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: server.url } });
});
afterAll(() => server.close());

const WEATHER = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const }, unit: { type: 'string' as const, enum: ['celsius', 'fahrenheit'] } },
  required: ['city', 'unit'],
};

describe('through OpenAI’s SDK', () => {
  test('practice/ok answers whole and streamed with the same text', async () => {
    const messages = [{ role: 'user' as const, content: 'Grüße, 世界! 👋🏽' }];
    const whole = await openai.chat.completions.create({ model: 'practice/ok', messages });
    const text = whole.choices[0]?.message.content;
    expect(text).toContain('You said: “Grüße, 世界! 👋🏽”');
    expect(whole.usage?.total_tokens).toBeGreaterThan(0);
    const stream = await openai.chat.completions.create({
      model: 'practice/ok',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let streamed = '';
    let usage: unknown;
    let finish: unknown;
    for await (const chunk of stream) {
      streamed += chunk.choices[0]?.delta.content ?? '';
      finish ??= chunk.choices[0]?.finish_reason ?? undefined;
      usage = chunk.usage ?? usage;
    }
    expect(streamed).toBe(text);
    expect(finish).toBe('stop');
    expect(usage).toEqual(whole.usage);
  });

  test('a tool is called with arguments that fit its schema, and its result is answered with text', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: WEATHER } }];
    const ask = { role: 'user' as const, content: 'What is the weather in Oslo?' };
    const called = await openai.chat.completions.create({ model: 'practice/ok', messages: [ask], tools });
    const message = called.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (call?.type !== 'function') throw new Error('no function call');
    expect(called.choices[0]?.finish_reason).toBe('tool_calls');
    expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Oslo', unit: 'celsius' });
    const answered = await openai.chat.completions.create({
      model: 'practice/ok',
      messages: [ask, message as never, { role: 'tool', tool_call_id: call.id, content: '12 °C' }],
      tools,
    });
    expect(answered.choices[0]?.message.content).toBe('The tool answered: 12 °C');
    const stream = openai.chat.completions.stream({ model: 'practice/tools:parallel=2', messages: [ask], tools });
    const final = await stream.finalChatCompletion();
    expect(
      final.choices[0]?.message.tool_calls?.map((item) => item.type === 'function' && item.function.arguments),
    ).toEqual(['{"city":"Oslo","unit":"celsius"}', '{"city":"Oslo","unit":"celsius"}']);
    const unasked = await openai.chat.completions.create({
      model: 'practice/ok',
      messages: [{ role: 'user', content: 'Hello' }],
      tools,
    });
    expect(unasked.choices[0]?.message.tool_calls).toBeUndefined();
    const never = await openai.chat.completions.create({
      model: 'practice/ok',
      messages: [ask],
      tools,
      tool_choice: 'none',
    });
    expect(never.choices[0]?.finish_reason).toBe('stop');
  });

  test('a JSON schema is kept', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 5 }, list: { type: 'array', items: { $ref: '#/$defs/item' } } },
      required: ['n', 'list'],
      $defs: { item: { type: 'string', format: 'date' } },
    };
    const answer = await openai.chat.completions.create({
      model: 'practice/ok',
      messages: [{ role: 'user', content: 'x' }],
      response_format: { type: 'json_schema', json_schema: { name: 'thing', schema } },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ n: 6, list: ['2026-01-01'] });
  });

  test('responses answer whole, streamed and with tools', async () => {
    const whole = await openai.responses.create({ model: 'practice/ok', input: 'Hello there' });
    expect(whole.output_text).toContain('You said: “Hello there”');
    const stream = openai.responses.stream({ model: 'practice/ok', input: 'Hello there' });
    expect((await stream.finalResponse()).output_text).toBe(whole.output_text);
    const tools = [{ type: 'function' as const, name: 'get_weather', parameters: WEATHER, strict: true }];
    const called = await openai.responses.create({ model: 'practice/ok', input: 'weather in Rome', tools });
    expect(called.output[0]).toMatchObject({
      type: 'function_call',
      name: 'get_weather',
      arguments: '{"city":"Rome","unit":"celsius"}',
    });
    const streamed = await openai.responses
      .stream({ model: 'practice/ok', input: 'weather in Rome', tools })
      .finalResponse();
    expect(streamed.output[0]).toMatchObject({ arguments: '{"city":"Rome","unit":"celsius"}' });
  });

  test('completions, embeddings, images, audio, moderations, models and rerank answer in their forms', async () => {
    const legacy = await openai.completions.create({ model: 'practice/ok', prompt: 'Say' });
    expect(legacy.choices[0]?.text).toContain('Say');
    const vectors = await openai.embeddings.create({ model: 'practice/ok', input: ['a', 'b'], dimensions: 8 });
    const floats = await openai.embeddings.create({
      model: 'practice/ok',
      input: 'a',
      dimensions: 8,
      encoding_format: 'float',
    });
    expect(vectors.data).toHaveLength(2);
    expect(vectors.data[0]?.embedding).toEqual(floats.data[0]?.embedding);
    expect(Math.hypot(...(floats.data[0]?.embedding ?? []))).toBeCloseTo(1, 5);
    const image = await openai.images.generate({ model: 'practice/ok', prompt: 'x', n: 2 });
    expect(
      Buffer.from(image.data?.[1]?.b64_json ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    const speech = await openai.audio.speech.create({ model: 'practice/ok', voice: 'alloy', input: 'x' });
    expect(
      Buffer.from(await speech.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('RIFF');
    const file = new File(['RIFF'], 'a.wav', { type: 'audio/wav' });
    const heard = await openai.audio.transcriptions.create({ model: 'practice/ok', file });
    expect(heard.text).toContain('transcription');
    await expect(openai.audio.transcriptions.create({ model: 'practice/key-expired', file })).rejects.toThrow(
      /expired/,
    );
    expect((await openai.moderations.create({ input: 'x' })).results[0]?.flagged).toBe(false);
    const models = (await openai.models.list()).data.map((model) => model.id);
    expect(models).toContain('practice/key-expired');
    expect(await openai.models.retrieve('practice/ok')).toMatchObject({ id: 'practice/ok', object: 'model' });
    const ranked = await play(
      request('/v1/rerank', { model: 'ok', query: 'red apple', documents: ['blue sky', 'a red apple'], top_n: 1 }),
    );
    expect(JSON.parse(ranked.body).results).toEqual([{ index: 1, relevance_score: 1 }]);
  });

  test('failures raise the class that the status means', async () => {
    const ask = (model: string) =>
      openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] });
    await expect(ask('practice/key-invalid-unknown')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(ask('practice/rate-limited')).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(ask('practice/model-not-found')).rejects.toMatchObject({ code: 'model_not_found', status: 404 });
    await expect(ask('practice/network-reset-or-truncated:at=before')).rejects.toBeInstanceOf(
      OpenAI.APIConnectionError,
    );
  });

  test('practice/stream has as many chunks, of that size, as were asked for', async () => {
    const stream = await openai.chat.completions.create({
      model: 'practice/stream:chunks=200,size=10',
      messages: [{ role: 'user', content: 'x' }],
      stream: true,
    });
    const pieces: string[] = [];
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
    expect(pieces).toHaveLength(200);
    expect(pieces.every((piece) => [...piece].length === 10)).toBe(true);
  });

  test('a bound on tokens cuts the answer and says so', async () => {
    const cut = await openai.chat.completions.create({
      model: 'practice/ok',
      messages: [{ role: 'user', content: 'x' }],
      max_tokens: 3,
    });
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'Hello from the' } });
  });
});

describe('through Anthropic’s SDK', () => {
  const ask = {
    model: 'practice/ok',
    max_tokens: 500,
    messages: [{ role: 'user' as const, content: 'What is the weather in Lima?' }],
  };

  test('messages answer whole and streamed with the same text', async () => {
    const whole = await anthropic.messages.create(ask);
    expect(whole).toMatchObject({ stop_reason: 'end_turn', content: [{ type: 'text' }] });
    const streamed = await anthropic.messages.stream(ask).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect((await anthropic.messages.countTokens({ model: 'practice/ok', messages: ask.messages })).input_tokens).toBe(
      whole.usage.input_tokens,
    );
  });

  test('tools are called, alone and in parallel, whole and streamed', async () => {
    const tools = [{ name: 'get_weather', input_schema: WEATHER }];
    const called = await anthropic.messages.create({ ...ask, tools });
    expect(called.stop_reason).toBe('tool_use');
    const use = called.content[0];
    expect(use).toMatchObject({ type: 'tool_use', input: { city: 'Lima', unit: 'celsius' } });
    const streamed = await anthropic.messages
      .stream({ ...ask, model: 'practice/tools:parallel=2', tools })
      .finalMessage();
    expect(streamed.content.map((block) => block.type === 'tool_use' && block.input)).toEqual([
      { city: 'Lima', unit: 'celsius' },
      { city: 'Lima', unit: 'celsius' },
    ]);
    const answered = await anthropic.messages.create({
      ...ask,
      tools,
      messages: [
        ...ask.messages,
        { role: 'assistant', content: called.content },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: use?.type === 'tool_use' ? use.id : '', content: '18 °C' }],
        },
      ],
    });
    expect(answered.content).toEqual([{ type: 'text', text: 'The tool answered: 18 °C' }]);
  });

  test('failures raise the class that the status means, also in a stream', async () => {
    await expect(anthropic.messages.create({ ...ask, model: 'practice/key-revoked' })).rejects.toBeInstanceOf(
      Anthropic.PermissionDeniedError,
    );
    await expect(anthropic.messages.create({ ...ask, model: 'practice/provider-overloaded' })).rejects.toMatchObject({
      status: 529,
    });
    await expect(
      anthropic.messages.stream({ ...ask, model: 'practice/error-in-stream' }).finalMessage(),
    ).rejects.toThrow(/Overloaded/);
  });

  test('models are listed in its form', async () => {
    expect((await anthropic.models.list()).data[0]).toMatchObject({ type: 'model', id: 'practice/ok' });
  });
});

describe('through Google’s SDK', () => {
  test('generateContent answers whole and streamed with the same text', async () => {
    const whole = await gemini.models.generateContent({ model: 'practice/ok', contents: 'Hello' });
    expect(whole.text).toContain('You said: “Hello”');
    expect(whole.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    let streamed = '';
    for await (const chunk of await gemini.models.generateContentStream({ model: 'practice/ok', contents: 'Hello' }))
      streamed += chunk.text ?? '';
    expect(streamed).toBe(whole.text);
    const array = await play(
      request('/v1beta/models/practice/ok:streamGenerateContent', { contents: [{ parts: [{ text: 'Hello' }] }] }),
    );
    const parts = JSON.parse(array.body) as { candidates: { content: { parts: { text: string }[] } }[] }[];
    expect(parts.map((part) => part.candidates[0]?.content.parts[0]?.text).join('')).toBe(whole.text);
    expect(array.chunks.length).toBeGreaterThan(3);
  });

  test('functions are called and their results answered', async () => {
    const config = { tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: WEATHER }] }] };
    const called = await gemini.models.generateContent({ model: 'practice/ok', contents: 'weather in Kyiv', config });
    expect(called.functionCalls).toEqual([{ name: 'get_weather', args: { city: 'Kyiv', unit: 'celsius' } }]);
    const answered = await gemini.models.generateContent({
      model: 'practice/ok',
      contents: [
        { role: 'user', parts: [{ text: 'weather in Kyiv' }] },
        { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: { degrees: 3 } } }] },
      ],
      config,
    });
    expect(answered.text).toBe('The tool answered: {"degrees":3}');
  });

  test('tokens, embeddings and models answer, failures keep status and words', async () => {
    expect((await gemini.models.countTokens({ model: 'practice/ok', contents: 'Hello' })).totalTokens).toBeGreaterThan(
      0,
    );
    const embedded = await gemini.models.embedContent({
      model: 'practice/ok',
      contents: ['a', 'b'],
      config: { outputDimensionality: 4 },
    });
    expect(embedded.embeddings?.map((item) => item.values?.length)).toEqual([4, 4]);
    const names: (string | undefined)[] = [];
    for await (const model of await gemini.models.list()) names.push(model.name);
    expect(names).toContain('models/practice/ok');
    await expect(gemini.models.generateContent({ model: 'practice/key-expired', contents: 'x' })).rejects.toMatchObject(
      { status: 400, message: expect.stringContaining('API key expired') },
    );
    const blocked = await gemini.models.generateContent({ model: 'practice/content-blocked', contents: 'x' });
    expect(blocked.promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT');
  });
});

test('practice/echo answers with the request it got, without a credential', async () => {
  const body = { model: 'echo', messages: [{ role: 'user', content: 'hi' }], seed: 7 };
  const { body: text } = await play(
    request('/v1/chat/completions?x=1', body, ['X-Trace', 'abc', 'Authorization', 'Bearer secret']),
  );
  const echoed = JSON.parse(JSON.parse(text).choices[0].message.content);
  expect(echoed).toEqual({
    method: 'POST',
    path: '/v1/chat/completions',
    query: { x: '1' },
    headers: { 'x-trace': 'abc' },
    body,
  });
});

test('a reader that pauses gets nothing until it resumes, and nothing at all after an abort', async () => {
  const sent = request('/v1/chat/completions', { model: 'stream:chunks=1000000', stream: true, messages: [] });
  let chunks = 0;
  await new Promise<void>((resolve, reject) => {
    const control = createPracticeUpstream().send(
      sent,
      {
        onHeaders: () => {},
        onChunk: () => {
          chunks += 1;
          if (chunks === 5) setImmediate(() => setImmediate(() => control.resume()));
          if (chunks === 9) {
            control.abort();
            control.abort();
            setImmediate(() => setImmediate(resolve));
          }
          return chunks !== 5;
        },
        onEnd: () => reject(new Error('ended after an abort')),
        onError: reject,
      },
      { startMs: 0 },
      performance.now(),
    );
    setImmediate(() => setImmediate(() => expect(chunks).toBeLessThanOrEqual(9)));
  });
  expect(chunks).toBe(9);
});
