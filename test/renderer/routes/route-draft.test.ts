import { describe, expect, it } from 'vitest';
import type { Route } from '../../../gateway/control/contract/index.ts';
import { draftOf, moved, nameFault, newTarget, routeOf } from '../../../renderer/screens/routes/route-draft.ts';

const route: Route = {
  name: 'fast',
  targets: [
    { provider: 'a', model: 'x', key: 'pk_1' },
    { provider: 'b', model: 'y', weight: 3 },
  ],
  strategy: 'weighted',
  retries: 0,
  timeouts: { firstByteMs: 1500, idleMs: 9000 },
  breaker: { openMs: 60_000 },
  cacheTtlMs: 1000,
  recording: 'no-bodies',
};

describe('the form of a route', () => {
  it('saved untouched is the same route, with what the form does not show', () => {
    expect(routeOf(draftOf(route), route, [])).toEqual(route);
  });

  it('leaves out what was emptied', () => {
    const draft = { ...draftOf(route), retries: '' as const, firstByteSeconds: '' as const };
    const saved = routeOf(draft, route, []);
    expect(saved).not.toHaveProperty('retries');
    expect(saved?.timeouts).toEqual({ idleMs: 9000 });
  });

  it('is not saved while something is missing or the name is another’s', () => {
    expect(routeOf(draftOf(null), null, [])).toBeNull();
    expect(routeOf({ ...draftOf(route), targets: [newTarget(0)] }, route, [])).toBeNull();
    expect(routeOf(draftOf(route), route, ['fast'])).toBeNull();
    expect(['a b', '/a', 'fast', 'ok'].map((name) => nameFault(name, ['fast']))).toEqual(['bad', 'bad', 'taken', null]);
  });

  it('moves a target one place, and no further than the ends', () => {
    const { targets } = draftOf(route);
    expect(moved(targets, 1, -1).map(({ provider }) => provider)).toEqual(['b', 'a']);
    expect(moved(targets, 0, -1)).toBe(targets);
  });
});
