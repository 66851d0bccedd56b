import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownModel, modelsOfPreset, nearestNames, providersOfModel } from '../../gateway/providers/catalogue.ts';
import data from '../../gateway/providers/data/models.json' with { type: 'json' };
import { findPreset } from '../../gateway/providers/presets.ts';
import { compileModels, type FullModel } from '../../scripts/compile-models.ts';

const every = Object.keys(data.models).flatMap((preset) => modelsOfPreset(preset).map((id) => ({ preset, id })));

describe('the model catalogue', () => {
  it('knows thousands of models, each under a provider of the preset list', () => {
    expect(every.length).toBeGreaterThan(3_500);
    for (const preset of Object.keys(data.models)) expect(findPreset(preset)?.id).toBe(preset);
  });

  it('reads every row into sane values: no limit below one, no price below nothing, no tier cheaper than the base', () => {
    for (const { preset, id } of every) {
      const model = knownModel(preset, id);
      if (!model) throw new Error(`${preset} ${id} cannot be read`);
      expect(model.id).toBe(id);
      expect(model.name).not.toBe('');
      expect(['chat', 'embedding', 'rerank', 'image', 'audio', 'video', 'moderation', 'ocr']).toContain(model.kind);
      for (const limit of [model.contextWindow, model.maxOutput, model.maxInput]) {
        if (limit !== null && !(limit >= 1)) throw new Error(`${preset} ${id} has a limit of ${limit}`);
      }
      for (const price of Object.values(model.prices)) {
        if (price !== null && !(price >= 0)) throw new Error(`${preset} ${id} has a price of ${price}`);
      }
      for (const tier of model.tiers) expect(tier.input ?? 0).toBeGreaterThanOrEqual(model.prices.input ?? 0);
    }
  });

  // Copied by hand from the full list that the file is compiled from.
  it.each([
    ['openai', 'gpt-4o-2024-08-06', 128_000, 2.5, 10, 1.25, null],
    ['openai', 'gpt-5', 400_000, 1.25, 10, 0.125, null],
    ['openai', 'text-embedding-3-small', 8_192, 0.02, 0, null, null],
    ['anthropic', 'claude-sonnet-4-5-20250929', 200_000, 3, 15, 0.3, 3.75],
    ['anthropic', 'claude-opus-4-1-20250805', 200_000, 15, 75, 1.5, 18.75],
    ['google-gemini', 'gemini-2.5-flash', 1_048_576, 0.3, 2.5, 0.03, null],
    ['groq', 'llama-3.3-70b-versatile', 131_072, 0.59, 0.79, null, null],
    ['xai', 'grok-4', 256_000, 3, 15, null, null],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 1_000_000, 3, 15, 0.3, 3.75],
    ['ollama', 'llama3.1', 8_192, 0, 0, null, null],
  ] as const)('gives %s %s its window and its list prices', (preset, id, window, input, output, cachedInput, write) => {
    const model = knownModel(preset, id);
    expect(model?.contextWindow).toBe(window);
    expect(model?.prices).toEqual({ input, output, cachedInput, cacheWrite: write });
  });

  it('gives a tier the price of writing to the cache that keeps the ratio of the base', () => {
    const model = knownModel('openrouter', 'anthropic/claude-sonnet-4.5');
    expect(model?.tiers).toEqual([{ above: 200_000, input: 6, output: 22.5, cachedInput: 0.6, cacheWrite: 7.5 }]);
  });

  it('finds exactly the providers that list a model, as a look at every list does', () => {
    fc.assert(
      fc.property(fc.constantFrom(...every), ({ id }) => {
        const looked = every.filter((one) => one.id === id).map(({ preset }) => preset);
        expect(providersOfModel(id)).toEqual(looked);
      }),
    );
  });

  it('takes any name without a fault, and finds nothing under names that objects and rows are made of', () => {
    for (const name of ['', '|', '^', 'gpt-4o|', 'constructor', '__proto__', 'gpt-4o^gpt-5']) {
      expect(providersOfModel(name)).toEqual([]);
      expect(knownModel('openai', name)).toBeUndefined();
      expect(knownModel(name, 'gpt-4o')).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (name) => Array.isArray(providersOfModel(name))));
  });

  it('names the nearest model for a slip of the finger', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...modelsOfPreset('openai').filter((id) => id.length > 5)),
        fc.nat(),
        fc.constantFrom('x', '_', '9'),
        (id, place, letter) => {
          const at = place % id.length;
          const mistyped = id.slice(0, at) + letter + id.slice(at + 1);
          const [nearest] = nearestNames(mistyped, modelsOfPreset('openai'));
          expect(nearest).toBeDefined();
          // At the most one letter away: the model itself, or one as near.
          const differing = [...(nearest as string)].filter((one, index) => one !== mistyped[index]).length;
          if (nearest?.length === mistyped.length) expect(differing).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('compiling the catalogue', () => {
  const model: FullModel = {
    provider: 'openai',
    id: 'b',
    name: 'B\tmodel',
    kind: 'chat',
    contextWindow: 10,
    maxOutput: null,
    inputPrice: 0,
    outputPrice: null,
    cachedInputPrice: null,
    supports: { vision: true, tools: false },
  };
  const list = {
    generatedOn: '2026-01-02',
    unit: 'USD',
    sources: { a: { name: 'A list', licence: 'MIT', date: '2026-01-01' } },
  };

  it('gives the same bytes whatever the order of the list, and names the sources with their licences', () => {
    const one = compileModels({ ...list, models: [model, { ...model, id: 'a' }] });
    expect(compileModels({ ...list, models: [{ ...model, id: 'a' }, model] })).toBe(one);
    expect(JSON.parse(one).notice).toContain('A list (MIT, 2026-01-01)');
  });

  it('tells a price of nothing from one that is not known', () => {
    const { models } = JSON.parse(compileModels({ ...list, models: [model] }));
    expect(models.openai).toBe('b|B model||10|||0|||||vT');
  });

  it('refuses a name that would break its row apart', () => {
    expect(() => compileModels({ ...list, models: [{ ...model, id: 'a|b' }] })).toThrow(/separator/);
  });
});
