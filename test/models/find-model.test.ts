import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findModel } from '../../gateway/models/find-model.ts';
import { findServed } from '../../gateway/models/find-served.ts';
import { modelsOfPreset } from '../../gateway/providers/catalogue.ts';
import { type Provider, providerSchema } from '../../gateway/store/schema.ts';

const PRESETS = ['openai', 'anthropic', 'google-gemini', 'openrouter', 'aws-bedrock', 'vertex-ai', 'mistral', 'ollama'];

describe('finding a model by its name', () => {
  it.each([
    ['anthropic', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5-20250929', 'exact'],
    ['anthropic', 'claude-sonnet-4.5', 'claude-sonnet-4-5', 'spelling'],
    ['anthropic', 'anthropic/claude-sonnet-4.5', 'claude-sonnet-4-5', 'spelling'],
    ['anthropic', 'claude-sonnet-4-5-20300101', 'claude-sonnet-4-5', 'undated'],
    ['anthropic', 'claude-sonnet-4-5-latest', 'claude-sonnet-4-5', 'dated'],
    ['anthropic', 'claude-3-5-sonnet-latest', 'claude-3-5-sonnet-20241022', 'dated'],
    ['anthropic', 'claude-3-5-sonnet', 'claude-3-5-sonnet-20241022', 'dated'],
    ['openai', 'GPT-4o', 'gpt-4o', 'spelling'],
    ['openai', 'gpt-4o-2024-08-06', 'gpt-4o-2024-08-06', 'exact'],
    ['openai', 'gpt-4o-2031-01-01', 'gpt-4o', 'undated'],
    ['google-gemini', 'models/gemini-2.5-flash', 'gemini-2.5-flash', 'spelling'],
    ['google-gemini', 'gemini-2.5-flash-001', 'gemini-2.5-flash', 'undated'],
    ['openrouter', 'claude-sonnet-4.5', 'anthropic/claude-sonnet-4.5', 'spelling'],
    ['openrouter', 'anthropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4.5', 'spelling'],
    ['vertex-ai', 'claude-sonnet-4-5-20250929', 'claude-sonnet-4-5', 'undated'],
    ['ollama', 'llama3.1:latest', 'llama3.1', 'spelling'],
  ])('at %s, %s means %s (%s)', (preset, asked, id, match) => {
    const found = findModel(preset, asked);
    expect(found?.model.id).toBe(id);
    expect(found?.match).toBe(match);
  });

  it.each([
    ['openai', 'large'],
    ['mistral', 'large'],
    ['openrouter', 'anthropic/claude-sonnet-4.5:free'],
    ['openai', 'gpt-4o-mini-with-more'],
    ['openai', ''],
    ['openai', 'constructor'],
    ['no-such-preset', 'gpt-4o'],
  ])('at %s, %s means no model: a guess would have the wrong price', (preset, asked) => {
    expect(findModel(preset, asked)).toBeUndefined();
  });

  it('finds every model under its own name, and under its name in capitals as itself or as one of the same name', () => {
    for (const preset of PRESETS) {
      for (const id of modelsOfPreset(preset)) {
        expect(findModel(preset, id)).toMatchObject({ model: { id }, match: 'exact' });
        const shouted = findModel(preset, id.toUpperCase());
        if (shouted) expect(plain(shouted.model.id)).toBe(plain(id));
      }
    }
  });

  it('never exchanges a date for another', () => {
    const undated = PRESETS.flatMap((preset) =>
      modelsOfPreset(preset)
        .filter((id) => !/20\d{6}|20\d\d-\d\d-\d\d/.test(id))
        .map((id) => ({ preset, id })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...undated),
        fc.date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true }),
        ({ preset, id }, date) => {
          const day = date.toISOString().slice(0, 10).replaceAll('-', '');
          const found = findModel(preset, `${id}-${day}`);
          const theirs = /20\d{6}|20\d\d-\d\d-\d\d/.exec(found?.model.id ?? '')?.[0].replaceAll('-', '');
          if (theirs !== undefined) expect(theirs).toBe(day);
        },
      ),
    );
  });

  it('takes any name, however long, without a fault or a wait', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRESETS), fc.string({ maxLength: 400 }), (preset, name) => {
        findModel(preset, name);
      }),
    );
    const begun = performance.now();
    findModel('openai', `gpt-${'-2024-08-06'.repeat(100_000)}`);
    findModel('openai', '-'.repeat(190));
    expect(performance.now() - begun).toBeLessThan(200);
  });
});

describe('a bare model name', () => {
  const openai = provider('openai', 'openai');
  const anthropic = provider('work', 'anthropic');
  const openrouter = provider('openrouter', 'openrouter');
  const poe = provider('poe', 'poe');

  it('goes to a provider that knows this very name before one that knows it otherwise', () => {
    expect(serves('claude-sonnet-4-5', [openrouter, anthropic])).toEqual(['work', 'claude-sonnet-4-5']);
    expect(serves('anthropic/claude-sonnet-4.5', [anthropic, openrouter])).toEqual([
      'openrouter',
      'anthropic/claude-sonnet-4.5',
    ]);
  });

  it('goes to the first of those that know it alike, in the order they are given in', () => {
    const second = provider('second', 'openai');
    expect(serves('gpt-4o', [second, openai])).toEqual(['second', 'gpt-4o']);
    expect(serves('gpt-4o', [openrouter, openai, second])).toEqual(['openai', 'gpt-4o']);
  });

  it('reaches a router that has it under the maker’s name', () => {
    expect(serves('claude-sonnet-4.5', [poe, openrouter])?.[1]).toMatch(/claude-sonnet-4\.5$/i);
  });

  it('is asked for with the date it came with', () => {
    expect(serves('gpt-4o-2031-01-01', [openai])).toEqual(['openai', 'gpt-4o-2031-01-01']);
  });

  it('is not looked for at a provider that is switched off, nor at one without a preset', () => {
    expect(
      serves('gpt-4o', [
        { ...openai, enabled: false },
        { ...openai, preset: null },
      ]),
    ).toBeUndefined();
  });
});

function serves(asked: string, providers: readonly Provider[]): [string, string] | undefined {
  const served = findServed(asked, providers);
  return served && [served.provider.id, served.model];
}

function provider(id: string, preset: string): Provider {
  return providerSchema.parse({
    id,
    preset,
    name: id,
    dialect: 'openai-chat',
    createdAt: '2026-01-01T00:00:00.000Z',
  });
}

function plain(id: string): string {
  return id.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
