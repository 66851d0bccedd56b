/** What the key's own record and its neighbours' lately say: tells "your key died" from "the provider is down". */
import type { Capture, CaptureRow } from '../captures/capture.ts';
import type { ProviderKey } from '../store/schema.ts';
import type { Contribution } from './contribution.ts';

const LATELY_MS = 60 * 60 * 1000;

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
  const worked = before.find(
    (row) => row.ok && row.keyId !== null && row.keyId === capture.keyId && row.keyVersion === capture.keyVersion,
  );
  if (worked) {
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

/** Of rows newest first, each key's first. */
function newestOfEachKey(rows: readonly CaptureRow[]): CaptureRow[] {
  const byKey = new Map<string, CaptureRow>();
  for (const row of rows) if (row.keyId !== null && !byKey.has(row.keyId)) byKey.set(row.keyId, row);
  return [...byKey.values()];
}
