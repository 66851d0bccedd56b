import { describe, expect, it } from 'vitest';
import { limitFault, limitsOf, monthBelowDay } from '../../../renderer/screens/limits/limit-draft.ts';

describe('limits as they are typed', () => {
  it('are what is written, an empty field being no limit', () => {
    expect(limitsOf({ rpm: 60, tpm: '', budgetDayUsd: '0.5' })).toEqual({ rpm: 60, budgetDayUsd: 0.5 });
    expect(limitsOf({})).toEqual({});
  });

  it('are not taken while one is 0, unfinished or too large, so that none is lost silently', () => {
    expect(limitFault({ rpm: 0 }, 'rpm')).toBe('notAbove0');
    expect(limitFault({ budgetDayUsd: '0.' }, 'budgetDayUsd')).toBe('notAbove0');
    expect(limitFault({ tpm: '99999999999999999999' }, 'tpm')).toBe('tooLarge');
    expect(limitsOf({ rpm: 60, tpm: 0 })).toBeUndefined();
  });

  it('say that a day’s budget above the month’s can never be reached', () => {
    expect(monthBelowDay({ budgetDayUsd: 5, budgetMonthUsd: 4 })).toBe(true);
    expect(monthBelowDay({ budgetDayUsd: 5, budgetMonthUsd: '' })).toBe(false);
    expect(monthBelowDay({ budgetMonthUsd: 4 })).toBe(false);
  });
});
