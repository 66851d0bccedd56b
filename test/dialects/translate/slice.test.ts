import { describe, expect, it } from 'vitest';
import { translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { CONTEXT, eventsOf, PLAN, sse, stream, translated } from './support.ts';

const ASK = {
  model: 'claude-sonnet-4-5',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'What is the weather in Paris and Rome?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
        { id: 'call_b', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_a', content: '18 °C' },
    { role: 'tool', tool_call_id: 'call_b', content: '24 °C' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Weather of a city',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  max_completion_tokens: 500,
  temperature: 1.5,
  stream: true,
};

// Form: docs.claude.com/en/docs/build-with-claude/streaming (*Streaming request with tool use*).
const ANTHROPIC_STREAM = sse(
  [
    {
      type: 'message_start',
      message: {
        id: 'msg_014p7gG3wDgGV9EUtLvnow3U',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 472, cache_read_input_tokens: 100, cache_creation_input_tokens: 0, output_tokens: 2 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Okay, let’s check ☀️' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', name: 'get_weather', input: {} },
    },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: ' "Paris"}' } },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 89 } },
    { type: 'message_stop' },
  ],
  true,
);

describe('openai-chat to anthropic-messages and back', () => {
  it('carries a conversation with parallel tool calls and lists what it altered', () => {
    const { body, ledger, plan } = translated('openai-chat', 'anthropic-messages', ASK);
    expect(body).toEqual({
      model: 'target-model',
      max_tokens: 500,
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'What is the weather in Paris and Rome?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_a', name: 'get_weather', input: { city: 'Paris' } },
            { type: 'tool_use', id: 'call_b', name: 'get_weather', input: { city: 'Rome' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_a', content: [{ type: 'text', text: '18 °C' }] },
            { type: 'tool_result', tool_use_id: 'call_b', content: [{ type: 'text', text: '24 °C' }] },
          ],
        },
      ],
      tools: [
        {
          name: 'get_weather',
          description: 'Weather of a city',
          input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      temperature: 1,
      stream: true,
    });
    expect(ledger).toEqual([
      { path: 'temperature', action: 'clamped', why: expect.any(String), before: 1.5, after: 1 },
    ]);
    expect(plan).toMatchObject({ stream: true, includeUsage: false });
  });

  it('streams text, a tool call and the usage as chunks that end with [DONE]', () => {
    const { text, translator } = stream('anthropic-messages', 'openai-chat', ANTHROPIC_STREAM);
    const deltas = eventsOf(text).flatMap((event) =>
      typeof event === 'string'
        ? [event]
        : (event.choices as { delta: object; finish_reason: unknown }[]).map(
            (choice) => choice.finish_reason ?? choice.delta,
          ),
    );
    expect(deltas).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Okay, let’s check ☀️' },
      {
        tool_calls: [
          {
            index: 0,
            id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
            type: 'function',
            function: { name: 'get_weather', arguments: '' },
          },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ' "Paris"}' } }] },
      'tool_calls',
      '[DONE]',
    ]);
    const usage = eventsOf(text).find((event) => typeof event !== 'string' && event.usage) as { usage: unknown };
    expect(usage.usage).toEqual({
      prompt_tokens: 572,
      completion_tokens: 89,
      total_tokens: 661,
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 0 },
    });
    expect(translator.outcome).toBe('ended');
  });

  it('answers a whole message as a chat completion', () => {
    const answer = translateResponse(
      'anthropic-messages',
      'openai-chat',
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude',
        content: [{ type: 'text', text: 'Hello' }],
        stop_reason: 'max_tokens',
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 4 },
      },
      PLAN,
      CONTEXT,
    );
    expect(answer.body).toMatchObject({
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });
});
