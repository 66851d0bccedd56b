import { describe, expect, it } from 'vitest';
import { adapterOf, TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import type { FinishReason } from '../../../gateway/dialects/canonical/response.ts';
import { translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { collect } from './collect.ts';
import * as gemini from './fixtures/gemini-streams.ts';
import * as chat from './fixtures/openai-chat-streams.ts';
import * as responses from './fixtures/openai-responses-streams.ts';
import { CONTEXT, eventsOf, PLAN, stream } from './support.ts';

function answer(from: TranslatedDialect, to: TranslatedDialect, body: unknown): Fields {
  const result = translateResponse(from, to, body, PLAN, CONTEXT);
  if (result.error !== undefined) throw new Error(result.error.message);
  return result.body;
}

const message = (content: object[], more: object = {}) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: {
    input_tokens: 10,
    cache_read_input_tokens: 90,
    cache_creation_input_tokens: 5,
    output_tokens: 20,
    output_tokens_details: { thinking_tokens: 8 },
  },
  ...more,
});
const candidate = (more: object, body: object = {}) => ({
  candidates: [{ content: { parts: [{ text: 'Hi' }], role: 'model' }, index: 0, ...more }],
  modelVersion: 'gemini-2.5-flash',
  ...body,
});
const completion = (message: object, finish_reason = 'stop', more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: null, refusal: null, ...message },
      logprobs: null,
      finish_reason,
    },
  ],
  ...more,
});

describe('usage', () => {
  it('counts cached, written and reasoning tokens as each dialect does', () => {
    const body = message([{ type: 'text', text: 'Hi' }]);
    expect(answer('anthropic-messages', 'openai-chat', body).usage).toEqual({
      prompt_tokens: 105,
      completion_tokens: 20,
      total_tokens: 125,
      prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 8 },
    });
    expect(answer('anthropic-messages', 'openai-responses', body).usage).toEqual({
      input_tokens: 105,
      input_tokens_details: { cached_tokens: 90, cache_write_tokens: 5 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 8 },
      total_tokens: 125,
    });
    expect(answer('anthropic-messages', 'gemini-generate', body).usageMetadata).toEqual({
      promptTokenCount: 105,
      cachedContentTokenCount: 90,
      candidatesTokenCount: 12,
      thoughtsTokenCount: 8,
      totalTokenCount: 125,
    });
    expect(answer('anthropic-messages', 'anthropic-messages', body).usage).toEqual(body.usage);
  });

  it('that a provider did not say stays unsaid', () => {
    expect(answer('openai-chat', 'openai-chat', completion({ content: 'Hi' }))).not.toHaveProperty('usage');
    expect(answer('openai-chat', 'openai-responses', completion({ content: 'Hi' })).usage).toBeNull();
  });
});

describe('why an answer ended', () => {
  const REASONS: readonly (readonly [FinishReason, TranslatedDialect, object])[] = [
    ['stop', 'openai-chat', completion({ content: 'Hi' })],
    ['length', 'openai-chat', completion({ content: 'Hi' }, 'length')],
    ['content-filter', 'openai-chat', completion({ content: 'Hi' }, 'content_filter')],
    ['tool-calls', 'openai-chat', completion({ function_call: { name: 'f', arguments: '{}' } }, 'function_call')],
    [
      'stop-sequence',
      'anthropic-messages',
      message([{ type: 'text', text: 'Hi' }], { stop_reason: 'stop_sequence', stop_sequence: 'END' }),
    ],
    ['pause', 'anthropic-messages', message([{ type: 'text', text: 'Hi' }], { stop_reason: 'pause_turn' })],
    ['refusal', 'anthropic-messages', message([], { stop_reason: 'refusal' })],
    [
      'context-length',
      'anthropic-messages',
      message([{ type: 'text', text: 'Hi' }], { stop_reason: 'model_context_window_exceeded' }),
    ],
    ['length', 'gemini-generate', candidate({ finishReason: 'MAX_TOKENS' })],
    [
      'content-filter',
      'gemini-generate',
      candidate({
        finishReason: 'SAFETY',
        safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'HIGH', blocked: true }],
      }),
    ],
    ['content-filter', 'gemini-generate', candidate({ finishReason: 'RECITATION' })],
    [
      'content-filter',
      'gemini-generate',
      { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 } },
    ],
  ];

  it.each(REASONS)('%s in %s', (reason, from, body) => {
    const parsed = adapterOf(from).parseResponse(body, 's');
    expect(parsed.error).toBeUndefined();
    expect(parsed).toMatchObject({ response: { finish: { reason } } });
  });

  it('is said in each dialect’s own words', () => {
    const cut = message([{ type: 'text', text: 'Hi' }], { stop_reason: 'max_tokens' });
    expect(answer('anthropic-messages', 'openai-chat', cut)).toMatchObject({ choices: [{ finish_reason: 'length' }] });
    expect(answer('anthropic-messages', 'openai-responses', cut)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    expect(answer('anthropic-messages', 'gemini-generate', cut)).toMatchObject({
      candidates: [{ finishReason: 'MAX_TOKENS' }],
    });
    const blocked = candidate({ finishReason: 'PROHIBITED_CONTENT' });
    expect(answer('gemini-generate', 'openai-chat', blocked)).toMatchObject({
      choices: [{ finish_reason: 'content_filter' }],
    });
    expect(answer('gemini-generate', 'anthropic-messages', blocked)).toMatchObject({ stop_reason: 'refusal' });
    expect(answer('gemini-generate', 'openai-responses', blocked)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
    });
  });
});

describe('an answer that is none', () => {
  it.each([
    ['openai-chat', { choices: [] }],
    ['openai-chat', { error: { message: 'Provider returned error', code: 502 } }],
    [
      'openai-responses',
      { id: 'resp_1', status: 'failed', error: { code: 'server_error', message: 'It failed.' }, output: [] },
    ],
    ['anthropic-messages', { type: 'error', error: { type: 'api_error', message: 'Internal server error' } }],
    ['anthropic-messages', { hello: 'world' }],
    ['gemini-generate', candidate({ finishReason: 'MALFORMED_FUNCTION_CALL', content: {} })],
    ['gemini-generate', { candidates: [{ content: { parts: [{ text: 'Hi' }] } }] }],
    ['gemini-generate', null],
  ] as const)('%s %j is a failure in every dialect', (from, body) => {
    for (const to of TRANSLATED_DIALECTS) {
      const result = translateResponse(from, to, body, PLAN, CONTEXT);
      expect(result.error?.message).toMatch(/.+/);
      expect((result.body as { error: Fields }).error.message).toBe(result.error?.message);
      expect(result).toMatchObject({ status: expect.any(Number) });
    }
  });
});

describe('parts of answers', () => {
  it('a refusal stays one for OpenAI’s dialects and is text elsewhere', () => {
    const refused = completion({ refusal: 'I can’t help with that.' });
    expect(answer('openai-chat', 'openai-responses', refused).output).toMatchObject([
      { type: 'message', content: [{ type: 'refusal', refusal: 'I can’t help with that.' }] },
    ]);
    expect(answer('openai-chat', 'anthropic-messages', refused).content).toEqual([
      { type: 'text', text: 'I can’t help with that.' },
    ]);
    expect(
      collect(
        'openai-chat',
        stream('openai-responses', 'openai-chat', stream('openai-chat', 'openai-responses', chat.REFUSED).text).text,
      ),
    ).toMatchObject({ ended: true, text: '' });
    expect(stream('openai-chat', 'openai-responses', chat.REFUSED).text).toContain('response.refusal.done');
  });

  it('citations of addresses become annotations, others are listed', () => {
    const url = {
      type: 'web_search_result_location',
      url: 'https://x.org',
      title: 'X',
      encrypted_index: 'E',
      cited_text: 'hi',
    };
    const page = {
      type: 'page_location',
      cited_text: 'hi',
      document_index: 0,
      document_title: 'D',
      start_page_number: 1,
      end_page_number: 2,
    };
    const body = message([
      { type: 'text', text: 'ab' },
      { type: 'text', text: 'cde', citations: [url, page] },
    ]);
    const result = translateResponse('anthropic-messages', 'openai-chat', body, PLAN, CONTEXT);
    expect(result.body).toMatchObject({
      choices: [
        {
          message: {
            content: 'abcde',
            annotations: [
              {
                type: 'url_citation',
                url_citation: { url: 'https://x.org', title: 'X', start_index: 2, end_index: 5 },
              },
            ],
          },
        },
      ],
    });
    expect(result).toMatchObject({ ledger: [{ action: 'dropped', path: 'content.citations' }] });
    expect(answer('anthropic-messages', 'anthropic-messages', body).content).toEqual(body.content);
  });

  it('parallel calls under one index are told apart by their ids', () => {
    const collected = collect(
      'anthropic-messages',
      stream('openai-chat', 'anthropic-messages', chat.ALL_INDEX_ZERO).text,
    );
    expect(collected).toMatchObject({
      finish: 'tool_use',
      calls: [{ input: { city: 'Paris' } }, { input: { city: 'Rome' } }],
    });
  });

  it('items that come whole only are said whole', () => {
    expect(collect('openai-chat', stream('openai-responses', 'openai-chat', responses.WHOLE_ITEMS).text)).toMatchObject(
      {
        text: 'Hello',
        calls: [{ name: 'get_weather', input: { city: 'Paris' } }],
        finish: 'tool_calls',
        ended: true,
      },
    );
  });

  it('an incomplete response ends by its length', () => {
    expect(
      collect('anthropic-messages', stream('openai-responses', 'anthropic-messages', responses.INCOMPLETE).text),
    ).toMatchObject({ text: 'Hel', finish: 'max_tokens', ended: true });
  });
});

describe('Gemini’s streams', () => {
  it('are the same as an array of JSON, wherever it is cut', () => {
    const whole = collect('openai-chat', stream('gemini-generate', 'openai-chat', gemini.TEXT).text);
    const every = Array.from({ length: Buffer.byteLength(gemini.TEXT_ARRAY) }, (_, index) => index);
    for (const cuts of [[], [1, 50, 333], every]) {
      const { text, translator } = stream('gemini-generate', 'openai-chat', gemini.TEXT_ARRAY, cuts, {
        jsonArray: true,
      });
      expect(collect('openai-chat', text)).toEqual(whole);
      expect(translator.outcome).toBe('ended');
    }
    const cut = stream('gemini-generate', 'openai-chat', gemini.TEXT_ARRAY.slice(0, 700), [], { jsonArray: true });
    expect(cut.translator.outcome).toBe('failed');
  });

  it('are written as an array where events were not asked for, errors included', () => {
    const context = { ...CONTEXT, jsonArray: true };
    const { text } = stream('openai-chat', 'gemini-generate', chat.THINKING_AND_TOOLS, [], { context });
    expect(collect('gemini-generate', text)).toMatchObject({ text: 'Checking.', calls: [{}, {}], ended: true });
    const failed = stream('openai-chat', 'gemini-generate', chat.OVERLOADED, [], { context });
    expect(JSON.parse(failed.text)).toMatchObject([{}, { error: { code: 500, status: 'INTERNAL' } }]);
    expect(JSON.parse(stream('openai-chat', 'gemini-generate', '', [], { context }).text)).toMatchObject([
      { error: { code: 502 } },
    ]);
  });

  it('with a blocked prompt end as filtered, with a broken call as failed', () => {
    expect(collect('openai-chat', stream('gemini-generate', 'openai-chat', gemini.PROMPT_BLOCKED).text)).toMatchObject({
      text: '',
      finish: 'content_filter',
      ended: true,
    });
    const broken = stream('gemini-generate', 'openai-chat', gemini.MALFORMED_CALL);
    expect(broken.translator.outcome).toBe('failed');
    expect(eventsOf(broken.text).at(-1)).toMatchObject({
      error: { message: expect.stringContaining('Malformed function call') },
    });
  });
});
