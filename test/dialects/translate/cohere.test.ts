/** Every caller's dialect to Cohere's chat v2 and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { translateError, translateRequest, translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { collect } from './collect.ts';
import { type Conversation, conversations, write } from './conversation.ts';
import { CONTEXT, PLAN, sse } from './support.ts';

const TARGET = { model: 'command-a-03-2025' };

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

function taken(from: TranslatedDialect, body: unknown, target: object = {}) {
  const result = translateRequest(from, 'cohere-v2', body, { ...TARGET, ...target });
  if (result.refused !== undefined) throw new Error(`${result.refused.param}: ${result.refused.message}`);
  return result;
}

/** One named tool among several is refused: that has a test of its own. */
const sendable = conversations.filter(({ choice }) => typeof choice !== 'object');

/** Who said what, out of the wire body; independent of our builders. */
function said(messages: Wire[]) {
  return messages.map((message) => {
    if (message.role === 'tool') return { callId: message.tool_call_id, text: message.content };
    const content =
      typeof message.content === 'string'
        ? message.content.split('\n')
        : (message.content ?? []).map((part: Wire) => part.text ?? part.image_url.url);
    const calls = (message.tool_calls ?? []).map((call: Wire) => ({
      id: call.id,
      name: call.function.name,
      input: JSON.parse(call.function.arguments),
    }));
    return { role: message.role, said: [...(message.tool_plan ? [message.tool_plan] : []), ...content, ...calls] };
  });
}

function meant(talk: Conversation) {
  return [
    ...(talk.system === undefined ? [] : [{ role: 'system', said: talk.system.split('\n') }]),
    ...talk.turns.flatMap((turn) => [
      { role: 'user', said: turn.image ? [turn.user, turn.image] : turn.user.split('\n') },
      { role: 'assistant', said: [turn.answer, ...turn.calls.map(({ id, name, input }) => ({ id, name, input }))] },
      ...turn.calls.map(({ id, result }) => ({ callId: id, text: result })),
    ]),
    { role: 'user', said: talk.last.split('\n') },
  ];
}

/** Turns of one speaker in a row are joined by some dialects; what was said stays in its order. */
function flat(turns: readonly Wire[]) {
  return turns.flatMap((turn) => turn.said ?? [turn]);
}

// Form: docs.cohere.com/v2/docs/tool-use-streaming and …/reference/chat-stream.
const STREAM = [
  {
    type: 'message-start',
    id: '29f14a5a-11de',
    delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
  },
  { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I will look up' } } },
  { type: 'tool-plan-delta', delta: { message: { tool_plan: ' the weather ☀️' } } },
  {
    type: 'tool-call-start',
    index: 0,
    delta: {
      message: {
        tool_calls: { id: 'get_weather_nsz5', type: 'function', function: { name: 'get_weather', arguments: '' } },
      },
    },
  },
  { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '{"city":' } } } } },
  { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '"Paris"}' } } } } },
  { type: 'tool-call-end', index: 0 },
  {
    type: 'tool-call-start',
    index: 1,
    delta: {
      message: {
        tool_calls: { id: 'get_weather_15eg', type: 'function', function: { name: 'get_weather', arguments: '' } },
      },
    },
  },
  {
    type: 'tool-call-delta',
    index: 1,
    delta: { message: { tool_calls: { function: { arguments: '{"city":"Rom"}' } } } },
  },
  { type: 'tool-call-end', index: 1 },
  {
    type: 'message-end',
    delta: {
      finish_reason: 'TOOL_CALL',
      usage: {
        billed_units: { input_tokens: 37, output_tokens: 28 },
        tokens: { input_tokens: 913, output_tokens: 83 },
      },
    },
  },
];
const CITED = [
  {
    type: 'message-start',
    id: 'c',
    delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
  },
  { type: 'content-start', index: 0, delta: { message: { content: { type: 'thinking', thinking: '' } } } },
  { type: 'content-delta', index: 0, delta: { message: { content: { thinking: 'Easy.' } } } },
  { type: 'content-end', index: 0 },
  { type: 'content-start', index: 1, delta: { message: { content: { type: 'text', text: '' } } } },
  { type: 'content-delta', index: 1, delta: { message: { content: { text: 'It is 18 °C' } } } },
  {
    type: 'citation-start',
    index: 0,
    delta: {
      message: {
        citations: {
          start: 6,
          end: 11,
          text: '18 °C',
          sources: [{ type: 'tool', id: 'get_weather_nsz5:0', tool_output: { t: '18' } }],
        },
      },
    },
  },
  { type: 'citation-end', index: 0 },
  { type: 'content-delta', index: 1, delta: { message: { content: { text: ' in Paris.' } } } },
  { type: 'content-end', index: 1 },
  {
    type: 'message-end',
    delta: {
      finish_reason: 'COMPLETE',
      usage: {
        billed_units: { input_tokens: 7, output_tokens: 9 },
        tokens: { input_tokens: 87, output_tokens: 19 },
        cached_tokens: 64,
      },
    },
  },
];

function streamed(from: TranslatedDialect, wire: string, cuts: readonly number[] = []) {
  const bytes = Buffer.from(wire);
  const translator = createStreamTranslator('cohere-v2', from, PLAN, CONTEXT);
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
        expect(flat(said(body.messages as Wire[])).join('\n')).toEqual(flat(meant(talk)).join('\n'));
        expect(body.max_tokens).toBe(talk.maxTokens);
        expect(body.temperature).toBe(talk.temperature);
        expect((body.tools as Wire[]).map((tool) => tool.function.name)).toEqual(talk.tools.map(({ name }) => name));
        expect(body.tool_choice).toBe(
          talk.choice === 'required' ? 'REQUIRED' : talk.choice === 'none' ? 'NONE' : undefined,
        );
        const lost = ledger.filter(
          ({ action, path }) => action === 'dropped' || (action === 'clamped' && !/top_?p/i.test(path)),
        );
        expect(lost).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('streams plan and parallel calls, split at any byte', () => {
    const wire = sse(STREAM, true);
    const whole = streamed(from, wire);
    const { calls, text, ended } = collect(from, whole.text);
    expect({ calls, text, ended }).toEqual({
      calls: [
        { name: 'get_weather', input: { city: 'Paris' } },
        { name: 'get_weather', input: { city: 'Rom' } },
      ],
      text: 'I will look up the weather ☀️',
      ended: true,
    });
    expect(whole.translator.usage).toEqual({ inputTokens: 913, outputTokens: 83 });
    fc.assert(
      fc.property(fc.array(fc.nat(wire.length), { maxLength: 10 }), (cuts) => {
        expect(streamed(from, wire, cuts).text).toBe(whole.text);
      }),
      { numRuns: 30 },
    );
  });

  it('streams thinking and a cited text', () => {
    const { text, translator } = streamed(from, sse(CITED, true));
    const { thinking, text: answer, ended } = collect(from, text);
    expect({ thinking, answer, ended }).toEqual({ thinking: 'Easy.', answer: 'It is 18 °C in Paris.', ended: true });
    expect(translator.usage).toEqual({ inputTokens: 87, cachedInputTokens: 64, outputTokens: 19 });
  });

  it('never ends a stream without its last event as a success', () => {
    for (const events of [STREAM, CITED]) {
      for (let length = 0; length < events.length; length += 1) {
        expect(streamed(from, sse(events.slice(0, length), true)).translator.outcome).toBe('failed');
      }
    }
  });

  it('says a failure inside the stream as an error', () => {
    const end = { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'an internal error occurred' } };
    const { text, translator } = streamed(from, sse([...CITED.slice(0, -1), end], true));
    expect(translator.error).toMatchObject({ kind: 'server', message: 'an internal error occurred' });
    expect(text).toContain('an internal error occurred');
  });
});

describe('an answer in one piece', () => {
  // Form: docs.cohere.com/reference/chat, response of a tool call.
  const ANSWER = {
    id: 'bdd4e8a0',
    finish_reason: 'TOOL_CALL',
    message: {
      role: 'assistant',
      tool_plan: 'I will search.',
      tool_calls: [{ id: 'search_1', type: 'function', function: { name: 'search', arguments: '{"q":"x"}' } }],
    },
    usage: { billed_units: { input_tokens: 1, output_tokens: 2 }, tokens: { input_tokens: 10, output_tokens: 20 } },
  };

  it('comes back in the next turn as Cohere wrote it, plan and call', () => {
    const { body } = translateResponse('cohere-v2', 'anthropic-messages', ANSWER, PLAN, CONTEXT) as { body: Wire };
    expect(body.usage).toMatchObject({ input_tokens: 10, output_tokens: 20 });
    const next = taken('anthropic-messages', {
      model: 'm',
      max_tokens: 9,
      tools: [{ name: 'search', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'x?' },
        { role: 'assistant', content: body.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'search_1', content: 'found' }] },
      ],
    });
    expect((next.body.messages as Wire[])[1]).toEqual({ ...ANSWER.message });
  });

  it('any JSON in its place is an error or an answer, never a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const to of TRANSLATED_DIALECTS) translateResponse('cohere-v2', to, value as Fields, PLAN, CONTEXT);
        streamed('openai-chat', sse([STREAM[0], value]));
      }),
      { numRuns: 100 },
    );
  });
});

describe('what Cohere cannot do', () => {
  const ASK = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
  const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
  it.each([
    [
      'one tool among several',
      { tools: [tool('a'), tool('b')], tool_choice: { type: 'function', function: { name: 'a' } } },
      /offer a alone/,
    ],
    [
      'JSON while tools are offered',
      { tools: [tool('a')], response_format: { type: 'json_object' } },
      /while tools are offered/,
    ],
    ['six stop sequences', { stop: ['1', '2', '3', '4', '5', '6'] }, /at most 5/],
  ])('is refused: %s', (_, more, words) => {
    expect(translateRequest('openai-chat', 'cohere-v2', { ...ASK, ...more }, TARGET).refused?.message).toMatch(words);
  });

  it('is listed: knobs out of its range', () => {
    const { body, ledger } = taken('openai-chat', { ...ASK, temperature: 1.7, top_p: 1, user: 'u' });
    expect(body).toMatchObject({ temperature: 1, p: 0.99 });
    expect(ledger.map(({ path, action }) => `${action} ${path}`)).toEqual([
      'dropped user',
      'clamped temperature',
      'clamped top_p',
    ]);
  });

  it('one tool alone is forced', () => {
    const { body } = taken('openai-chat', {
      ...ASK,
      tools: [tool('a')],
      tool_choice: { type: 'function', function: { name: 'a' } },
    });
    expect(body.tool_choice).toBe('REQUIRED');
  });
});

// Sentences: docs.cohere.com/reference/errors.
it.each([
  [401, 'invalid api token', 'authentication_error'],
  [429, 'You are using a Trial key, which is limited to 1000 API calls / month.', 'billing_error'],
  [429, 'too many requests', 'rate_limit_error'],
  [
    400,
    'invalid request: message must be at least 1 token long or tool results must be specified.',
    'invalid_request_error',
  ],
])('failure %i "%s" keeps its words', (status, message, type) => {
  const answer = translateError('cohere-v2', 'anthropic-messages', status, JSON.stringify({ message }), {});
  expect(answer).toMatchObject({ status, body: { error: { type, message } } });
});
