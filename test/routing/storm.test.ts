import { expect, it } from 'vitest';
import { runStorm } from '../bench/storm-run.ts';

it('in a storm, apps behind a route are answered where apps on their own fail; nothing is wrong, nothing is done twice', async () => {
  const rows = await runStorm({ durationMs: 2500, requestsPerSecond: 40, firstByteMs: 600, withoutSdk: true });
  const [once, behind] = rows;
  if (!once || !behind) throw new Error('a row is missing');
  expect(once.failed).toBeGreaterThan(once.requests / 5);
  expect(behind.answered).toBeGreaterThanOrEqual(Math.floor(behind.requests * 0.97));
  expect([behind.wrong, behind.duplicated]).toEqual([0, 0]);
}, 60_000);
