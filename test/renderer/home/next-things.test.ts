import { describe, expect, it } from 'vitest';
import { groupFailures } from '../../../renderer/screens/home/failure-groups.ts';
import { nextThings } from '../../../renderer/screens/home/next-things.ts';
import { captureRow, KINDS } from '../../support/screens-fixture/sample-captures.ts';
import { emptyHome, fullHome } from '../../support/screens-fixture/sample-home.ts';

const NOW_MS = Date.parse('2026-11-24T12:00:00.000Z');
const vault = { state: 'unlocked' as const, ways: [], sentence: '', next: null, keychain: null };

describe('what to do next', () => {
  it('leaves out the key that the practice requests make for themselves', () => {
    const home = fullHome(NOW_MS);
    const gatewayKeys = home.gatewayKeys.map((key) => ({ ...key, scope: { providers: ['practice'] } }));
    const things = nextThings({ ...home, gatewayKeys, vault, nowMs: NOW_MS });
    expect(things.map(({ kind }) => kind)).not.toContain('gateway-key-expiring');
  });

  it('names broken keys, then what expires within a week', () => {
    const things = nextThings({ ...fullHome(NOW_MS), vault, nowMs: NOW_MS });
    expect(things.map((thing) => ('key' in thing ? `${thing.kind} ${thing.key.label}` : thing.kind))).toEqual([
      'key-broken work',
      'key-broken Claude Code',
      'key-expiring default',
      'gateway-key-expiring agent',
    ]);
  });

  it('leaves disabled keys in peace', () => {
    const home = fullHome(NOW_MS);
    for (const key of home.keys) key.disabled = true;
    const kinds = nextThings({ ...home, vault, nowMs: NOW_MS }).map((thing) => thing.kind);
    expect(kinds).not.toContain('key-broken');
    expect(kinds).not.toContain('key-expiring');
  });

  it('starts with the vault where it is locked', () => {
    const locked = { ...vault, state: 'locked' as const };
    expect(nextThings({ ...emptyHome(NOW_MS), vault: locked, nowMs: NOW_MS }).map((thing) => thing.kind)).toEqual([
      'unlock',
      'no-keys',
      'no-apps',
    ]);
  });
});

describe('what failed lately', () => {
  it('is one line a failure, however often it happened, the newest standing for all', () => {
    const kind = KINDS[1] as (typeof KINDS)[number];
    const rows = [3, 1, 2].map((minutes) => captureRow(minutes, NOW_MS - minutes * 60_000, kind));
    const groups = groupFailures(rows);
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ times: 3, row: { time: new Date(NOW_MS - 60_000).toISOString() } });
  });

  it('keeps failures of different apps and causes apart', () => {
    const rows = KINDS.filter((kind) => kind.cause !== null).map((kind, index) => captureRow(index, NOW_MS, kind));
    expect(groupFailures(rows)).toHaveLength(rows.length);
  });
});
