import { describe, expect, test } from 'vitest';
import { presetRowSchema } from '../../gateway/control/contract/rows.ts';
import data from '../../gateway/providers/data/providers.json' with { type: 'json' };
import { presetRow } from '../../gateway/providers/preset-row.ts';
import { presetFileSchema } from '../../gateway/providers/preset-schema.ts';
import { findPreset, isSupported, presetDialect, presets } from '../../gateway/providers/presets.ts';

describe('the preset list', () => {
  test('has the shape that the code relies on, for every record', () => {
    const parsed = presetFileSchema.safeParse(data);
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(presets.length).toBe(data.count);
    expect(presets.length).toBeGreaterThanOrEqual(40);
  });

  test('has unique ids and aliases, so that a name never means two providers', () => {
    const names = presets.flatMap((preset) => [preset.id, ...preset.aliases.map((alias) => alias.toLowerCase())]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('finds a preset by id, alias, display name and the name people say, whatever the case', () => {
    expect(findPreset('openai')?.id).toBe('openai');
    expect(findPreset('gemini')?.id).toBe('google-gemini');
    expect(findPreset('azure')?.id).toBe('azure-openai');
    expect(findPreset('Claude')?.id).toBe('anthropic');
    expect(findPreset(' DeepSeek ')?.id).toBe('deepseek');
    expect(findPreset('no-such-provider')).toBeUndefined();
    expect(findPreset('constructor')).toBeUndefined();
    expect(findPreset(null)).toBeUndefined();
  });

  test('says of each whether it is served now: its sign-in and its dialect', () => {
    const unsupported = presets.filter((preset) => !isSupported(preset)).map((preset) => preset.id);
    expect(unsupported).toEqual([]);
    expect(presetDialect(findPreset('cohere') as never)).toBe('cohere-v2');
    expect(presetDialect(findPreset('google-gemini') as never)).toBe('gemini');
    expect(presetDialect(findPreset('jina') as never)).toBe('openai-chat');
    expect(presetDialect(findPreset('watsonx') as never)).toBe('watsonx-chat');
  });

  test('lists each as the control contract says, with the base URL that is really used first', () => {
    for (const preset of presets) expect(presetRowSchema.safeParse(presetRow(preset)).error).toBeUndefined();
    expect(presetRow(findPreset('cohere') as never).baseUrls[0]?.url).toBe('https://api.cohere.com/v2');
    expect(presetRow(findPreset('lm-studio') as never).urls.keys).toBeNull();
    const azure = presetRow(findPreset('azure-openai') as never);
    expect(azure.settings.filter((setting) => setting.required).map((setting) => setting.name)).toEqual(['resource']);
    expect(presetRow(findPreset('ollama') as never).needsKey).toBe(false);
  });
});
