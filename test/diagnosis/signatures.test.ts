import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../gateway/causes.ts';
import { causeWords } from '../../gateway/diagnosis/causes/index.ts';
import { FIXES } from '../../gateway/diagnosis/fixes.ts';
import { PROBES } from '../../gateway/diagnosis/probes.ts';
import { signatures } from '../../gateway/diagnosis/signatures/index.ts';
import { refinements } from '../../gateway/diagnosis/signatures/refinements.ts';

const ids = signatures.map((signature) => signature.id);

describe('the signatures, as data', () => {
  it('have unique ids and speak for a cause', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const signature of signatures) {
      expect(
        Object.values(signature.gives).some((weight) => weight > 0),
        signature.id,
      ).toBe(true);
      expect((signature.code?.length ?? 0) + (signature.message?.length ?? 0), signature.id).toBeGreaterThan(0);
    }
  });

  it('name only each other in yieldsTo, seen and unseen', () => {
    const known = (name: string): boolean => ids.some((id) => id.startsWith(name));
    for (const { id, yieldsTo = [] } of signatures)
      expect(
        yieldsTo.filter((name) => !known(name)),
        id,
      ).toEqual([]);
    for (const { id, seen = [], unseen = [] } of refinements) {
      expect(
        [...seen, ...unseen].filter((name) => !known(name)),
        id,
      ).toEqual([]);
    }
  });

  it('speak for every cause in the list but "other"', () => {
    const spoken = new Set([...signatures, ...refinements].flatMap((one) => Object.keys(one.gives)));
    expect(CAUSES.filter((cause) => cause !== 'other' && !spoken.has(cause))).toEqual([]);
  });

  it('hold no pattern that could run away: nothing unbounded repeats inside a repetition, and no gap is unbounded', () => {
    const patterns = signatures.flatMap(({ id, code = [], message = [], not = [] }) =>
      [...code, ...message, ...not].map((pattern) => ({ id, source: pattern.source })),
    );
    for (const { id, source } of patterns) {
      const plain = source.replace(/\\./g, 'e').replace(/\[[^\]]*\]/g, 'c');
      expect(plain, `${id}: unbounded gap`).not.toMatch(/\.[*+]/);
      expect(plain, `${id}: repetition in a repetition`).not.toMatch(/[*+]\)[*+]|[*+]\)\{\d+,\}/);
      expect(source, `${id}: negated class without a bound`).not.toMatch(/\[\^[^\]]*\][*+]/);
    }
  });
});

describe('the words', () => {
  it('name only fixes and probes that exist, and have something to press or do for each cause', () => {
    for (const cause of CAUSES) {
      const { fixes, probes, atGateway } = causeWords[cause];
      for (const fix of [...fixes, ...(atGateway?.fixes ?? [])]) expect(FIXES, cause).toHaveProperty(fix);
      for (const probe of probes) expect(PROBES, cause).toHaveProperty(probe);
      expect(fixes.length, cause).toBeGreaterThan(0);
      expect(probes.length, cause).toBeGreaterThan(0);
    }
  });

  it('are plain sentences, ended, without jargon in the title', () => {
    for (const cause of CAUSES) {
      const words = causeWords[cause];
      for (const side of [words, words.atGateway].filter((one) => one !== undefined)) {
        for (const sentence of [side.title, side.means, side.why]) expect(sentence, cause).toMatch(/[.?]$/);
        expect(side.title, cause).not.toMatch(/\b(?:HTTP|JSON|TLS|DNS|4\d\d|5\d\d)\b/);
      }
    }
  });
});
