import { expect, it } from 'vitest';
import { junit } from '../../../renderer/screens/suites/junit.ts';

it('writes a run as JUnit: counts, seconds, failures with their words, nothing that XML cannot hold', () => {
  const result = { failures: [], durationMs: 12, capture: null };
  const text = junit({
    id: 'r1',
    suite: 'a"b',
    startedAt: '2026-01-31T10:00:00.000Z',
    durationMs: 1234,
    passed: 1,
    failed: 1,
    errors: 0,
    skipped: 1,
    results: [
      { ...result, case: '1', name: 'works', result: 'passed' },
      { ...result, case: '2', name: 'breaks', result: 'failed', failures: ['status 401 <not 200> & \u0001'] },
      { ...result, case: '3', name: 'waits', result: 'skipped', failures: ['would send something'] },
    ],
  });
  expect(text).toContain('<testsuite name="a&quot;b" tests="3" failures="1" errors="0" skipped="1" time="1.234"');
  expect(text).toContain('<testcase classname="a&quot;b" name="works" time="0.012"/>');
  expect(text).toContain('<failure message="status 401 &lt;not 200&gt; &amp; \ufffd" type="failed">');
  expect(text).toContain('<skipped message="would send something"/>');
});
