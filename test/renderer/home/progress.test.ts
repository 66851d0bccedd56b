import { describe, expect, it } from 'vitest';
import { progress } from '../../../renderer/screens/home/progress.ts';
import { gatewayKey } from '../../support/screens-fixture/sample-home.ts';

const counts = { providers: 1, keys: 0, apps: 1, captures: 2, failures: 1 };

describe('how far a newcomer has come', () => {
  it('does not take the key of a practice request for a connected app', () => {
    const practice = gatewayKey('k1', 'Practice', 'app_1', 'try it', 'active', 0, {
      scope: { providers: ['practice'] },
    });
    expect(progress(counts, [practice])).toEqual({ tried: true, keys: 0, apps: 0, done: false });
  });

  it('is there when something was tried, a key added and an app connected', () => {
    const own = gatewayKey('k2', 'curl', 'app_2', 'this computer', 'active', 0);
    expect(progress({ ...counts, keys: 1 }, [own, { ...own, id: 'k3' }])).toMatchObject({ apps: 1, done: true });
  });
});
