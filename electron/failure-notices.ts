import type { CaptureRow } from '../gateway/control/contract/index.ts';

/** A failed exchange, as far as a notification needs it. */
export type Failure = { capture: string; title: string; body: string };

/**
 * What to tell of a capture, or undefined where there is nothing to tell: it is still running, it went well, the client
 * itself left, or it is our own doing (a probe, a check, a replay, an import).
 */
export function failureOf(row: CaptureRow): Failure | undefined {
  if (row.state !== 'done' || row.ok || row.clientGone || row.origin) return undefined;
  const asked = row.model ?? row.askedModel ?? `${row.method} ${row.path}`;
  return { capture: row.id, title: row.message, body: row.app ? `${row.app} asked for ${asked}` : asked };
}

/** One notification to show: of a single failure, or of several at once. */
export type Notice = { title: string; body: string; place: string };

export type NoticeState = { shownAtMs: number | undefined; held: Failure[] };
export const NO_NOTICES: NoticeState = { shownAtMs: undefined, held: [] };

/** An app that retries in a loop must not bury the desktop: one notification in this time, the rest summed up. */
export const NOTICE_INTERVAL_MS = 30_000;

/**
 * What to show now that a failure has come (or, with none, that held ones are due), and when to ask again. Pure:
 * the clock is an argument.
 */
export function noticeFor(
  state: NoticeState,
  failure: Failure | undefined,
  nowMs: number,
): { state: NoticeState; notice: Notice | undefined; askAgainInMs: number | undefined } {
  const held = failure ? [...state.held, failure] : state.held;
  if (held.length === 0) return { state: { ...state, held }, notice: undefined, askAgainInMs: undefined };
  const waitMs = state.shownAtMs === undefined ? 0 : state.shownAtMs + NOTICE_INTERVAL_MS - nowMs;
  // A clock set back would otherwise hold notices for as long as it was set back.
  if (waitMs > 0 && waitMs <= NOTICE_INTERVAL_MS) {
    return { state: { ...state, held: held.slice(-100) }, notice: undefined, askAgainInMs: waitMs };
  }
  return { state: { shownAtMs: nowMs, held: [] }, notice: summary(held), askAgainInMs: undefined };
}

function summary(failures: readonly Failure[]): Notice | undefined {
  const last = failures.at(-1);
  if (!last) return undefined;
  if (failures.length === 1) return { title: last.title, body: last.body, place: `/requests/${last.capture}` };
  const many = failures.length >= 100 ? '100 or more' : String(failures.length);
  return { title: `${many} requests failed`, body: `Last: ${last.title}`, place: '/requests' };
}
