import { Notification } from 'electron';
import { type Failure, NO_NOTICES, type Notice, noticeFor } from './failure-notices.ts';

/**
 * Tells the user of failures as the system's notifications, each with *Explain*, which (like a click on it) opens the
 * request. At most one in NOTICE_INTERVAL_MS; what comes meanwhile is summed up in the next.
 */
export function failureNotifier(open: (place: string) => void): (failure: Failure) => void {
  let state = NO_NOTICES;
  let timer: NodeJS.Timeout | undefined;
  /** Shown notifications: one that is collected as garbage loses its click. */
  const alive = new Set<Notification>();

  function consider(failure: Failure | undefined): void {
    const next = noticeFor(state, failure, Date.now());
    state = next.state;
    clearTimeout(timer);
    if (next.askAgainInMs !== undefined) timer = setTimeout(consider, next.askAgainInMs, undefined).unref();
    if (next.notice) show(next.notice);
  }

  function show(notice: Notice): void {
    if (!Notification.isSupported()) return;
    const notification = new Notification({
      title: notice.title,
      body: notice.body,
      actions: [{ type: 'button', text: 'Explain' }],
      silent: true,
    });
    const done = () => alive.delete(notification);
    notification.on('click', () => open(notice.place));
    notification.on('action', () => open(notice.place));
    notification.on('close', done);
    notification.on('failed', done);
    alive.add(notification);
    notification.show();
  }

  return consider;
}
