import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../renderer/shell/actions.ts';
import { keyCaps, matchStroke } from '../../../renderer/shell/shortcuts.ts';

const stroke = (key: string, mod = false) => ({ key, mod, alt: false });

describe('shortcuts', () => {
  it('match single keys and keys with Ctrl or ⌘', () => {
    expect(matchStroke(ACTIONS, stroke('j'), undefined, 0)).toEqual({ action: 'next' });
    expect(matchStroke(ACTIONS, stroke('K', true), undefined, 0)).toEqual({ action: 'palette' });
  });

  it('match two keys one after the other', () => {
    const { pending } = matchStroke(ACTIONS, stroke('g'), undefined, 0);
    expect(matchStroke(ACTIONS, stroke('k'), pending, 500)).toEqual({ action: 'goKeys' });
  });

  it('forget the first key when the second is late', () => {
    const { pending } = matchStroke(ACTIONS, stroke('g'), undefined, 0);
    expect(matchStroke(ACTIONS, stroke('k'), pending, 5000)).toEqual({ action: 'previous' });
  });

  it('leave combinations with Alt to the system', () => {
    expect(matchStroke(ACTIONS, { ...stroke('j'), alt: true }, undefined, 0)).toEqual({});
  });

  it('are each given to one action only', () => {
    const keys = ACTIONS.flatMap((action) => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('never hide a single key behind a sequence that begins with it', () => {
    const singles = ACTIONS.flatMap((action) => action.keys).filter((keys) => !keys.includes(' '));
    const firsts = ACTIONS.flatMap((action) => action.keys)
      .filter((keys) => keys.includes(' '))
      .map((keys) => keys.split(' ')[0]);
    expect(singles.filter((key) => firsts.includes(key))).toEqual([]);
  });

  it('are shown as the keyboard has them', () => {
    expect(keyCaps('mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('g h', false)).toEqual(['G', 'H']);
  });
});
