/** Every caller's dialect to Ollama's own chat form and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNdjsonReader } from '../../../gateway/dialects/canonical/ndjson.ts';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamReducer, createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { translateError, translateRequest, translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { collect } from './collect.ts';
import { type Conversation, conversations, write } from './conversation.ts';
import { BROKEN, LOGPROBS, lines, TEXT, THINKING_AND_TOOLS, TOOLS, WHOLE } from './fixtures/ollama-streams.ts';
import { CONTEXT, eventsOf, PLAN } from './support.ts';

const TARGET = { model: 'qwen3:8b' };

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

function taken(from: TranslatedDialect, body: unknown, target: object = {}) {
  const result = translateRequest(from, 'ollama-chat', body, { ...TARGET, ...target });
  if (result.refused !== undefined) throw new Error(`${result.refused.param}: ${result.refused.message}`);
  return result;
}

/** Forced calls are asked for otherwise, addresses of pictures refused: those have tests of their own. */
const sendable = conversations.filter(
  ({ choice, turns }) =>
    typeof choice !== 'object' && choice !== 'required' && turns.every(({ image }) => !image?.startsWith('https:')),
);

/** Who said what, out of the wire body; independent of our builders. */
function said(messages: Wire[]) {
  return messages.flatMap((message) => {
    if (message.role === 'tool')
      return [{ callId: message.tool_call_id, name: message.tool_name, text: message.content }];
    const calls = (message.tool_calls ?? []).map((call: Wire) => ({
      id: call.id,
      name: call.function.name,
      input: call.function.arguments,
    }));
    const images = (message.images ?? []).map((image: string) => ({ image }));
    return [...images, ...message.content.split('\n').map((text: string) => `${message.role}: ${text}`), ...calls];
  });
}

function meant(talk: Conversation) {
  const text = (role: string, whole: string) => whole.split('\n').map((one) => `${role}: ${one}`);
  return [
    ...(talk.system === undefined ? [] : text('system', talk.system)),
    ...talk.turns.flatMap((turn) => [
      ...(turn.image ? [{ image: turn.image.split(',')[1] }] : []),
      ...text('user', turn.user),
      ...text('assistant', turn.answer),
      ...turn.calls.map(({ id, name, input }) => ({ id, name, input })),
      ...turn.calls.map(({ id, name, result }) => ({ callId: id, name, text: result })),
    ]),
    ...text('user', talk.last),
  ];
}

function streamed(from: TranslatedDialect, wire: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(wire);
  const translator = createStreamTranslator('ollama-chat', from, PLAN, CONTEXT);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  let text = '';
  let start = 0;
  for (const end of [...places, bytes.length]) {
    text += translator.push(bytes.subarray(start, end));
    start = end;
  }
  text += translator.end();
  return { text, translator };
}

describe.each(TRANSLATED_DIALECTS)('a request in %s', (from) => {
  it('keeps who said what, calls, results, tools and knobs, or says what it altered', () => {
    fc.assert(
      fc.property(sendable, (talk) => {
        const { body, ledger } = taken(from, write(from, talk));
        // Two messages of one speaker in a row are one in some dialects; what was said stays in its order.
        expect(said(body.messages as Wire[])).toEqual(meant(talk));
        const options = body.options as Fields;
        expect(options.num_predict).toBe(talk.maxTokens);
        expect(options.temperature).toBe(talk.temperature);
        expect(options.top_p).toBe(talk.topP);
        expect(body.stream).toBe(false);
        const offered = talk.choice === 'none' ? undefined : talk.tools;
        expect((body.tools as Wire[] | undefined)?.map((tool) => tool.function)).toEqual(
          offered?.map(({ name, description, parameters }) => ({ name, description, parameters })),
        );
        expect(ledger.filter(({ action }) => action === 'dropped' || action === 'clamped')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('streams thinking, text and parallel calls, split at any byte', () => {
    const wire = lines(THINKING_AND_TOOLS);
    const whole = streamed(from, wire);
    const { calls, text, thinking, ended } = collect(from, whole.text);
    expect({ calls, text, thinking, ended }).toEqual({
      calls: [
        { name: 'get_weather', input: { city: 'Paris' } },
        { name: 'get_weather', input: { city: 'Rome', done: true } },
      ],
      text: 'Checking.',
      thinking: 'Two cities, two calls.',
      ended: true,
    });
    expect(whole.translator.usage).toEqual({ inputTokens: 169, outputTokens: 15 });
    const every = Array.from({ length: Buffer.byteLength(wire) }, (_, index) => index);
    expect(streamed(from, wire, every).text).toBe(whole.text);
    fc.assert(
      fc.property(fc.array(fc.nat(wire.length), { maxLength: 10 }), (cuts) => {
        expect(streamed(from, wire, cuts).text).toBe(whole.text);
      }),
      { numRuns: 30 },
    );
  });

  it('streams text of many alphabets, with and without the last newline, and with blank lines between', () => {
    for (const wire of [lines(TEXT), lines(TEXT).trimEnd(), lines(TEXT).replaceAll('\n', '\r\n\r\n')]) {
      const { text, ended } = collect(from, streamed(from, wire).text);
      expect({ text, ended }).toEqual({ text: 'Héllo 世界 👋🏽', ended: true });
    }
  });

  it('makes ids where the server gives none, the same every time, and the same whole as streamed', () => {
    const first = streamed(from, lines(TOOLS));
    expect(streamed(from, lines(TOOLS)).text).toBe(first.text);
    const events = createStreamReducer('ollama-chat', from, PLAN, CONTEXT);
    let state = events.initial;
    const ids: string[] = [];
    for (const line of TOOLS) {
      const [next, step] = events.step(state, { data: JSON.stringify(line) });
      state = next;
      for (const event of step.events)
        if (event.type === 'part-start' && event.part.type === 'tool-call') ids.push(event.part.id);
    }
    expect(ids).toEqual([`call_${CONTEXT.seed}_0`, `call_${CONTEXT.seed}_1`]);
    const whole = translateResponse('ollama-chat', from, WHOLE, PLAN, CONTEXT);
    expect(JSON.stringify(whole.body)).toContain(ids[0]);
  });

  it('never ends a stream without its last line as a success', () => {
    for (const events of [TEXT, TOOLS, THINKING_AND_TOOLS])
      for (let length = 0; length < events.length; length += 1)
        expect(streamed(from, lines(events.slice(0, length))).translator.outcome).toBe('failed');
    const wire = Buffer.from(lines(THINKING_AND_TOOLS));
    // Cut anywhere before the brace that closes the last line.
    const safe = wire.lastIndexOf('}') - 1;
    fc.assert(
      fc.property(fc.nat({ max: safe }), (cut) => {
        const translator = createStreamTranslator('ollama-chat', from, PLAN, CONTEXT);
        translator.push(wire.subarray(0, cut));
        translator.end();
        expect(translator.outcome).toBe('failed');
      }),
      { numRuns: 60 },
    );
  });

  it('says an error line as an error of its own dialect', () => {
    const { text, translator } = streamed(from, lines(BROKEN));
    expect(translator.error).toMatchObject({ message: 'an error was encountered while running the model' });
    expect(collect(from, text)).toMatchObject({
      text: 'Hel',
      error: { message: 'an error was encountered while running the model' },
      ended: false,
    });
  });

  it('answers damage and noise with one outcome and no throw', () => {
    const wire = Buffer.from(lines(THINKING_AND_TOOLS));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: wire.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 }),
        fc.uint8Array({ maxLength: 200 }),
        (changes, noise) => {
          const damaged = Buffer.from(wire);
          for (const [place, value] of changes) damaged[place] = value;
          for (const bytes of [damaged, noise]) {
            const translator = createStreamTranslator('ollama-chat', from, PLAN, CONTEXT);
            translator.push(bytes);
            translator.end();
            expect(translator.outcome).toMatch(bytes === noise ? /^failed$/ : /^(?:ended|failed)$/);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('holds no more after ten thousand pieces than after one', () => {
    const reducer = createStreamReducer('ollama-chat', from, PLAN, CONTEXT);
    const more = { data: JSON.stringify(TEXT[0]) };
    let [state] = reducer.step(reducer.initial, more);
    const early = JSON.stringify(state).length;
    for (let count = 0; count < 10_000; count++) [state] = reducer.step(state, more);
    const grown = JSON.stringify(state).length - early;
    // Responses say their whole text again at the end.
    expect(grown).toBeLessThan(from === 'openai-responses' ? 10_000 * 'Héllo '.length + 100 : 10);
  });

  it('reads any JSON in an answer’s place as an error or an answer, never with a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        translateResponse('ollama-chat', from, value as Fields, PLAN, CONTEXT);
        streamed(from, lines([TEXT[0], value]));
      }),
      { numRuns: 100 },
    );
  });
});

describe('what only Ollama’s own form carries', () => {
  const ASK = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };

  it('goes along from OpenAI’s dialect: options as an object or beside the model, and members', () => {
    const { body, ledger } = taken('openai-chat', {
      ...ASK,
      stream: true,
      temperature: 0.3,
      top_k: 20,
      seed: 7,
      stop: 'END',
      num_ctx: 16384,
      options: { min_p: 0.05, repeat_penalty: 1.1, temperature: 0.9 },
      keep_alive: '10m',
      truncate: false,
      user: 'someone',
    });
    expect(body).toEqual({
      model: 'qwen3:8b',
      messages: [{ role: 'user', content: 'hi' }],
      options: {
        temperature: 0.9,
        top_k: 20,
        seed: 7,
        stop: ['END'],
        num_ctx: 16384,
        min_p: 0.05,
        repeat_penalty: 1.1,
      },
      keep_alive: '10m',
      truncate: false,
      stream: true,
    });
    expect(ledger.map(({ path, action }) => `${action} ${path}`)).toEqual(['dropped user', 'dropped temperature']);
  });

  it.each(TRANSLATED_DIALECTS)('goes along from %s', (from) => {
    const talk: Conversation = { turns: [], last: 'hi', tools: [], maxTokens: 20 };
    const { body, ledger } = taken(from, { ...write(from, talk), options: { num_ctx: 8192 }, keep_alive: -1 });
    expect(body.options).toEqual({ num_predict: 20, num_ctx: 8192 });
    expect(body.keep_alive).toBe(-1);
    expect(ledger).toEqual([]);
  });

  it('is another’s field where it does not look like Ollama’s', () => {
    const { body, ledger } = taken('openai-chat', { ...ASK, options: 'fast', truncate: 'END', num_ctx: 'large' });
    expect(body).toEqual({ model: 'qwen3:8b', messages: ASK.messages, stream: false });
    expect(ledger.map(({ path }) => path)).toEqual(['options', 'truncate', 'num_ctx']);
  });

  it('schema and log probabilities have their own places', () => {
    const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };
    const { body } = taken('openai-chat', {
      ...ASK,
      response_format: { type: 'json_schema', json_schema: { schema } },
      logprobs: true,
      top_logprobs: 3,
    });
    expect(body).toMatchObject({ format: schema, logprobs: true, top_logprobs: 3 });
    expect(taken('openai-chat', { ...ASK, response_format: { type: 'json_object' } }).body.format).toBe('json');
    const chunks = eventsOf(streamed('openai-chat', lines(LOGPROBS)).text) as Wire[];
    expect(chunks.find((chunk) => chunk.choices?.[0]?.logprobs)?.choices[0].logprobs.content[0]).toMatchObject({
      token: 'Hi',
      top_logprobs: [{ token: 'Hi' }],
    });
  });
});

describe('how much to think', () => {
  const ASK = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
  const think = (from: TranslatedDialect, more: object, target: object = {}) =>
    taken(from, { ...ASK, ...more }, target).body.think;

  it.each([
    ['minimal', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['xhigh', 'max'],
    ['max', 'max'],
    ['none', false],
  ])('effort %s is %s', (effort, wanted) => {
    expect(think('openai-chat', { reasoning_effort: effort })).toBe(wanted);
  });

  it('a budget is a level, and adaptive thinking is what the model does anyway', () => {
    const { body, ledger } = taken('anthropic-messages', {
      ...ASK,
      thinking: { type: 'enabled', budget_tokens: 8192 },
    });
    expect(body.think).toBe('medium');
    expect(ledger).toMatchObject([
      { path: 'thinking.budget_tokens', action: 'renamed', before: 8192, after: 'medium' },
    ]);
    expect(think('anthropic-messages', { thinking: { type: 'disabled' } })).toBe(false);
    expect(think('anthropic-messages', { thinking: { type: 'adaptive' } })).toBeUndefined();
    expect(think('anthropic-messages', { thinking: { type: 'adaptive' } }, { reasoning: true })).toBe(true);
  });

  it('a model that does not think is not told to', () => {
    const { body, ledger } = taken('openai-chat', { ...ASK, reasoning_effort: 'high' }, { reasoning: false });
    expect(body.think).toBeUndefined();
    expect(ledger).toMatchObject([{ action: 'dropped', path: 'reasoning_effort' }]);
  });

  it('Ollama’s own word for it goes before', () => {
    expect(think('openai-chat', { think: 'low', reasoning_effort: 'high' })).toBe('low');
    expect(think('openai-chat', { think: false })).toBe(false);
  });
});

describe('over two turns', () => {
  it.each(['openai-chat', 'anthropic-messages', 'openai-responses'] as const)(
    'thinking and the call come back as %s hands them back',
    (from) => {
      const answer = {
        ...WHOLE,
        message: { ...WHOLE.message, thinking: 'I should ask.', content: 'One moment.' },
      };
      const { body } = translateResponse('ollama-chat', from, answer, PLAN, CONTEXT) as { body: Wire };
      const next = taken(from, SECOND_TURN[from](body));
      expect((next.body.messages as Wire[]).slice(1)).toEqual([
        {
          role: 'assistant',
          content: 'One moment.',
          thinking: 'I should ask.',
          tool_calls: [
            { id: `call_${CONTEXT.seed}_0`, function: { name: 'get_weather', arguments: { city: 'Tokyo' } } },
          ],
        },
        { role: 'tool', content: '24 °C', tool_name: 'get_weather', tool_call_id: `call_${CONTEXT.seed}_0` },
      ]);
    },
  );

  const SECOND_TURN = {
    'openai-chat': (body: Wire) => ({
      model: 'm',
      messages: [
        { role: 'user', content: 'x?' },
        body.choices[0].message,
        { role: 'tool', tool_call_id: body.choices[0].message.tool_calls[0].id, content: '24 °C' },
      ],
    }),
    'anthropic-messages': (body: Wire) => ({
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'x?' },
        { role: 'assistant', content: body.content },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: body.content.at(-1).id, content: '24 °C' }],
        },
      ],
    }),
    'openai-responses': (body: Wire) => ({
      model: 'm',
      input: [
        { role: 'user', content: 'x?' },
        ...body.output,
        { type: 'function_call_output', call_id: body.output.at(-1).call_id, output: '24 °C' },
      ],
    }),
  };

  it('thinking that the OpenAI form gave goes back too, another provider’s does not', () => {
    const messages = (more: object) => [
      { role: 'user', content: 'x?' },
      { role: 'assistant', content: 'y', ...more },
      { role: 'user', content: 'z?' },
    ];
    const own = taken('openai-chat', { model: 'm', messages: messages({ reasoning: 'hm' }) });
    expect((own.body.messages as Wire[])[1]).toEqual({ role: 'assistant', content: 'y', thinking: 'hm' });
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'c2lnbmVk' },
      { type: 'text', text: 'y' },
    ];
    const other = taken('anthropic-messages', { model: 'm', max_tokens: 9, messages: messages({ content }) });
    expect((other.body.messages as Wire[])[1]).toEqual({ role: 'assistant', content: 'y' });
    expect(other.ledger).toMatchObject([{ action: 'dropped', path: 'messages[1].content[0]' }]);
  });
});

describe('what Ollama cannot do', () => {
  const ASK = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
  const tool = { type: 'function', function: { name: 'a', parameters: { type: 'object' } } };
  const named = (name: string) => ({ type: 'function', function: { ...tool.function, name } });
  const picture = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];
  it.each([
    ['a forced call of one among several', { tools: [tool, named('b')], tool_choice: 'required' }, /one of several/],
    [
      'a forced call in a format of its own',
      { tools: [tool], tool_choice: 'required', response_format: { type: 'json_object' } },
      /cannot be made to call/,
    ],
    ['a picture by its address', { messages: picture('https://example.com/a.png') }, /no addresses of pictures/],
    ['several answers', { n: 2 }, /ask for one/],
  ])('is refused: %s', (_, more, words) => {
    expect(translateRequest('openai-chat', 'ollama-chat', { ...ASK, ...more }, TARGET).refused?.message).toMatch(words);
  });

  it('is done by leaving the tools out: none may be called', () => {
    const { body, ledger } = taken('openai-chat', { ...ASK, tools: [tool], tool_choice: 'none' });
    expect(body.tools).toBeUndefined();
    expect(ledger).toMatchObject([{ action: 'renamed', path: 'tool_choice' }]);
  });
});

describe('one forced call', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const get = { name: 'get weather!', description: 'Looks it up', parameters: schema };
  const other = { name: 'other', parameters: { type: 'object' } };
  const ask = (more: object) => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });
  const functions = (...all: object[]) => all.map((one) => ({ type: 'function', function: one }));
  const byName = { type: 'function', function: { name: get.name } };
  const pieces = (...texts: string[]) => [
    ...texts.map((content) => ({ model: 'm', message: { role: 'assistant', content }, done: false })),
    TEXT.at(-1),
  ];
  const streamedBy = (body: object, values: readonly unknown[]) => {
    const { plan } = taken('openai-chat', body);
    const translator = createStreamTranslator('ollama-chat', 'openai-chat', plan, CONTEXT);
    return collect('openai-chat', translator.push(Buffer.from(lines(values))) + translator.end());
  };

  it.each([
    ['by its name', { tools: functions(get, other), tool_choice: byName }],
    ['as the only one', { tools: functions(get), tool_choice: 'required' }],
  ])('%s is an answer of its schema, and comes back as the call', (_, more) => {
    const { body, ledger, plan } = taken('openai-chat', ask(more));
    expect(body).toMatchObject({ format: schema });
    expect(body.tools).toBeUndefined();
    expect(JSON.stringify(body.messages)).toContain('Looks it up');
    expect(ledger.filter(({ path }) => path === 'tool_choice')).toMatchObject([{ action: 'renamed', after: 'format' }]);
    const answer = { ...WHOLE, message: { role: 'assistant', content: '{"city":"Rome"}', thinking: 'hm' } };
    const whole = translateResponse('ollama-chat', 'openai-chat', answer, plan, CONTEXT) as { body: Wire };
    expect(whole.body.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        reasoning_content: 'hm',
        tool_calls: [
          { id: `call_${CONTEXT.seed}_0`, function: { name: 'get weather!', arguments: '{"city":"Rome"}' } },
        ],
      },
    });
    expect(streamedBy(ask(more), pieces('{"city":', '"Rome"}'))).toMatchObject({
      text: '',
      calls: [{ name: 'get weather!', input: { city: 'Rome' } }],
      finish: 'tool_calls',
      ended: true,
    });
  });

  it('of free text gives the text', () => {
    const custom = { type: 'custom', custom: { name: 'patch', description: 'Applies it' } };
    const body = ask({ tools: [custom], tool_choice: { type: 'custom', custom: { name: 'patch' } } });
    const { plan, body: sent } = taken('openai-chat', body);
    expect(sent.format).toMatchObject({ required: ['input'] });
    const answer = { ...WHOLE, message: { role: 'assistant', content: '{"input":"*** Begin"}' } };
    const whole = translateResponse('ollama-chat', 'openai-chat', answer, plan, CONTEXT) as { body: Wire };
    expect(whole.body.choices[0].message.tool_calls[0]).toMatchObject({
      type: 'custom',
      custom: { name: 'patch', input: '*** Begin' },
    });
    const translator = createStreamTranslator('ollama-chat', 'openai-chat', plan, CONTEXT);
    const text = translator.push(Buffer.from(lines(pieces('{"input":', '"*** Begin"}')))) + translator.end();
    const written = (eventsOf(text) as Wire[]).flatMap(({ choices }) => choices?.[0]?.delta.tool_calls ?? []);
    expect(written.map((call: Wire) => call.custom.input).join('')).toBe('*** Begin');
  });

  it('that was cut by its length says so, and no answer makes no call', () => {
    const body = ask({ tools: functions(get), tool_choice: 'required' });
    const last = { ...(TEXT.at(-1) as object), done_reason: 'length' };
    const { plan } = taken('openai-chat', body);
    const cut = { ...last, message: { role: 'assistant', content: '{"ci' } };
    const whole = translateResponse('ollama-chat', 'openai-chat', cut, plan, CONTEXT) as { body: Wire };
    expect(whole.body.choices[0]).toMatchObject({ finish_reason: 'length' });
    expect(streamedBy(body, pieces())).toMatchObject({ calls: [], finish: 'stop', ended: true });
  });
});

describe('an answer in one piece', () => {
  it('that is not done, has no message or is an error is a failure', () => {
    for (const body of [{ ...WHOLE, done: false }, { done: true }, { error: 'out of memory' }, [], 'x', null])
      expect(translateResponse('ollama-chat', 'openai-chat', body, PLAN, CONTEXT).error).toBeDefined();
  });

  it('cut by its length says so, and one without counts has no usage', () => {
    const { prompt_eval_count: _, eval_count: __, ...rest } = WHOLE;
    const short = { ...rest, done_reason: 'length', message: { role: 'assistant', content: 'so fa' } };
    const { body } = translateResponse('ollama-chat', 'openai-chat', short, PLAN, CONTEXT) as { body: Wire };
    expect(body).toMatchObject({ created: 1751920373, model: 'llama3.2', choices: [{ finish_reason: 'length' }] });
    expect(body.usage).toBeUndefined();
  });
});

// Sentences: github.com/ollama/ollama, server/routes.go, server/sched.go, server/images.go.
it.each([
  [404, "model 'llama9' not found", 'not_found_error'],
  [400, '"llama3.2" does not support thinking', 'invalid_request_error'],
  [401, 'unauthorized', 'authentication_error'],
  [503, 'server busy, please try again.  maximum pending requests exceeded', 'overloaded_error'],
  [500, 'model requires more system memory (8.4 GiB) than is available (5.1 GiB)', 'api_error'],
])('failure %i "%s" keeps its words', (status, error, type) => {
  const answer = translateError('ollama-chat', 'anthropic-messages', status, JSON.stringify({ error }), {});
  expect(answer).toMatchObject({ status, body: { error: { type, message: error } } });
});

describe('a line without end', () => {
  it('ends the stream as failed, with bounded memory', () => {
    const translator = createStreamTranslator('ollama-chat', 'openai-chat', PLAN, CONTEXT);
    let text = translator.push(Buffer.from('{"message":{"content":"'));
    for (let count = 0; count < 40 && translator.outcome === 'running'; count++)
      text += translator.push(Buffer.alloc(1024 * 1024, 'x'));
    expect(translator.outcome).toBe('failed');
    expect(text).toMatch(/longer than/);
  });

  it('gives what stood whole before it', () => {
    const reader = createNdjsonReader();
    expect(reader.push(Buffer.from('{"a":1}\n{"b'))).toEqual([{ data: '{"a":1}' }]);
    expect(() => reader.end()).toThrow('in the middle of a line');
  });
});
