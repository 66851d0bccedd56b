import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../gateway/dialects/canonical/request.ts';
import { translateRequest } from '../../../gateway/dialects/canonical/translate.ts';
import { TARGET, translated } from './support.ts';

// Gemini gives no ids to calls in most of its answers (ai.google.dev/gemini-api/docs/function-calling).
const HISTORY = {
  contents: [
    { role: 'user', parts: [{ text: 'Compare' }] },
    {
      role: 'model',
      parts: [
        { functionCall: { name: 'weather', args: { city: 'Paris' } } },
        { functionCall: { name: 'time', args: {} } },
        { functionCall: { name: 'weather', args: { city: 'Rome' } } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { name: 'time', response: { output: 'noon' } } },
        { functionResponse: { name: 'weather', response: { degrees: 18 } } },
        { functionResponse: { name: 'weather', response: { error: 'no such city' } } },
      ],
    },
  ],
};

describe('function calls without ids', () => {
  it('are answered by name and order', () => {
    const { body } = translated('gemini-generate', 'openai-chat', HISTORY);
    const [, said, ...results] = body.messages as {
      tool_calls: { id: string; function: Fields }[];
      tool_call_id: string;
      content: string;
    }[];
    const asked = new Map(said?.tool_calls.map((call) => [call.id, call.function.arguments]));
    expect(asked.size).toBe(3);
    expect(results.map((result) => [asked.get(result.tool_call_id), result.content])).toEqual([
      ['{}', 'noon'],
      ['{"city":"Paris"}', '{"degrees":18}'],
      ['{"city":"Rome"}', 'Error: no such city'],
    ]);
  });

  it('stay without ids on their way back to Gemini, results as they were', () => {
    expect(translated('gemini-generate', 'gemini-generate', HISTORY).body.contents).toEqual(HISTORY.contents);
  });

  // @ai-sdk/google wraps the text of every result so; the model behind it wants the text.
  it('take a result out of the wrapper that repeats the function’s name, and no other object apart', () => {
    const answered = (response: Fields) => {
      const contents = [HISTORY.contents[0], { role: 'model', parts: [{ functionCall: { name: 'time', args: {} } }] }];
      const result = { role: 'user', parts: [{ functionResponse: { name: 'time', response } }] };
      const { body } = translated('gemini-generate', 'openai-chat', { contents: [...contents, result] });
      return (body.messages as { content: unknown }[]).at(-1)?.content;
    };
    expect(answered({ name: 'time', content: 'noon' })).toBe('noon');
    expect(answered({ name: 'Greenwich', content: 'noon' })).toBe('{"name":"Greenwich","content":"noon"}');
    expect(answered({ name: 'time', content: 'noon', zone: 'UTC' })).toBe(
      '{"name":"time","content":"noon","zone":"UTC"}',
    );
  });

  it('get the same ids each time, so that a provider’s prompt cache holds', () => {
    const first = translated('gemini-generate', 'anthropic-messages', HISTORY).body;
    expect(translated('gemini-generate', 'anthropic-messages', HISTORY).body).toEqual(first);
  });
});

describe('what stands beside a Gemini body', () => {
  it('is both spellings, the model of the path and the wish for a stream', () => {
    const body = {
      contents: { parts: [{ inline_data: { mime_type: 'image/png', data: 'iVBORw0KGgo=' } }] },
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      generation_config: { max_output_tokens: 20, stop_sequences: ['END'] },
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    };
    const result = translateRequest('gemini-generate', 'openai-chat', body, TARGET, {
      model: 'gemini-2.5-pro',
      stream: true,
    });
    if (result.refused !== undefined) throw new Error(result.refused.message);
    expect(result.body).toMatchObject({
      model: 'target-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }] },
      ],
      max_completion_tokens: 20,
      stop: ['END'],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(result.ledger.map((entry) => entry.path)).toEqual(['safety_settings', 'stream_options.include_usage']);
  });

  it('schemas in Google’s form become JSON Schema', () => {
    const parameters = {
      type: 'OBJECT',
      properties: {
        day: { type: 'STRING', nullable: true, enum: ['mon'] },
        n: { type: 'ARRAY', items: { type: 'NUMBER' }, maxItems: '3' },
      },
    };
    const { body } = translated('gemini-generate', 'anthropic-messages', {
      contents: [{ parts: [{ text: 'hi' }] }],
      tools: [{ functionDeclarations: [{ name: 'f', parameters }] }],
      generationConfig: { maxOutputTokens: 5 },
    });
    expect((body.tools as Fields[])[0]?.input_schema).toEqual({
      type: 'object',
      properties: {
        day: { type: ['string', 'null'], enum: ['mon'] },
        n: { type: 'array', items: { type: 'number' }, maxItems: 3 },
      },
    });
  });
});
