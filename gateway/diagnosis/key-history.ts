/** What the key's own record and its neighbours' lately say: tells "your key died" from "the provider is down". */
import type { Capture, CaptureRow } from '../captures/capture.ts';
import type { Cause } from '../causes.ts';
import type { ProviderKey } from '../store/schema.ts';
import type { Contribution } from './contribution.ts';

const LATELY_MS = 60 * 60 * 1000;
/** Faults of a provider come together. */
const AROUND_MS = 15 * 60 * 1000;
const PROVIDER_ILL: ReadonlySet<Cause> = new Set([
  'provider_outage',
  'provider_overloaded',
  'upstream_timeout',
  'network_reset_or_truncated',
]);
const KEY_IS_DEAD = {
  key_missing: -5,
  key_malformed: -6,
  key_wrong_provider: -6,
  key_invalid_unknown: -6,
  key_expired: -6,
  key_revoked: -6,
} as const;

/** Contributions for a capture whose provider refused the key; none where the history says nothing. */
export function keyHistory(
  capture: Capture,
  key: ProviderKey | undefined,
  recent: readonly CaptureRow[],
  nowMs: number,
): Contribution[] {
  const found: Contribution[] = [];
  const at = Date.parse(capture.time);
  if (key?.expiresAt && Date.parse(key.expiresAt) <= at) {
    found.push({
      id: 'history.expiry-passed',
      gives: { key_expired: 2.6 },
      evidence: {
        what: 'the expiry date stored with the key had passed',
        where: `provider key ${key.id}`,
        value: key.expiresAt,
      },
    });
  }
  const before = recent.filter(
    (row) => Date.parse(row.time) < at || (row.id !== capture.id && Date.parse(row.time) <= nowMs),
  );
  const own = before.filter(
    (row) => row.keyId !== null && row.keyId === capture.keyId && row.keyVersion === capture.keyVersion,
  );
  const worked = own.find((row) => row.ok);
  // What later success and other faults tell is about the key; a limit or a parameter has its own reasons to pass.
  const refusedKey = capture.cause?.startsWith('key_') === true && capture.provider !== 'practice';
  const again = refusedKey ? own.find((row) => row.ok && Date.parse(row.time) > at) : undefined;
  if (again) {
    found.push({
      id: 'history.works-again',
      // Nobody put another secret in its place, and it is taken: it was never the key.
      gives: { ...KEY_IS_DEAD, provider_outage: 6 },
      evidence: { what: 'the same key was accepted again later', where: `capture ${again.id}`, value: again.time },
    });
  } else if (worked) {
    const justNow = at - Date.parse(worked.time) < LATELY_MS;
    found.push({
      id: 'history.worked-before',
      gives: {
        key_malformed: -1.5,
        key_wrong_provider: -1.2,
        key_missing: -1.5,
        key_revoked: 0.6,
        // A key that nobody changed and that worked a moment ago: the provider may be the one that changed.
        ...(justNow ? { provider_outage: 1.6, key_invalid_unknown: -0.8 } : {}),
      },
      evidence: { what: 'the same key worked before', where: `capture ${worked.id}`, value: worked.time },
    });
  }
  if (refusedKey) found.push(...ailing(capture, before, at));
  const lately = before.filter(
    (row) => row.provider === capture.provider && Math.abs(at - Date.parse(row.time)) < LATELY_MS,
  );
  const others = lately.filter((row) => row.keyId !== null && row.keyId !== capture.keyId);
  const newest = newestOfEachKey(others);
  const refused = newest.filter((row) => !row.ok && row.status === capture.status);
  // Two keys that worked and are refused now tell as much as three of which nothing is known.
  const hadWorked =
    worked !== undefined && refused.some((row) => others.some((one) => one.ok && one.keyId === row.keyId));
  if (refused.length === newest.length && refused.length >= (hadWorked ? 1 : 2)) {
    found.push({
      id: 'company.every-key-refused',
      gives: { provider_outage: hadWorked ? 6.5 : 4.5, account_disabled: 1.5 },
      evidence: {
        what: 'other keys of this provider were refused in the same way within the hour',
        where: `captures ${refused
          .slice(0, 3)
          .map((row) => row.id)
          .join(', ')}`,
        value: `${refused.length} of ${newest.length}${hadWorked ? ', which worked before' : ''}`,
      },
    });
  } else if (others.some((row) => row.ok)) {
    const good = others.find((row) => row.ok);
    found.push({
      id: 'company.other-key-works',
      gives: { provider_outage: -1, key_invalid_unknown: 0.4 },
      evidence: { what: 'another key of this provider works', where: `capture ${good?.id}`, value: good?.time ?? '' },
    });
  }
  return found;
}

/** Overloads, faults and broken connections of the same provider around that moment: what ails it may ail its sign-in, too. */
function ailing(capture: Capture, rows: readonly CaptureRow[], at: number): Contribution[] {
  const ill = rows.filter(
    (row) =>
      !row.ok &&
      row.provider === capture.provider &&
      Math.abs(at - Date.parse(row.time)) < AROUND_MS &&
      ((row.status ?? 0) >= 500 || (row.cause !== null && PROVIDER_ILL.has(row.cause))),
  );
  const [first] = ill;
  if (!first) return [];
  return [
    {
      id: 'company.provider-ailing',
      gives: { provider_outage: ill.length > 2 ? 4.5 : 3, ...(ill.length > 2 ? { key_invalid_unknown: -1.5 } : {}) },
      evidence: {
        what: 'the provider failed in other ways at the same time',
        where: `captures ${ill
          .slice(0, 3)
          .map((row) => row.id)
          .join(', ')}`,
        value: ill
          .slice(0, 3)
          .map((row) => row.status ?? row.cause ?? 'no answer')
          .join(', '),
      },
    },
  ];
}

/** Where a refusal does not say why, and the key had worked until shortly before, nothing here tells the key's end from the provider's fault. */
export interface Doubt {
  /** When the same key was last accepted. */
  readonly until: string;
  readonly capture: string;
}

const UNEXPLAINED: ReadonlySet<Cause> = new Set(['key_invalid_unknown', 'key_malformed', 'key_missing']);

/** A doubt about the key that a refusal with this cause leaves open; undefined where there is none. */
export function doubtAboutKey(
  cause: Cause,
  capture: Capture,
  recent: readonly CaptureRow[],
  history: readonly Contribution[],
): Doubt | undefined {
  if (!UNEXPLAINED.has(cause) || !history.some(({ id }) => id === 'history.worked-before')) return undefined;
  const at = Date.parse(capture.time);
  const worked = recent.find(
    (row) =>
      row.ok &&
      row.keyId === capture.keyId &&
      row.keyVersion === capture.keyVersion &&
      at - Date.parse(row.time) < LATELY_MS,
  );
  // Another key that is accepted shows that the provider's sign-in works.
  if (!worked || history.some(({ id }) => id === 'company.other-key-works')) return undefined;
  return { until: worked.time, capture: worked.id };
}

/** Of rows newest first, each key's first. */
function newestOfEachKey(rows: readonly CaptureRow[]): CaptureRow[] {
  const byKey = new Map<string, CaptureRow>();
  for (const row of rows) if (row.keyId !== null && !byKey.has(row.keyId)) byKey.set(row.keyId, row);
  return [...byKey.values()];
}
