import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeMember } from '../../gateway/dialects/envelope-member.ts';
import { usageOfTail, watchChunk, watchEnd, watchStream } from '../../gateway/dialects/stream-watch.ts';
import { readUsage } from '../../gateway/dialects/usage.ts';
import type { Dialect } from '../../gateway/exchange.ts';

/** Answers in the form of the makers' API references; what is not about usage is shortened. */
const ANSWERS: readonly (readonly [name: string, usage: unknown, meaning: Record<string, unknown>])[] = [
  [
    'OpenAI counts cached tokens in its input and reasoning in its output',
    {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 192, audio_tokens: 0 },
    },
    { inputTokens: 2006, outputTokens: 300, cachedInputTokens: 1920, reasoningTokens: 192 },
  ],
  [
    'OpenAI’s responses do the same under other names',
    {
      input_tokens: 328,
      input_tokens_details: { cached_tokens: 128 },
      output_tokens: 52,
      output_tokens_details: { reasoning_tokens: 10 },
      total_tokens: 380,
    },
    { inputTokens: 328, outputTokens: 52, cachedInputTokens: 128, reasoningTokens: 10 },
  ],
  [
    'Anthropic counts what was read from and written to the cache beside its input',
    {
      input_tokens: 21,
      cache_creation_input_tokens: 1886,
      cache_read_input_tokens: 188_086,
      cache_creation: { ephemeral_5m_input_tokens: 886, ephemeral_1h_input_tokens: 1000 },
      output_tokens: 393,
      service_tier: 'standard',
    },
    {
      inputTokens: 189_993,
      outputTokens: 393,
      cachedInputTokens: 188_086,
      cacheWriteTokens: 1886,
      longCacheWriteTokens: 1000,
      serviceTier: 'standard',
    },
  ],
  [
    'Bedrock does as Anthropic does',
    { inputTokens: 30, outputTokens: 628, totalTokens: 1658, cacheReadInputTokens: 1000, cacheWriteInputTokens: 0 },
    { inputTokens: 1030, outputTokens: 628, cachedInputTokens: 1000 },
  ],
  [
    'xAI leaves reasoning to the total',
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 94 },
    },
    { inputTokens: 32, outputTokens: 103, cachedInputTokens: 6, reasoningTokens: 94 },
  ],
  [
    'Gemini in OpenAI’s form shows its thoughts in the total alone',
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115 },
    { inputTokens: 10, outputTokens: 105 },
  ],
  [
    'DeepSeek tells hits and misses of its cache',
    {
      prompt_tokens: 100,
      completion_tokens: 7,
      total_tokens: 107,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    },
    { inputTokens: 100, outputTokens: 7, cachedInputTokens: 64 },
  ],
  [
    'a cache larger than the input was counted beside it',
    { prompt_tokens: 4, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 900 } },
    { inputTokens: 904, outputTokens: 1, cachedInputTokens: 900 },
  ],
  [
    'OpenRouter says what it charged',
    { prompt_tokens: 194, completion_tokens: 2, total_tokens: 196, cost: 0.00095, is_byok: false },
    { inputTokens: 194, outputTokens: 2, statedCostUsd: 0.00095 },
  ],
  [
    'Cohere bills units',
    { billed_units: { input_tokens: 17, output_tokens: 4 }, tokens: { input_tokens: 83, output_tokens: 12 } },
    { inputTokens: 17, outputTokens: 4 },
  ],
  ['embeddings have no output', { prompt_tokens: 8, total_tokens: 8 }, { inputTokens: 8 }],
  [
    'sound is told apart',
    { prompt_tokens: 60, completion_tokens: 5, prompt_tokens_details: { audio_tokens: 50 } },
    { inputTokens: 60, outputTokens: 5, otherKindsTokens: 50 },
  ],
];

describe('the usage of an answer', () => {
  it.each(ANSWERS)('%s', (_name, usage, meaning) => {
    const answer = { id: 'x', choices: [{ message: { content: 'Hello' } }], usage, object: 'answer' };
    expect(readUsage(JSON.stringify(answer))).toEqual(meaning);
    expect(readUsage(JSON.stringify(answer, null, 2))).toEqual(meaning);
    // First instead of last, as Mistral writes it.
    expect(readUsage(JSON.stringify({ usage, ...{ choices: answer.choices } }))).toEqual(meaning);
  });

  it('Gemini counts thoughts beside candidates and tools’ prompts beside the prompt', () => {
    const usageMetadata = {
      promptTokenCount: 100,
      candidatesTokenCount: 20,
      totalTokenCount: 440,
      cachedContentTokenCount: 64,
      toolUsePromptTokenCount: 20,
      thoughtsTokenCount: 300,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 90 },
        { modality: 'IMAGE', tokenCount: 10 },
      ],
    };
    const text = JSON.stringify({ candidates: [{ content: { parts: [{ text: 'x' }] } }], usageMetadata });
    expect(readUsage(text)).toEqual({
      inputTokens: 120,
      outputTokens: 320,
      cachedInputTokens: 64,
      reasoningTokens: 300,
    });
  });

  it('tells how fast OpenAI answered, since that has its price', () => {
    const text = `{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2},"service_tier":"flex"}`;
    expect(readUsage(text)).toEqual({ inputTokens: 1, outputTokens: 2, serviceTier: 'flex' });
  });

  it('reads Ollama’s own form', () => {
    const text = '{"message":{"content":"tokens"},"done":true,"prompt_eval_count":26,"eval_count":298}';
    expect(readUsage(text)).toEqual({ inputTokens: 26, outputTokens: 298 });
  });

  it.each([
    ['a count of tokens, which spends none', '{"input_tokens":2095}'],
    ['Gemini’s count of tokens', '{"totalTokens":31,"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}]}'],
    ['seconds instead of tokens', '{"text":"tokens","usage":{"type":"duration","seconds":12}}'],
    ['nothing', '{"choices":[{"message":{"content":"tokens"}}],"usage":null}'],
    ['no numbers', '{"usage":{"prompt_tokens":"12","completion_tokens":-3}}'],
    ['an answer cut short', '{"choices":[],"usage":{"prompt_tokens":12,"completion'],
  ])('is not known from %s', (_what, text) => {
    expect(readUsage(text)).toBeUndefined();
  });

  it('is never what a model talks about, wherever it says so and however deep', () => {
    const lie = { usage: { prompt_tokens: 666, completion_tokens: 666 } };
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(lie), fc.constant(JSON.stringify(lie)), fc.json(), fc.jsonValue()), {
          maxLength: 5,
        }),
        fc.boolean(),
        fc.nat(4),
        (content, true_, indent) => {
          const usage = { prompt_tokens: 5, completion_tokens: 7 };
          const told = { content, args: lie, said: JSON.stringify(content) };
          const answer = true_ ? { choices: [told], usage, last: [told, lie] } : { choices: [told], last: [told] };
          const expected = true_ ? { inputTokens: 5, outputTokens: 7 } : undefined;
          expect(readUsage(JSON.stringify(answer, null, indent))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is found in the last part of an answer whose beginning is gone', () => {
    const text = JSON.stringify({
      data: [{ embedding: Array.from({ length: 4000 }, (_, at) => at / 7), index: 0 }],
      usage: { prompt_tokens: 8, total_tokens: 8 },
    });
    expect(readUsage(text.slice(-2000))).toEqual({ inputTokens: 8 });
  });

  it('costs little to look for in an answer made to waste time', () => {
    const text = `{"a":[${'{"usage":{"prompt_tokens":1}},'.repeat(40_000)}0]}`;
    const begun = performance.now();
    expect(readUsage(text)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('a member of an envelope', () => {
  it('is what a parser finds at the top, for any object in any layout', () => {
    const value = fc.oneof(fc.integer(), fc.string(), fc.dictionary(fc.string(), fc.integer()));
    fc.assert(
      fc.property(fc.jsonValue(), value, fc.jsonValue(), fc.nat(3), (before, usage, after, indent) => {
        const text = JSON.stringify({ before: [before], usage, after: [after] }, null, indent);
        expect(envelopeMember(text, 'usage')).toEqual(usage);
      }),
    );
  });
});

describe('the usage of a stream', () => {
  const anthropic = [
    'event: message_start',
    'data: {"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[],"usage":{"input_tokens":25,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":1}}}',
    '',
    'event: content_block_delta',
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{\\"usage\\":{\\"input_tokens\\": 9999,\\"output_tokens\\": 9999}}"}}',
    '',
    'event: message_delta',
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"output_tokens":15}}',
    '',
    'event: message_stop',
    'data: {"type":"message_stop"}',
    '',
    '',
  ].join('\n');

  it('is put together from Anthropic’s first and last event, a later nothing taking nothing back', () => {
    everywhereCut(anthropic, 'anthropic-messages', {
      inputTokens: 1125,
      outputTokens: 15,
      cachedInputTokens: 1000,
      cacheWriteTokens: 100,
    });
  });

  it('is the last one of a chat stream that counts as it goes', () => {
    const text = [
      'data: {"choices":[{"delta":{"content":"a \\"usage\\":{\\"prompt_tokens\\":5} b"}}],"usage":{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8}}',
      'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":30,"total_tokens":37},"service_tier":"default"}',
      'data: [DONE]',
      '',
    ].join('\n\n');
    everywhereCut(text, 'openai-chat', { inputTokens: 7, outputTokens: 30, serviceTier: 'default' });
  });

  it('is taken from the response that OpenAI’s last event carries, not from a tool’s arguments', () => {
    const text = [
      'data: {"type":"response.created","response":{"id":"r","max_output_tokens":50,"usage":null}}',
      'data: {"type":"response.output_item.done","item":{"arguments":{"usage":{"input_tokens":666,"output_tokens":1}}}}',
      'data: {"type":"response.completed","response":{"output":[{"args":{"usage":{"input_tokens":666}}}],"service_tier":"priority","usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":0},"output_tokens":87,"total_tokens":123},"user":null}}',
      '',
    ].join('\n\n');
    everywhereCut(text, 'openai-responses', {
      inputTokens: 36,
      outputTokens: 87,
      cachedInputTokens: 0,
      serviceTier: 'priority',
    });
  });

  it('is the last one of Gemini’s events, and of its array', () => {
    const part = (tokens: number) =>
      `{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"usageMetadata":{"promptTokenCount":666}}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":${tokens},"totalTokenCount":${9 + tokens}},"modelVersion":"gemini"}`;
    const meaning = { inputTokens: 9, outputTokens: 40 };
    everywhereCut(`data: ${part(3)}\n\ndata: ${part(40)}\n\n`, 'gemini-generate', meaning);
    everywhereCut(`[${part(3)},\r\n${part(40)}\n]`, 'gemini-generate', meaning, 'application/json');
  });

  it('is read at the end of an event that is too long to be held', () => {
    const output = 'x'.repeat(600_000);
    const text = `data: {"type":"response.completed","response":{"output":["${output}"],"usage":{"input_tokens":3,"output_tokens":4},"user":null}}\n\n`;
    const watch = watchStream('openai-responses', 'text/event-stream');
    for (let at = 0; at < text.length; at += 16_384) watchChunk(watch, Buffer.from(text.slice(at, at + 16_384)));
    watchEnd(watch);
    expect(watch.usage).toEqual({ inputTokens: 3, outputTokens: 4 });
    expect(watch.ended).toBe(true);
  });

  it('of an answer in one piece and beyond any bound is read at its end', () => {
    const watch = watchStream('openai-embeddings', 'application/json', false);
    const numbers = Buffer.from('[0.123,-0.5],'.repeat(50_000));
    watchChunk(watch, Buffer.from('{"data":['));
    for (let at = 0; at < numbers.length; at += 10_000) watchChunk(watch, numbers.subarray(at, at + 10_000));
    watchChunk(watch, Buffer.from('0],"usage":{"prompt_tokens":'));
    watchChunk(watch, Buffer.from('2048,"total_tokens":2048}}'));
    expect(usageOfTail(watch)).toEqual({ inputTokens: 2048 });
  });
});

function everywhereCut(text: string, dialect: Dialect, meaning: unknown, type = 'text/event-stream') {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      const watch = watchStream(dialect, type);
      const bytes = Buffer.from(text);
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        watchChunk(watch, bytes.subarray(from, cut));
        from = cut;
      }
      watchEnd(watch);
      expect(watch.usage).toEqual(meaning);
    }),
  );
}
