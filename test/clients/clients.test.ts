/** The table of clients × upstreams, as far as it needs nothing to be installed: every cell is a test. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAMS, runCell, SHAPES, type Stand, startStand } from './table.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand(SHAPES);
});
afterAll(() => stand.stop());

describe.each(PROGRAMS)('$name', (program) => {
  it.each(SHAPES)('gets from $name what it should, whole and as a stream', { timeout: 60_000 }, async ({ name }) => {
    const upstream = stand.upstreams.find(({ shape }) => shape.name === name);
    if (!upstream) throw new Error(`no upstream ${name}`);
    const { faults } = await runCell(program, upstream, stand.gateway);
    expect(faults).toEqual([]);
  });
});
