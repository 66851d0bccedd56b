import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_HEIGHT_PX, MIN_WIDTH_PX, parsePlace, placeWindow } from '../../electron/window-place.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const external = { x: 1440, y: 0, width: 2560, height: 1440 };
const saved = { x: 1500, y: 60, width: 1600, height: 1000, maximized: false };

describe('where the window opens', () => {
  it('the first time, at its usual size where the system likes', () => {
    expect(placeWindow(undefined, [laptop])).toEqual({ width: 1200, height: 800, maximized: false });
  });

  it('as it was left, while that display is there', () => {
    expect(placeWindow(saved, [laptop, external])).toEqual(saved);
  });

  it('in sight and no larger than the screen, once that display is gone', () => {
    expect(placeWindow(saved, [laptop])).toEqual({ width: 1440, height: 875, maximized: false });
  });

  it('never smaller than usable, and maximized as it was', () => {
    const small = { x: 100, y: 100, width: 300, height: 200, maximized: true };
    expect(placeWindow(small, [laptop])).toEqual({ ...small, width: MIN_WIDTH_PX, height: MIN_HEIGHT_PX });
  });

  it('always where its title bar can be reached', () => {
    const place = fc.record({
      x: fc.integer({ min: -5000, max: 9000 }),
      y: fc.integer({ min: -5000, max: 9000 }),
      width: fc.integer({ min: 1, max: 9000 }),
      height: fc.integer({ min: 1, max: 9000 }),
      maximized: fc.boolean(),
    });
    fc.assert(
      fc.property(place, (anywhere) => {
        const { x, y, width } = placeWindow(anywhere, [laptop, external]);
        if (x === undefined || y === undefined) return;
        const reachable = [laptop, external].some(
          (area) =>
            x + width > area.x + 50 && x < area.x + area.width - 50 && y >= area.y - 10 && y < area.y + area.height,
        );
        expect(reachable).toBe(true);
      }),
    );
  });

  it('forgets a damaged record', () => {
    expect(parsePlace('{"x":1')).toBeUndefined();
    expect(parsePlace('{"x":"1","y":2,"width":3,"height":4,"maximized":false}')).toBeUndefined();
    expect(parsePlace(JSON.stringify(saved))).toEqual(saved);
  });
});
