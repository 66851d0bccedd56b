import { describe, expect, it } from 'vitest';
import { providerChoices, surePreset } from '../../../renderer/screens/keys/provider-choice.ts';
import { fullHome } from '../../support/screens-fixture/sample-home.ts';

const home = fullHome(Date.parse('2026-11-24T12:00:00.000Z'));
const analysis = (...candidates: { preset: string; certainty: 'certain' | 'likely' | 'possible' }[]) => ({
  cleaned: 'x',
  candidates: candidates.map((each) => ({ ...each, name: each.preset })),
  faults: [],
  sentence: '',
  usable: true,
  alreadyStored: null,
});

describe('whose key it is', () => {
  it('is not asked where the key leaves no doubt', () => {
    expect(surePreset(analysis({ preset: 'openai', certainty: 'certain' }))).toBe('openai');
    expect(
      surePreset(analysis({ preset: 'openai', certainty: 'likely' }, { preset: 'x', certainty: 'possible' })),
    ).toBe('openai');
  });

  it('is asked where several are as likely', () => {
    expect(surePreset(analysis({ preset: 'a', certainty: 'possible' }))).toBeUndefined();
    expect(
      surePreset(analysis({ preset: 'a', certainty: 'likely' }, { preset: 'b', certainty: 'likely' })),
    ).toBeUndefined();
  });

  it('offers each provider once: suggested first, then one’s own, then all', () => {
    const { suggested, yours, all } = providerChoices(
      home.presets,
      home.providers,
      analysis({ preset: 'deepseek', certainty: 'possible' }),
    );
    expect(suggested.map((each) => each.value)).toEqual(['deepseek']);
    expect(yours.map((each) => each.value)).toContain('openai');
    expect(yours.map((each) => each.value)).not.toContain('practice');
    const values = [...suggested, ...yours, ...all].map((each) => each.value);
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThanOrEqual(home.presets.length);
  });
});
