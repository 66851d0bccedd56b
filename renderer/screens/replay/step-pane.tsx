import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { words } from '../../words/words.ts';
import { EvidenceList } from '../capture/evidence-list.tsx';
import { StepInOut, StepRule, StepTimes } from '../capture/step-facts.tsx';
import { TranslatedEvents } from '../capture/translated-events.tsx';
import { DifferenceTable } from './difference-table.tsx';
import classes from './replay.module.css';
import { Sending } from './sending.tsx';
import type { ShownStep } from './shown-steps.ts';
import type { useRun } from './use-run.ts';

/** The step one looks at: what it decided, by which rule set where, what came in, what went out, what differs. */
export function StepPane(props: {
  step: ShownStep;
  run: ReturnType<typeof useRun>;
  /** The playhead has not come so far. */
  ahead: boolean;
  onRunHere: () => void;
}) {
  const { step, run } = props;
  const w = words.replay;
  const s = words.capture.steps;
  const navigate = useNavigate();
  const stage = words.stages[step.stage];
  // What a stage noted itself says more than what the exchange looked like around it.
  const [input, output] = step.input || step.output ? [step.input ?? {}, step.output ?? {}] : [step.before, step.after];
  const evidenceAt = run.shown?.capture ?? run.shown?.of;
  return (
    <section className={classes.detail} aria-live="polite" aria-label={stage}>
      <div className={classes.detailHead}>
        <h2>{stage}</h2>
        {props.ahead && !step.pending && (
          <Button variant="default" leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={props.onRunHere}>
            {w.runHere}
          </Button>
        )}
      </div>
      {step.pending ? (
        <p className={classes.sentence}>{run.waiting ? w.willSend : w.outcome.undecided}</p>
      ) : (
        <>
          <p className={classes.sentence}>{step.summary}</p>
          <StepTimes step={step} />
        </>
      )}
      {step.stage === 'forward' && run.shown && <Sending replay={run.shown} />}
      {step.rule && <StepRule rule={step.rule} />}
      {!step.pending && (
        <>
          {run.shown?.mode !== 'explain' && (
            <>
              <h3>{w.difference}</h3>
              {step.differences.length > 0 ? (
                <DifferenceTable differences={step.differences} label={w.difference} />
              ) : (
                <p className="kw-dim">{step.original ? w.sameAsOriginal : w.notReached}</p>
              )}
            </>
          )}
          <StepInOut input={input} output={output} heading="h3" />
          {step.stage === 'translate' && evidenceAt && <TranslatedEvents capture={evidenceAt} heading="h3" />}
          {step.evidence && step.evidence.length > 0 && evidenceAt && (
            <>
              <h3>{s.evidence}</h3>
              <EvidenceList
                evidence={step.evidence}
                onShow={(tab, at) =>
                  void navigate({ to: '/requests/$id', params: { id: evidenceAt }, search: { tab, at } })
                }
              />
            </>
          )}
        </>
      )}
    </section>
  );
}
