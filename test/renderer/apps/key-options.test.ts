import { describe, expect, it } from 'vitest';
import { inputOf, NEW_KEY, optionsOf, scopeWords } from '../../../renderer/screens/apps/key-options.ts';
import { gatewayKey } from '../../support/screens-fixture/sample-home.ts';

const row = gatewayKey('k1', 'Cursor', 'app_1', 'laptop', 'active', 0, {
  scope: { providers: ['openai'], models: ['openai/gpt-5*'] },
  limits: { rpm: 60, budgetDayUsd: 5 },
  users: ['ana'],
});

describe('a gateway key in the form', () => {
  it('comes out as it went in, its expiry untouched', () => {
    expect(inputOf(optionsOf(row))).toEqual({
      label: 'laptop',
      expires: undefined,
      scope: { providers: ['openai'], models: ['openai/gpt-5*'], endpoints: undefined },
      limits: { rpm: 60, budgetDayUsd: 5 },
      users: ['ana'],
    });
  });

  it('says never, a duration or a date as the control interface takes them', () => {
    expect(inputOf({ ...NEW_KEY, expiry: 'never' })?.expires).toBeNull();
    expect(inputOf({ ...NEW_KEY, expiry: '30d' })?.expires).toBe('30d');
    expect(inputOf({ ...NEW_KEY, expiry: 'date', date: '2027-01-31' })?.expires).toBe('2027-01-31');
  });

  it('opens a scope again when its last entry is taken out', () => {
    expect(inputOf({ ...optionsOf(row), providers: [], models: [] })?.scope).toEqual({});
  });

  it('is told in words', () => {
    expect(scopeWords(row.scope)).toBe('openai · openai/gpt-5*');
    expect(scopeWords({})).toBe('everything');
  });
});
