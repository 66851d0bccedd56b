import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { masked } from '../../../renderer/screens/keys/masked.ts';

describe('a secret as it may be shown', () => {
  it('keeps its beginning and its last four characters', () => {
    expect(masked('sk-proj-0123456789abcdefghij4f2a')).toBe('sk-p••••••••4f2a');
  });

  it('shows at most eight characters of any secret, and never a whole one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (secret) => {
        const shown = [...masked(secret)].length - 8;
        expect(shown).toBeLessThanOrEqual(8);
        expect(shown).toBeLessThan([...secret].length);
      }),
    );
  });
});
