import { describe, expect, it } from 'vitest';
import type { Replay, ReplayStep } from '../../../gateway/control/contract/replay.ts';
import { firstLook, shownSteps, turn } from '../../../renderer/screens/replay/shown-steps.ts';

const step = (stage: ReplayStep['stage'], more: Partial<ReplayStep> = {}): ReplayStep => ({
  stage,
  decision: 'passed',
  summary: stage,
  startMs: 0,
  endMs: 1,
  original: null,
  differences: [],
  before: {},
  after: {},
  ...more,
});
const replay = (steps: ReplayStep[], more: Partial<Replay> = {}): Replay => ({
  of: 'c1',
  mode: 'dry-run',
  config: 'now',
  configVersion: 1,
  edits: [],
  steps,
  refused: null,
  capture: null,
  outcome: null,
  sending: { method: 'POST', url: 'https://a.example/', host: 'a.example', key: null, costUsd: null, practice: false },
  answerDifferences: [],
  prepared: null,
  preparedDifferences: [],
  notes: [],
  ...more,
});
const change = (path: string) => ({ path, kind: 'changed' as const, before: 1, after: 2 });

describe('the steps of a replay', () => {
  it('end with the sending that has yet to come', () => {
    const shown = shownSteps(replay([step('route')]), true);
    expect(shown.map(({ stage, pending }) => [stage, pending])).toEqual([
      ['route', false],
      ['forward', true],
    ]);
  });

  it('end where a stage refused: nothing would be sent', () => {
    const shown = shownSteps(replay([step('identify', { decision: 'refused' })], { sending: null }), true);
    expect(shown.map(({ stage }) => stage)).toEqual(['identify']);
  });

  it('tell no differences of a sending that did not take place, but for what would have gone out', () => {
    const [forward] = shownSteps(
      replay([
        step('forward', {
          decision: 'skipped',
          differences: [change('/decision'), change('/output/status'), change('/input/model')],
        }),
      ]),
      false,
    );
    expect(forward?.differences.map(({ path }) => path)).toEqual(['/input/model']);
  });

  it('are looked at first where one refused, else where one differs, else where the original failed', () => {
    const shown = (steps: ReplayStep[]) => shownSteps(replay(steps), false);
    const failed = { ok: false, stage: 'route' as const };
    expect(firstLook(shown([step('receive'), step('identify', { decision: 'refused' })]), failed)).toBe(1);
    expect(firstLook(shown([step('receive'), step('identify', { differences: [change('/x')] })]), failed)).toBe(1);
    expect(firstLook(shown([step('receive'), step('route'), step('forward')]), failed)).toBe(1);
  });

  it('say beside the original whether a change mended or broke it', () => {
    const outcome = { ok: true, cause: null, stage: null, status: 200, message: '' };
    expect(turn({ ok: false }, { outcome })).toBe('fixed');
    expect(turn({ ok: false }, { outcome: { ...outcome, ok: false } })).toBe('stillFails');
    expect(turn({ ok: true }, { outcome: { ...outcome, ok: false } })).toBe('broke');
    expect(turn({ ok: true }, { outcome })).toBe('same');
    expect(turn({ ok: true }, { outcome: null })).toBe('undecided');
  });
});
