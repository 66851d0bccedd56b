import { describe, expect, it } from 'vitest';
import { rowMatches } from '../../../renderer/screens/requests/row-matches.ts';
import { captureRow, KINDS } from '../../support/screens-fixture/sample-captures.ts';

const row = captureRow(1, Date.parse('2026-11-24T12:00:00.000Z'), KINDS[1] as (typeof KINDS)[number]);

describe('whether a live request belongs into the list', () => {
  it('takes it where every filter holds', () => {
    expect(rowMatches(row, { failed: true, cause: 'key_revoked', status: '4xx', app: 'CURSOR', model: 'gpt' })).toBe(
      true,
    );
  });

  it.each([
    [{ failed: false }],
    [{ cause: 'key_expired' as const }],
    [{ status: '5xx' }],
    [{ app: 'Claude Code' }],
    [{ provider: 'anthropic' }],
    [{ model: 'claude' }],
    [{ sinceMs: Date.parse('2026-11-24T12:00:01.000Z') }],
    [{ untilMs: Date.parse('2026-11-24T11:59:59.000Z') }],
  ])('leaves it out for %j', (query) => {
    expect(rowMatches(row, query)).toBe(false);
  });

  it('leaves the decision on text to the gateway', () => {
    expect(rowMatches(row, { text: 'deleted' })).toBeUndefined();
  });

  it('does not count a running request among the failed', () => {
    expect(rowMatches({ ...row, state: 'running' }, { failed: true })).toBe(false);
  });
});
