import { describe, expect, it } from 'vitest';
import { waterfall } from '../../../renderer/screens/capture/waterfall.ts';
import { capture, captureRow, KINDS } from '../../support/screens-fixture/sample-captures.ts';

const sample = (index: number) => capture(captureRow(index, 1_700_000_000_000, KINDS[index] as (typeof KINDS)[number]));

describe('the waterfall of an exchange', () => {
  it('puts attempts behind the forward stage and their phases behind them', () => {
    const { bars } = waterfall(sample(0));
    const names = bars.map((bar) => bar.stage ?? bar.phase ?? bar.kind);
    expect(names.slice(names.indexOf('forward'), names.indexOf('forward') + 4)).toEqual([
      'forward',
      'attempt',
      'dns',
      'connect',
    ]);
    expect(names.at(-1)).toBe('respond');
  });

  it('shows no look-up, connect or TLS on a reused connection', () => {
    const { bars } = waterfall(sample(4));
    const second = bars.filter((bar) => bar.attempt === 1 && bar.phase);
    expect(second.map((bar) => bar.phase)).toEqual(['send', 'wait', 'receive']);
  });

  it('marks the phase that never came to its end', () => {
    const failed = sample(9);
    const attempt = failed.attemptList[0];
    if (!attempt) throw new Error('no attempt');
    attempt.timings = { startMs: 2, endMs: 60 };
    const { bars } = waterfall(failed);
    expect(bars.filter((bar) => bar.phase)).toEqual([
      expect.objectContaining({ phase: 'dns', startMs: 2, endMs: 60, failed: true }),
    ]);
  });

  it('spans everything that was measured', () => {
    const { totalMs, bars } = waterfall(sample(0));
    expect(Math.max(...bars.map((bar) => bar.endMs))).toBeLessThanOrEqual(totalMs);
  });
});
