/** Every caller's dialect to Bedrock's Converse and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { translateError, translateRequest, translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { converseRefusal } from '../../support/bedrock/converse-rules.ts';
import { converseStreamEvents, eventBytes, exceptionBytes, USAGE } from '../../support/bedrock/event-bytes.ts';
import { collect } from './collect.ts';
import { type Conversation, conversations, write } from './conversation.ts';
import { CONTEXT, PLAN } from './support.ts';

const CLAUDE = { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' };

function toBedrock(from: TranslatedDialect, body: unknown, target: object = {}) {
  return translateRequest(from, 'bedrock-converse', body, { ...CLAUDE, ...target });
}

function taken(from: TranslatedDialect, body: unknown, target: object = {}) {
  const result = toBedrock(from, body, target);
  if (result.refused !== undefined) throw new Error(`${result.refused.param}: ${result.refused.message}`);
  expect(converseRefusal(result.body)).toBeUndefined();
  return result;
}

/** Images by their address are refused, a choice of none after calls too: those have tests of their own. */
const sendable = conversations.filter(
  (talk) =>
    talk.turns.every(({ image }) => image === undefined || image.startsWith('data:')) &&
    !(talk.choice === 'none' && talk.turns.some(({ calls }) => calls.length > 0)),
);

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

/** Who said what, out of a Converse body; independent of our builders. */
function said(body: Wire) {
  return body.messages.map(({ role, content }: Wire) => ({
    role,
    said: content.map((block: Wire) => {
      if (block.text !== undefined) return block.text;
      if (block.image) return block.image.source.bytes;
      if (block.toolUse) return { id: block.toolUse.toolUseId, name: block.toolUse.name, input: block.toolUse.input };
      return {
        callId: block.toolResult.toolUseId,
        text: block.toolResult.content.map(({ text }: Wire) => text).join(),
      };
    }),
  }));
}

/** The same, out of the conversation itself. */
function meant(talk: Conversation) {
  const turns: { role: string; said: unknown[] }[] = [];
  const add = (role: string, ...parts: unknown[]) => {
    const last = turns.at(-1);
    if (last?.role === role) last.said.push(...parts);
    else turns.push({ role, said: parts });
  };
  for (const turn of talk.turns) {
    add('user', turn.user, ...(turn.image ? [turn.image.slice('data:image/png;base64,'.length)] : []));
    add('assistant', turn.answer, ...turn.calls.map(({ id, name, input }) => ({ id, name, input })));
    if (turn.calls.length > 0) add('user', ...turn.calls.map(({ id, result }) => ({ callId: id, text: result })));
  }
  add('user', talk.last);
  return turns;
}

describe.each(TRANSLATED_DIALECTS)('a request in %s', (from) => {
  it('keeps who said what, calls, results, tools and knobs, in a form that Bedrock takes', () => {
    fc.assert(
      fc.property(sendable, (talk) => {
        const { body, ledger } = taken(from, write(from, talk));
        expect(said(body)).toEqual(meant(talk));
        expect((body.system as Wire)?.[0]?.text).toBe(talk.system);
        const { maxTokens, temperature, topP } = body.inferenceConfig as Wire;
        expect({ maxTokens, temperature, topP }).toEqual({
          maxTokens: talk.maxTokens,
          temperature: talk.temperature,
          topP: talk.topP,
        });
        const { tools, toolChoice } = (body.toolConfig ?? {}) as Wire;
        const offered = tools?.map(({ toolSpec }: Wire) => toolSpec.name);
        expect(offered).toEqual(talk.choice === 'none' ? undefined : talk.tools.map(({ name }) => name));
        if (typeof talk.choice === 'object') expect(JSON.stringify(toolChoice)).toMatch(/"any"|"search"/);
        expect(ledger.filter(({ action }) => action === 'dropped' || action === 'clamped')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('is answered whole: thinking, text and calls, with its usage', () => {
    const answer = translateResponse('bedrock-converse', from, CONVERSE_ANSWER, PLAN, CONTEXT);
    if (answer.error !== undefined) throw new Error(answer.error.message);
    const text = JSON.stringify(answer.body);
    for (const piece of ['Paris is asked about.', 'Let me look ☀️', 'get_weather', 'tooluse_a1', 'Paris']) {
      expect(text).toContain(piece);
    }
    expect(answer.ledger).toEqual([]);
  });

  it('streams the same, split at any byte', () => {
    const bytes = Buffer.concat(converseStreamEvents(CONTENT, 'tool_use'));
    const whole = streamed(from, bytes, []);
    expect(whole.collected.ended).toBe(true);
    expect(whole.collected.text).toBe('Let me look ☀️');
    expect(whole.collected.thinking).toBe('Paris is asked about.');
    expect(whole.collected.calls).toEqual([
      { name: 'get_weather', input: { city: 'Paris' } },
      { name: 'get_weather', input: { city: 'Rom' } },
    ]);
    expect(whole.outcome).toBe('ended');
    expect(whole.usage).toEqual({ inputTokens: 130, cachedInputTokens: 80, cacheWriteTokens: 20, outputTokens: 12 });
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        expect(streamed(from, bytes, cuts).text).toBe(whole.text);
      }),
      { numRuns: 40 },
    );
  });

  it('never ends a cut or damaged stream as a success, whichever byte it is', () => {
    const bytes = Buffer.concat(converseStreamEvents(CONTENT, 'tool_use'));
    // The count at the very end is not needed for a whole answer.
    const needed = bytes.length - (converseStreamEvents([]).at(-1)?.length ?? 0) - 8;
    fc.assert(
      fc.property(fc.nat(needed - 1), fc.boolean(), (at, cut) => {
        const hurt = cut ? bytes.subarray(0, at) : Buffer.from(bytes.with(at, (bytes[at] as number) ^ 0x41));
        const { outcome, collected } = streamed(from, hurt, [at >> 1]);
        expect(outcome).toBe('failed');
        expect(collected.ended && collected.error === undefined).toBe(false);
      }),
      { numRuns: 120 },
    );
  });
});

// Form: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, response syntax.
const CONTENT = [
  { reasoningContent: { reasoningText: { text: 'Paris is asked about.', signature: 'EqoBCkgIARABGAIiQL8u' } } },
  { text: 'Let me look ☀️' },
  { toolUse: { toolUseId: 'tooluse_a1', name: 'get_weather', input: { city: 'Paris' } } },
  { toolUse: { toolUseId: 'tooluse_b2', name: 'get_weather', input: { city: 'Rom' } } },
];
const CONVERSE_ANSWER = {
  output: { message: { role: 'assistant', content: CONTENT } },
  stopReason: 'tool_use',
  usage: USAGE,
  metrics: { latencyMs: 1180 },
};

function streamed(from: TranslatedDialect, bytes: Buffer, cuts: readonly number[]) {
  const translator = createStreamTranslator('bedrock-converse', from, PLAN, CONTEXT);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  let text = '';
  let start = 0;
  for (const end of [...places, bytes.length]) {
    text += translator.push(bytes.subarray(start, end));
    start = end;
  }
  text += translator.end();
  const { outcome, usage, error } = translator;
  return { text, outcome, usage, error, collected: readable(from, text) };
}

/** A stream that broke off inside a call holds arguments that are no JSON: what a program sees is what counts. */
function readable(from: TranslatedDialect, text: string) {
  try {
    return collect(from, text);
  } catch {
    return { ended: false, error: 'unreadable', text: '', thinking: '', calls: [] as unknown[] };
  }
}

describe('thinking over two turns', () => {
  const ASK = { role: 'user', content: 'What is the weather in Paris?' };
  it('comes back to Bedrock with its signature, through every dialect that can carry it', () => {
    for (const from of ['anthropic-messages'] as const) {
      const { body } = translateResponse('bedrock-converse', from, CONVERSE_ANSWER, PLAN, CONTEXT);
      const next = {
        model: 'm',
        max_tokens: 4000,
        thinking: { type: 'enabled', budget_tokens: 2000 },
        tools: [{ name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }],
        messages: [
          ASK,
          { role: 'assistant', content: body.content },
          {
            role: 'user',
            content: ['tooluse_a1', 'tooluse_b2'].map((id) => ({
              type: 'tool_result',
              tool_use_id: id,
              content: '18 °C',
            })),
          },
        ],
      };
      const again = taken(from, next);
      expect((again.body.messages as Wire)[1].content[0]).toEqual(CONTENT[0]);
      expect(again.body.additionalModelRequestFields).toEqual({ thinking: { type: 'enabled', budget_tokens: 2000 } });
    }
  });

  it('of Anthropic itself is good for Claude on Bedrock and for no other model', () => {
    const body = {
      model: 'm',
      max_tokens: 100,
      messages: [
        ASK,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
            { type: 'redacted_thinking', data: 'xyz' },
            { type: 'text', text: 'Sunny.' },
          ],
        },
        { role: 'user', content: 'Thanks' },
      ],
    };
    const claude = taken('anthropic-messages', body);
    expect((claude.body.messages as Wire)[1].content).toEqual([
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
      { reasoningContent: { redactedContent: 'xyz' } },
      { text: 'Sunny.' },
    ]);
    const nova = taken('anthropic-messages', body, { model: 'us.amazon.nova-pro-v1:0' });
    expect((nova.body.messages as Wire)[1].content).toEqual([{ text: 'Sunny.' }]);
    expect(nova.ledger.filter(({ action }) => action === 'dropped')).toHaveLength(2);
  });

  it('is asked for in the words of the model that answers', () => {
    const ask = (model: string, target: object = {}) =>
      taken('openai-chat', { model: 'm', reasoning_effort: 'high', messages: [ASK] }, { model, ...target }).body;
    expect(ask(CLAUDE.model).additionalModelRequestFields).toEqual({
      thinking: { type: 'enabled', budget_tokens: 24_576 },
    });
    expect((ask(CLAUDE.model).inferenceConfig as Wire).maxTokens).toBe(24_576 + 4096);
    expect(ask('global.anthropic.claude-opus-4-7-v1:0', { thinking: 'adaptive' }).additionalModelRequestFields).toEqual(
      {
        thinking: { type: 'adaptive' },
        output_config: { effort: 'high' },
      },
    );
    expect(ask('us.amazon.nova-2-lite-v1:0').additionalModelRequestFields).toEqual({
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' },
    });
    expect(ask('openai.gpt-oss-120b-1:0').additionalModelRequestFields).toEqual({ reasoning_effort: 'high' });
    expect(ask('meta.llama4-scout-17b-instruct-v1:0').additionalModelRequestFields).toBeUndefined();
  });
});

describe('what Converse has a form of its own for', () => {
  it('cache marks become points behind their blocks', () => {
    const { body } = taken('anthropic-messages', {
      model: 'm',
      max_tokens: 9,
      system: [{ type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      tools: [{ name: 't', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] }],
    });
    expect(body.system).toEqual([{ text: 'Long.' }, { cachePoint: { type: 'default', ttl: '1h' } }]);
    expect((body.messages as Wire)[0].content).toEqual([{ text: 'Hi' }, { cachePoint: { type: 'default' } }]);
    expect((body.toolConfig as Wire).tools[1]).toEqual({ cachePoint: { type: 'default' } });
  });

  it('documents get a name that is allowed, once each, and a text beside them', () => {
    const data = Buffer.from('%PDF').toString('base64');
    const file = {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data },
      title: 'Q3 "report".pdf',
    };
    const { body } = taken('anthropic-messages', {
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: [file, file] }],
    });
    const names = (body.messages as Wire)[0].content.flatMap(({ document }: Wire) => document?.name ?? []);
    expect(new Set(names).size).toBe(2);
  });

  it('a JSON schema travels as a text, closed', () => {
    const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } }, required: ['a'] };
    const { body } = taken('openai-chat', {
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    });
    const { structure, type } = (body.outputConfig as Wire).textFormat;
    expect(type).toBe('json_schema');
    expect(structure.jsonSchema.name).toBe('answer');
    expect(JSON.parse(structure.jsonSchema.schema)).toMatchObject({ additionalProperties: false, required: ['a'] });
  });

  it.each([
    [
      'an image by its address',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.org/a.png' } }] }] },
      /data, not as web addresses/,
    ],
    [
      'audio',
      {
        messages: [
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }] },
        ],
      },
      /audio/,
    ],
    ['log probabilities', { messages: [{ role: 'user', content: 'x' }], logprobs: true }, /log probabilities/],
    ['several answers', { messages: [{ role: 'user', content: 'x' }], n: 2 }, /ask for one/],
    [
      'no tool after tools were used',
      {
        tool_choice: 'none',
        tools: [{ type: 'function', function: { name: 't', parameters: {} } }],
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 't', arguments: '{}' } }] },
          { role: 'tool', tool_call_id: 'c', content: 'r' },
        ],
      },
      /cannot forbid tools/,
    ],
  ])('refuses %s with a sentence', (_, body, words) => {
    expect(toBedrock('openai-chat', { model: 'm', ...body }).refused?.message).toMatch(words);
  });
});

describe('failures', () => {
  // Bodies and headers: docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html.
  it.each([
    [
      403,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'authentication_error',
    ],
    [
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      'permission_error',
    ],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'invalid_request_error'],
    [
      404,
      'ResourceNotFoundException',
      'Could not resolve the foundation model from the provided model identifier.',
      'not_found_error',
    ],
    [429, 'ThrottlingException', 'Too many tokens, please wait before trying again.', 'rate_limit_error'],
    [408, 'ModelTimeoutException', 'Model has timed out in processing the request.', 'timeout_error'],
    [503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.', 'overloaded_error'],
  ])('%i %s keeps its words and gets the class of the caller', (status, type, message, expected) => {
    const answer = translateError('bedrock-converse', 'anthropic-messages', status, JSON.stringify({ message }), {
      'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ type: 'error', error: { type: expected, message } });
    expect(answer.error.type).toBe(type);
  });

  it('the class is found in the body too', () => {
    const body = JSON.stringify({
      __type: 'com.amazon.coral.service#ExpiredTokenException',
      Message: 'The security token included in the request is expired',
    });
    expect(translateError('bedrock-converse', 'openai-chat', 403, body, {}).error).toMatchObject({
      kind: 'authentication',
      message: 'The security token included in the request is expired',
    });
  });

  it('an exception inside the stream becomes the caller’s error event, after what came before it', () => {
    const [start, ...rest] = converseStreamEvents([{ text: 'Half an answer' }]);
    const bytes = Buffer.concat([
      start as Buffer,
      ...rest.slice(0, 2),
      exceptionBytes('throttlingException', { message: 'Too many requests, please wait before trying again.' }),
    ]);
    for (const from of TRANSLATED_DIALECTS) {
      const { outcome, error, text } = streamed(from, bytes, []);
      expect(outcome).toBe('failed');
      expect(error).toMatchObject({ kind: 'rate-limit', type: 'ThrottlingException', status: 429 });
      expect(text).toContain('Half an');
      expect(text).toContain('Too many requests');
    }
  });

  it('a guardrail’s stop is told as one', () => {
    const { body } = translateResponse(
      'bedrock-converse',
      'openai-chat',
      {
        ...CONVERSE_ANSWER,
        output: { message: { role: 'assistant', content: [{ text: 'Sorry, I cannot.' }] } },
        stopReason: 'guardrail_intervened',
      },
      PLAN,
      CONTEXT,
    );
    expect((body.choices as Wire)[0].finish_reason).toBe('content_filter');
  });

  it('a stop without a count is a whole answer', () => {
    const events = converseStreamEvents([{ text: 'Hi' }]).slice(0, -1);
    expect(streamed('openai-chat', Buffer.concat(events), []).outcome).toBe('ended');
  });

  it('a piece without a beginning is damage', () => {
    const bytes = Buffer.concat([
      eventBytes('messageStart', { role: 'assistant' }),
      eventBytes('contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{' } } }),
    ]);
    expect(streamed('openai-chat', bytes, []).outcome).toBe('failed');
  });
});

it('any JSON in place of an answer is an error or an answer, never a throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const to of TRANSLATED_DIALECTS) translateResponse('bedrock-converse', to, value as Fields, PLAN, CONTEXT);
      const bytes = Buffer.concat([
        eventBytes('messageStart', {}),
        eventBytes('contentBlockDelta', value),
        eventBytes('messageStop', value),
        eventBytes('metadata', value),
      ]);
      streamed('openai-chat', bytes, []);
    }),
    { numRuns: 100 },
  );
});
