/**
 * Captures that were made before usage was counted, counted in quiet moments: once each, newest first, and before
 * retention may remove them. Replays and checks of that time are left out, since it is not known what they sent.
 */
import type { Countable, UsageEntry } from '../usage/usage-entry.ts';
import { UsageMeter } from '../usage/usage-meter.ts';
import type { Capture } from './capture.ts';
import { buffer, type CaptureStore } from './capture-store.ts';
import { openRecord } from './open-record.ts';
import { STATE } from './record-form.ts';
import { unpackCapture } from './unpack.ts';

const SLICE_ROWS = 100;

/** True while there is more to count. */
export function countBehind(store: CaptureStore): boolean {
  const { behind } = store.usage;
  if (behind === undefined) return false;
  // Those that have not found their place yet would be passed over.
  const unsettled = store.sql('SELECT 1 FROM fresh WHERE n <= ? LIMIT 1').get(behind);
  if (unsettled && store.settle(SLICE_ROWS, Number.POSITIVE_INFINITY) > 0) return true;
  const rows = store
    .sql('SELECT n, id FROM capture WHERE n <= ? ORDER BY n DESC LIMIT ?')
    .all(behind, SLICE_ROWS) as unknown as { n: number; id: string }[];
  store.transaction(() => {
    const counted: Countable[] = [];
    for (const { id } of rows) {
      const imported = store.sql('SELECT 1 FROM imported WHERE id = ?').get(id) !== undefined;
      const capture = imported ? null : store.get(id);
      if (capture && capture.origin === null) counted.push(countableOf(capture));
    }
    store.usage.add(entriesOf(counted));
    store.usage.behind = rows.length < SLICE_ROWS ? undefined : (rows.at(-1)?.n ?? 0) - 1;
  });
  return store.usage.behind !== undefined;
}

/**
 * Exchanges that a dead process left running become failures, in the captures and in the statistics alike. To be called
 * before any batch.
 */
export function markInterrupted(store: CaptureStore, thisProcess: boolean): void {
  const rows = store.sql(`SELECT id, n, record FROM fresh WHERE state = ${STATE.running}`).all() as unknown as {
    id: string;
    n: number;
    record: Uint8Array;
  }[];
  if (rows.length === 0) return;
  store.transaction(() => {
    const counted: Countable[] = [];
    for (const { id, n, record } of rows) {
      // What is behind is counted later; what this process still runs, at its end.
      if (thisProcess || n <= (store.usage.behind ?? 0)) continue;
      const capture = readRunning(id, record);
      if (capture?.origin === null) counted.push(countableOf(capture));
    }
    store.usage.add(entriesOf(counted));
    store.sql(`UPDATE fresh SET state = ${STATE.interrupted}, failed = 1 WHERE state = ${STATE.running}`).run();
    store.fresh.failures += rows.length;
  });
}

/** Undefined where it cannot be read: that must not keep the file from being opened. */
function readRunning(id: string, record: Uint8Array): Capture | undefined {
  try {
    // Of a running exchange no record is written like another, so no template is wanted.
    const opened = openRecord(buffer(record), () => undefined);
    return unpackCapture(id, STATE.interrupted, opened.row, opened);
  } catch {
    return undefined;
  }
}

function countableOf(capture: Capture): Countable {
  const { gatewayKeyId, appId, app, verdict } = capture;
  const caller =
    gatewayKeyId !== null && appId !== null ? { gatewayKeyId, appId, appName: app ?? appId, label: '' } : undefined;
  return {
    receivedAt: Date.parse(capture.time),
    caller,
    routeName: capture.routeName ?? undefined,
    stream: capture.stream,
    usage: capture.usage ?? undefined,
    cost: capture.cost,
    cache: capture.cache ?? undefined,
    verdict: verdict && capture.state === 'done' ? verdict : { ok: false, cause: null },
    endpoint: { provider: capture.provider ?? undefined },
    answer: capture.answer ?? undefined,
    attempts: capture.attemptList,
  };
}

function entriesOf(exchanges: readonly Countable[]): UsageEntry[] {
  const meter = new UsageMeter();
  for (const exchange of exchanges) meter.note(exchange);
  return meter.take();
}
