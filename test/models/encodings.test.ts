import { describe, expect, it } from 'vitest';
import { encodingOf } from '../../gateway/models/encodings.ts';

describe('the encoding of a model', () => {
  // tiktoken/model.py (github.com/openai/tiktoken) and the cookbook's list of models whose frame was checked.
  it.each([
    ['openai', 'gpt-4o', 'o200k_base', true],
    ['openai', 'gpt-4o-mini-2024-07-18', 'o200k_base', true],
    ['openrouter', 'openai/gpt-4o', 'o200k_base', true],
    ['openai', 'gpt-4o-audio-preview', 'o200k_base', false],
    ['openai', 'chatgpt-4o-latest', 'o200k_base', false],
    ['openai', 'gpt-4.1-nano', 'o200k_base', false],
    ['openai', 'gpt-5.6-luna', 'o200k_base', false],
    ['openai', 'o1', 'o200k_base', false],
    ['openai', 'o3-mini-2025-01-31', 'o200k_base', false],
    ['openai', 'o4-mini', 'o200k_base', false],
    ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc', 'o200k_base', false],
    ['groq', 'openai/gpt-oss-120b', 'o200k_base', false],
    ['fireworks', 'accounts/fireworks/models/gpt-oss-20b', 'o200k_base', false],
    ['aws-bedrock', 'us.openai.gpt-oss-120b-1:0', 'o200k_base', false],
    ['openai', 'gpt-4', 'cl100k_base', true],
    ['openai', 'gpt-4-32k-0613', 'cl100k_base', true],
    ['openai', 'gpt-4-turbo', 'cl100k_base', false],
    ['openai', 'gpt-3.5-turbo', 'cl100k_base', true],
    ['azure-openai', 'gpt-35-turbo', 'cl100k_base', false],
    ['openai', 'text-embedding-3-small', 'cl100k_base', false],
    ['openai', 'ft:gpt-3.5-turbo-0125:acme::abc', 'cl100k_base', false],
  ])('%s %s: %s, frame known %s', (preset, model, encoding, framed) => {
    expect(encodingOf(preset, model)).toMatchObject({ encoding, framed });
  });

  it.each([
    ['anthropic', 'claude-haiku-4-5'],
    ['google-gemini', 'gemini-2.5-pro'],
    // Nobody has said yet what it will read.
    ['openai', 'gpt-6'],
    ['openai', 'o3d-print'],
    ['openai', 'text-embedding-4'],
    ['huggingface', 'somebody/gpt-4-chinese'],
    [null, 'gpt-x'],
    ['openai', `gpt-4o${'x'.repeat(300)}`],
    ['openai', ''],
  ])('%s %s: none is known', (preset, model) => {
    expect(encodingOf(preset, model)).toBeUndefined();
  });

  it('is certain only where the name is not somebody else’s to give', () => {
    expect(encodingOf('openai', 'gpt-4o')?.certain).toBe(true);
    expect(encodingOf('azure-openai', 'gpt-4o')?.certain).toBe(false);
    expect(encodingOf(null, 'gpt-4')?.certain).toBe(false);
  });
});
