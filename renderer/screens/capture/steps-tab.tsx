import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Capture, RecordedStep } from '../../../gateway/control/contract/index.ts';
import { duration } from '../../format.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Tag, type Tone } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import { headText, stepsText } from './as-text.ts';
import classes from './capture.module.css';
import { EvidenceList } from './evidence-list.tsx';
import type { CaptureTab } from './evidence-target.ts';
import { StepInOut, StepRule, StepTimes } from './step-facts.tsx';
import { TranslatedEvents } from './translated-events.tsx';

const TONES: Record<RecordedStep['decision'], Tone> = { passed: 'ok', answered: 'ok', refused: 'bad', skipped: 'off' };

/** The timeline on the left with the playhead, the chosen step beside it. Opens where it went wrong. */
export function StepsTab(props: {
  capture: Capture;
  at: string | undefined;
  onShow: (tab: CaptureTab, at?: string) => void;
}) {
  const { steps } = props.capture;
  const w = words.capture.steps;
  const asked = steps.findIndex((step) => `step:${step.stage}` === props.at);
  const [chosen, setChosen] = useState(() => firstChosen(props.capture, asked));
  useEffect(() => {
    if (asked >= 0) setChosen(asked);
  }, [asked]);
  const move = (by: number) => setChosen((before) => Math.min(steps.length - 1, Math.max(0, before + by)));
  useActionHandlers({ stepForward: () => move(1), stepBack: () => move(-1) });

  const step = steps[chosen];
  if (!step) return <p className={classes.block}>{w.none}</p>;
  return (
    <div className={classes.steps}>
      <div className={classes.stepsBar}>
        <Group gap={2}>
          <Tooltip label={w.back}>
            <ActionIcon aria-label={w.back} onClick={() => move(-1)} disabled={chosen === 0}>
              <IconChevronLeft size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={w.forward}>
            <ActionIcon aria-label={w.forward} onClick={() => move(1)} disabled={chosen === steps.length - 1}>
              <IconChevronRight size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <span className="kw-dim">{w.of(chosen + 1, steps.length)}</span>
        </Group>
        <Group gap={4}>
          <LinkButton
            to="/requests/$id/replay"
            params={{ id: props.capture.id }}
            search={{ step: step.stage }}
            variant="subtle"
          >
            {words.replay.open}
          </LinkButton>
          <CopyButton text={() => `${headText(props.capture)}\n\n${stepsText(steps)}`} label={words.common.copyText} />
        </Group>
      </div>
      <ol className={classes.timeline} aria-label={w.list}>
        {steps.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage may run twice; the order is the identity
          <li key={index}>
            <button
              type="button"
              aria-current={index === chosen ? 'step' : undefined}
              data-decision={each.decision}
              onClick={() => setChosen(index)}
            >
              <span className={classes.dot} aria-hidden />
              <span className={classes.stepName}>
                <b>{words.stages[each.stage]}</b>
                <Tag tone={TONES[each.decision]}>{w.decisions[each.decision]}</Tag>
              </span>
              <span className={classes.stepTook}>{duration(each.endMs - each.startMs)}</span>
              <span className={`${classes.stepSummary} kw-dim`}>{each.summary}</span>
            </button>
          </li>
        ))}
      </ol>
      <StepDetail step={step} capture={props.capture} onShow={props.onShow} />
    </div>
  );
}

function firstChosen(capture: Capture, asked: number): number {
  if (asked >= 0) return asked;
  const refused = capture.steps.findIndex((step) => step.decision === 'refused');
  if (refused >= 0) return refused;
  const failedAt = capture.steps.findIndex((step) => step.stage === capture.stage);
  return Math.max(0, failedAt);
}

function StepDetail({
  step,
  capture,
  onShow,
}: {
  step: RecordedStep;
  capture: Capture;
  onShow: (tab: CaptureTab, at?: string) => void;
}) {
  const w = words.capture.steps;
  return (
    <section className={classes.stepDetail} aria-live="polite" aria-label={words.stages[step.stage]}>
      <h3>{words.stages[step.stage]}</h3>
      <p className={classes.stepSentence}>{step.summary}</p>
      <StepTimes step={step} />
      {step.rule && <StepRule rule={step.rule} />}
      <StepInOut input={step.input} output={step.output} heading="h4" />
      {step.stage === 'translate' && capture.stream && <TranslatedEvents capture={capture.id} heading="h4" />}
      {step.evidence && step.evidence.length > 0 && (
        <>
          <h4>{w.evidence}</h4>
          <EvidenceList evidence={step.evidence} onShow={onShow} />
        </>
      )}
    </section>
  );
}
