import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../gateway/exchange.ts';
import { costOf } from '../../gateway/models/cost.ts';
import { estimateTokens } from '../../gateway/models/estimate-tokens.ts';

const usd = (preset: string | null, model: string, usage: TokenUsage) =>
  costOf(usage, { id: 'x', preset }, [model])?.usd;

describe('what an exchange cost', () => {
  // Worked out by hand from the list prices: tokens × USD per million.
  it.each([
    // 1,000 × 2.50 + 500 × 10.00
    ['openai', 'gpt-4o-2024-08-06', { inputTokens: 1_000, outputTokens: 500 }, 0.0075],
    // (2,006 − 1,920) × 2.50 + 1,920 × 1.25 + 300 × 10.00
    ['openai', 'gpt-4o-2024-08-06', { inputTokens: 2_006, cachedInputTokens: 1_920, outputTokens: 300 }, 0.005615],
    // 10 × 0.15 + 1 × 0.60
    ['openai', 'gpt-4o-mini', { inputTokens: 10, outputTokens: 1 }, 0.0000021],
    // 8 × 0.02
    ['openai', 'text-embedding-3-small', { inputTokens: 8 }, 0.00000016],
    // 21 × 3.00 + 188,086 × 0.30 + 1,886 × 3.75 + 393 × 15.00
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      { inputTokens: 189_993, cachedInputTokens: 188_086, cacheWriteTokens: 1_886, outputTokens: 393 },
      0.0694563,
    ],
    // 886 × 3.75 + 1,000 × (2 × 3.00) + 10 × 15.00
    [
      'anthropic',
      'claude-sonnet-4-5-20250929',
      { inputTokens: 1_886, cacheWriteTokens: 1_886, longCacheWriteTokens: 1_000, outputTokens: 10 },
      0.0094725,
    ],
    // 100 × 15.00 + 10 × 75.00
    ['anthropic', 'claude-opus-4-1-20250805', { inputTokens: 100, outputTokens: 10 }, 0.00225],
    // 120 × 0.30 + 320 × 2.50 (20 written, 300 thought)
    ['google-gemini', 'gemini-2.5-flash', { inputTokens: 120, outputTokens: 320, reasoningTokens: 300 }, 0.000836],
    // 200,000 × 1.25 + 10 × 10.00: not above the bound
    ['google-gemini', 'gemini-2.5-pro', { inputTokens: 200_000, outputTokens: 10 }, 0.2501],
    // 200,001 × 2.50 + 10 × 15.00: above it, all of it
    ['google-gemini', 'gemini-2.5-pro', { inputTokens: 200_001, outputTokens: 10 }, 0.5001525],
    // 1,000 × 0.59 + 100 × 0.79
    ['groq', 'llama-3.3-70b-versatile', { inputTokens: 1_000, outputTokens: 100 }, 0.000669],
    // 1,000 × 0.14 − 64 × (0.14 − 0.0028) + 7 × 0.28
    ['deepseek', 'deepseek-chat', { inputTokens: 1_000, cachedInputTokens: 64, outputTokens: 7 }, 0.000133179],
  ] as const)('%s %s %j', (preset, model, usage, expected) => {
    expect(usd(preset, model, usage)).toBe(expected);
  });

  it('is kept with the prices it was worked out from, and with their day', () => {
    expect(costOf({ inputTokens: 1_000_000 }, { id: 'x', preset: 'openai' }, ['gpt-4o'])).toEqual({
      usd: 2.5,
      by: 'list',
      model: 'openai/gpt-4o',
      prices: { input: 2.5, output: 10, cachedInput: 1.25, cacheWrite: null },
      pricesOf: '2026-11-10',
    });
  });

  it('is nothing where nothing is charged, which is known', () => {
    expect(usd('ollama', 'llama3.1', { inputTokens: 10, outputTokens: 10 })).toBe(0);
  });

  it('is the provider’s own word where that is dollars, and only there', () => {
    const usage = { inputTokens: 194, outputTokens: 2, statedCostUsd: 0.00095 };
    expect(costOf(usage, { id: 'x', preset: 'openrouter' }, ['openrouter/auto'])).toEqual({
      usd: 0.00095,
      by: 'stated',
    });
    expect(costOf(usage, { id: 'x', preset: 'openai' }, ['gpt-4o'])?.by).toBe('list');
  });

  it.each([
    ['a model that the catalogue does not know', 'openai', 'gpt-of-tomorrow', { inputTokens: 1 }],
    ['a provider without a preset', null, 'gpt-4o', { inputTokens: 1 }],
    ['a model without a price', 'azure-openai', 'gpt-4o-realtime-of-nobody', { inputTokens: 1 }],
    ['pictures whose output has no price by the token', 'openai', 'gpt-image-1', { inputTokens: 5, outputTokens: 9 }],
    ['a speed that has prices of its own', 'openai', 'gpt-4o', { inputTokens: 5, serviceTier: 'flex' }],
    ['sound among the tokens', 'openai', 'gpt-4o', { inputTokens: 5, otherKindsTokens: 2 }],
    ['an answer that counted nothing', 'openai', 'gpt-4o', {}],
    ['writing to a cache without a known price', 'openai', 'gpt-4o', { inputTokens: 5, cacheWriteTokens: 5 }],
  ] as const)('is not known, and not nothing, for %s', (_what, preset, model, usage) => {
    expect(costOf(usage, { id: 'x', preset }, [model])).toBeUndefined();
  });

  it('is that of the first name that has a price', () => {
    expect(
      costOf({ inputTokens: 1_000_000 }, { id: 'x', preset: 'azure-openai' }, ['my-deployment', 'gpt-4o-2024-08-06']),
    ).toMatchObject({
      usd: 2.5,
      model: 'azure-openai/gpt-4o-2024-08-06',
    });
  });

  it('never falls when more is counted, and never lies outside what all tokens at the cheapest and dearest would cost', () => {
    const tokens = fc.nat(150_000);
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (plain, cached, written, output) => {
        const usage = {
          inputTokens: plain + cached + written,
          cachedInputTokens: cached,
          cacheWriteTokens: written,
          outputTokens: output,
        };
        const cost = usd('anthropic', 'claude-sonnet-4-5-20250929', usage) as number;
        const all = usage.inputTokens + output;
        expect(cost).toBeGreaterThanOrEqual((all * 0.3) / 1e6 - 1e-9);
        expect(cost).toBeLessThanOrEqual((all * 15) / 1e6 + 1e-9);
        const more = usd('anthropic', 'claude-sonnet-4-5-20250929', { ...usage, outputTokens: output + 1 }) as number;
        expect(more).toBeGreaterThan(cost);
      }),
    );
  });
});

describe('an estimate of tokens', () => {
  it.each([
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['', 0],
    ['你好,世界', 5],
  ])('%s: about %i', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });

  it('is within a quarter of a hundred tokens for seventy-five words of plain English', () => {
    const words =
      'We hold these truths to be self-evident, that all men are created equal, that they are endowed by their Creator with certain unalienable Rights, that among these are Life, Liberty and the pursuit of Happiness. That to secure these rights, Governments are instituted among Men, deriving their just powers from the consent of the governed, That whenever any Form of Government becomes destructive of these ends, it is the Right of the People to alter or to abolish it.';
    const count = words.split(' ').length;
    expect(estimateTokens(words) / ((count / 75) * 100)).toBeGreaterThan(0.75);
    expect(estimateTokens(words) / ((count / 75) * 100)).toBeLessThan(1.25);
  });

  it('grows with the text, whatever is in it, and is never more than its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(estimateTokens(one + other)).toBeGreaterThanOrEqual(Math.max(0, estimateTokens(one) - 1));
        expect(estimateTokens(one)).toBeLessThanOrEqual(Buffer.byteLength(one));
      }),
    );
  });
});
