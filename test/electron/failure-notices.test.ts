import { describe, expect, it } from 'vitest';
import { NO_NOTICES, NOTICE_INTERVAL_MS, noticeFor } from '../../electron/failure-notices.ts';

const failure = (capture: string) => ({ capture, title: `The key expired (${capture})`, body: 'app one · openai' });

describe('telling of failures', () => {
  it('shows the first at once, leading to its request', () => {
    const { notice, askAgainInMs } = noticeFor(NO_NOTICES, failure('a'), 1000);
    expect(notice).toEqual({ title: 'The key expired (a)', body: 'app one · openai', place: '/requests/a' });
    expect(askAgainInMs).toBeUndefined();
  });

  it('holds those that follow and sums them up when the time is over', () => {
    const first = noticeFor(NO_NOTICES, failure('a'), 0);
    const second = noticeFor(first.state, failure('b'), 1000);
    expect(second.notice).toBeUndefined();
    expect(second.askAgainInMs).toBe(NOTICE_INTERVAL_MS - 1000);
    const third = noticeFor(second.state, failure('c'), 2000);
    expect(third.notice).toBeUndefined();
    const due = noticeFor(third.state, undefined, NOTICE_INTERVAL_MS);
    expect(due.notice).toEqual({
      title: '2 requests failed',
      body: 'Last: The key expired (c)',
      place: '/requests',
    });
    expect(noticeFor(due.state, undefined, NOTICE_INTERVAL_MS * 3).notice).toBeUndefined();
  });

  it('one notice for each interval, whatever a looping client does', () => {
    let state = NO_NOTICES;
    let shown = 0;
    for (let nowMs = 0; nowMs < 10 * NOTICE_INTERVAL_MS; nowMs += 10) {
      const next = noticeFor(state, failure(String(nowMs)), nowMs);
      state = next.state;
      shown += next.notice ? 1 : 0;
      expect(state.held.length).toBeLessThanOrEqual(100);
    }
    expect(shown).toBe(10);
  });

  it('is not silenced by a clock that was set back', () => {
    const first = noticeFor(NO_NOTICES, failure('a'), 1_000_000_000);
    expect(noticeFor(first.state, failure('b'), 1000).notice?.place).toBe('/requests/b');
  });
});
