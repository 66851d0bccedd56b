import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import type { Stage } from '../../../gateway/control/contract/index.ts';
import { Tag, type Tone } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import type { Playhead } from './playhead.ts';
import classes from './replay.module.css';
import type { ShownStep } from './shown-steps.ts';
import type { Moves } from './toolbar.tsx';

const TONES: Record<ShownStep['decision'], Tone> = { passed: 'ok', answered: 'ok', refused: 'bad', skipped: 'off' };

/** The stages in order: breakpoints at the edge, the playhead between what ran and what did not. */
export function StepList(props: {
  steps: readonly ShownStep[];
  playhead: Playhead;
  stops: readonly Stage[];
  moves: Moves;
  onStop: (stage: Stage) => void;
}) {
  const { steps, playhead, moves } = props;
  const w = words.replay;
  return (
    <ol className={classes.steps} aria-label={w.steps}>
      {steps.map((step, index) => {
        const stage = words.stages[step.stage];
        const stop = props.stops.includes(step.stage);
        const ahead = index > playhead.at || step.pending;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage may run twice; the order is the identity
          <li key={index} data-ahead={ahead || undefined} data-playhead={index === playhead.at || undefined}>
            <button
              type="button"
              className={classes.stop}
              aria-pressed={stop}
              aria-label={w.breakpointAt(stage)}
              title={w.breakpointAt(stage)}
              onClick={() => props.onStop(step.stage)}
            />
            <button
              type="button"
              className={classes.step}
              aria-current={index === playhead.chosen ? 'step' : undefined}
              onClick={() => moves.look(index)}
            >
              <span className={classes.stepName}>
                <b>{stage}</b>
                {step.pending ? (
                  <Tag tone="wait">{w.notRun}</Tag>
                ) : (
                  <Tag tone={TONES[step.decision]}>{words.capture.steps.decisions[step.decision]}</Tag>
                )}
                {step.differences.length > 0 && <Tag tone="wait">{`≠ ${step.differences.length}`}</Tag>}
              </span>
              <span className={`${classes.summary} kw-dim`}>{step.pending ? w.willSend : step.summary}</span>
            </button>
            {ahead && !step.pending && (
              <Tooltip label={w.runHere}>
                <ActionIcon size={24} aria-label={`${w.runHere}: ${stage}`} onClick={() => moves.runHere(index)}>
                  <IconPlayerPlayFilled size={13} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
          </li>
        );
      })}
    </ol>
  );
}
