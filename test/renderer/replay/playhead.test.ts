import { describe, expect, it } from 'vitest';
import { look, runOn, runTo, step } from '../../../renderer/screens/replay/playhead.ts';

const STAGES = ['receive', 'identify', 'route', 'forward'];

describe('the playhead', () => {
  it('goes one step on and back, never beyond either end', () => {
    expect(step({ at: 0, chosen: 0 }, 1, 4)).toEqual({ at: 1, chosen: 1 });
    expect(step({ at: 3, chosen: 3 }, 1, 4)).toEqual({ at: 3, chosen: 3 });
    expect(step({ at: 0, chosen: 2 }, -1, 4)).toEqual({ at: 0, chosen: 0 });
  });

  it('stays where it is while one only looks', () => {
    expect(look({ at: 1, chosen: 1 }, 1, 4)).toEqual({ at: 1, chosen: 2 });
    expect(look({ at: 1, chosen: 3 }, 1, 4)).toEqual({ at: 1, chosen: 3 });
  });

  it('runs to the next breakpoint after where it stands, else to the end', () => {
    expect(runOn({ at: -1, chosen: 0 }, STAGES, ['identify', 'forward']).at).toBe(1);
    expect(runOn({ at: 1, chosen: 1 }, STAGES, ['identify', 'forward']).at).toBe(3);
    expect(runOn({ at: 0, chosen: 0 }, STAGES, []).at).toBe(3);
    expect(runOn({ at: -1, chosen: 0 }, STAGES, ['translate']).at).toBe(3);
  });

  it('runs to a step that is chosen', () => {
    expect(runTo(2, 4)).toEqual({ at: 2, chosen: 2 });
    expect(runTo(9, 0)).toEqual({ at: 0, chosen: 0 });
  });
});
