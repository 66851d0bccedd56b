import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { adapterOf } from '../../gateway/dialects/canonical/registry.ts';
import { countTexts } from '../../gateway/models/count-text.ts';
import { countRequest } from '../../gateway/models/request-tokens.ts';
import type { CountTexts } from '../../gateway/models/token-counter.ts';

const count: CountTexts = async (encoding, texts) =>
  countTexts(texts, encoding === 'o200k_base' ? countO200k : countCl100k);

const parse = (body: object) => {
  const parsed = adapterOf('openai-chat').parseRequest(body, {});
  if (parsed.refused !== undefined) throw new Error(parsed.refused.message);
  return parsed.value;
};

const counted = (body: object, model: string, preset: string | null = 'openai') =>
  countRequest(parse({ model, ...body }), { preset, model }, count);

const HELLO = { messages: [{ role: 'user', content: 'Hello!' }] };

// The example of cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken, and what the API itself counted there.
const COOKBOOK = {
  messages: [
    {
      role: 'system',
      content: 'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
    },
    { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
    { role: 'system', name: 'example_assistant', content: 'Things working well together will increase revenue.' },
    {
      role: 'system',
      name: 'example_user',
      content: "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
    },
    {
      role: 'system',
      name: 'example_assistant',
      content: "Let's talk later when we're less busy about how to do better.",
    },
    {
      role: 'user',
      content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
    },
  ],
};

describe('the tokens of a request', () => {
  it.each([
    ['gpt-3.5-turbo', 129],
    ['gpt-4-0613', 129],
    ['gpt-4', 129],
    ['gpt-4o', 124],
    ['gpt-4o-mini', 124],
  ])('are what the API counted: %s, %i', async (model, tokens) => {
    expect(await counted(COOKBOOK, model)).toMatchObject({ tokens, exact: true, guessed: [] });
  });

  it.each([
    ['the frame around messages', {}, 'gpt-5', 'openai'],
    ['which model “gpt-4o” is', {}, 'gpt-4o', null],
    ['which model “gpt-4o” is', {}, 'gpt-4o', 'azure-openai'],
    ['tools', { tools: [{ type: 'function', function: { name: 'now', parameters: {} } }] }, 'gpt-4o', 'openai'],
    [
      'the schema of the answer',
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } } },
      'gpt-4o',
      'openai',
    ],
    [
      'pictures and files',
      {
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }],
      },
      'gpt-4o',
      'openai',
    ],
    [
      'messages of several parts',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
        ],
      },
      'gpt-4o',
      'openai',
    ],
    [
      'calls of tools and their results',
      {
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'now', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c', content: 'noon' },
        ],
      },
      'gpt-4o',
      'openai',
    ],
    ['texts that are very long', { messages: [{ role: 'user', content: 'q'.repeat(5_000) }] }, 'gpt-4o', 'openai'],
  ])('are an estimate for %s', async (guess, body, model, preset) => {
    const tokens = await counted({ ...HELLO, ...body }, model, preset);
    expect(tokens).toMatchObject({ exact: false, guessed: [guess] });
    expect(tokens?.tokens).toBeGreaterThan(5);
  });

  it('are not counted where no tokenizer is known', async () => {
    expect(await counted(HELLO, 'claude-haiku-4-5', 'anthropic')).toBeUndefined();
  });
});
