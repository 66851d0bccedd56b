import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../../gateway/control/contract/index.ts';
import {
  FIELDS,
  parseSearch,
  toggleFlag,
  tokenize,
  withField,
} from '../../../renderer/screens/requests/search-grammar.ts';

const NOW_MS = Date.parse('2026-11-24T12:00:00.000Z');

describe('the search grammar', () => {
  it('reads every field, a flag and quoted text into one query', () => {
    const { query, faults } = parseSearch(
      'status:4xx cause:key_expired app:cursor provider:openai model:gpt since:1h failed "no such key"',
      NOW_MS,
    );
    expect(faults).toEqual([]);
    expect(query).toEqual({
      status: '4xx',
      cause: 'key_expired',
      app: 'cursor',
      provider: 'openai',
      model: 'gpt',
      sinceMs: NOW_MS - 3_600_000,
      failed: true,
      text: 'no such key',
    });
  });

  it('takes causes as the practice provider writes them, with hyphens', () => {
    expect(parseSearch('cause:key-expired', NOW_MS).query.cause).toBe('key_expired');
  });

  it('keeps spaces within a quoted value', () => {
    expect(parseSearch('app:"Open WebUI" failed', NOW_MS).query).toEqual({ app: 'Open WebUI', failed: true });
  });

  it('searches an unknown field as text and says so', () => {
    const { query, faults } = parseSearch('colour:red', NOW_MS);
    expect(query).toEqual({ text: 'colour:red' });
    expect(faults).toEqual([{ kind: 'unknownField', value: 'colour' }]);
  });

  it('refuses a status, a cause and a time that mean nothing, and leaves them out of the query', () => {
    const { query, faults } = parseSearch('status:9xx cause:gremlins since:soon', NOW_MS);
    expect(query).toEqual({});
    expect(faults.map((fault) => fault.kind)).toEqual(['badStatus', 'badCause', 'badTime']);
  });

  it('waits for the value of a field that has none yet', () => {
    expect(parseSearch('failed app:', NOW_MS)).toEqual({
      query: { failed: true },
      faults: [{ kind: 'empty', value: 'app' }],
    });
  });

  it('lets the last of two equal fields count and says so', () => {
    const { query, faults } = parseSearch('app:a app:b', NOW_MS);
    expect(query.app).toBe('b');
    expect(faults).toEqual([{ kind: 'twice', value: 'app' }]);
  });

  it('searches the word “failed” as text when it is quoted', () => {
    expect(parseSearch('"failed"', NOW_MS).query).toEqual({ text: 'failed' });
  });

  it('reads a date as local midnight and a moment as it is', () => {
    expect(parseSearch('since:2026-11-01', NOW_MS).query.sinceMs).toBe(new Date(2026, 10, 1).getTime());
    expect(parseSearch('until:2026-11-01T10:00:00Z', NOW_MS).query.untilMs).toBe(Date.parse('2026-11-01T10:00:00Z'));
  });

  it('covers every character that is no space by tokens, in order and without overlap', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', '"', ' ', 'status', '4xx', '_', '\t') }), (text) => {
        let at = 0;
        for (const token of tokenize(text)) {
          expect(token.start).toBeGreaterThanOrEqual(at);
          expect(token.end).toBeGreaterThan(token.start);
          at = token.end;
        }
      }),
    );
  });

  it('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSearch(text, NOW_MS)));
  });
});

describe('writing into the search', () => {
  it('replaces a field where it stands and appends it where it does not', () => {
    expect(withField('app:a failed', 'app', 'b')).toBe('app:b failed');
    expect(withField('failed', 'cause', 'key_expired')).toBe('failed cause:key_expired');
  });

  it('gives back what was written, for every field and value', () => {
    const value = fc.constantFrom('cursor', 'Open WebUI', 'gpt-5*', 'a:b');
    fc.assert(
      fc.property(fc.constantFrom('app' as const, 'provider' as const, 'model' as const), value, (field, written) => {
        expect(parseSearch(withField('', field, written), NOW_MS).query[field]).toBe(written);
      }),
    );
  });

  it('puts a flag in and takes it out again', () => {
    expect(toggleFlag('app:a', 'failed')).toBe('failed app:a');
    expect(toggleFlag('failed app:a', 'failed')).toBe('app:a');
  });

  it('knows every field and every cause of the contract', () => {
    for (const cause of CAUSES) expect(parseSearch(`cause:${cause}`, NOW_MS).faults).toEqual([]);
    expect(FIELDS).toContain('cause');
  });
});
