import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { duration, offset } from '../../format.ts';
import { words } from '../../words/words.ts';
import { factText, originText } from '../capture/as-text.ts';
import captureClasses from '../capture/capture.module.css';
import { EvidenceList } from '../capture/evidence-list.tsx';
import { WithRedactions } from '../capture/redaction-chips.tsx';
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
  onPerform: () => void;
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
          <p className="kw-dim">
            {s.at} {offset(step.startMs)}, {s.took} {duration(step.endMs - step.startMs)}
          </p>
        </>
      )}
      {step.stage === 'forward' && run.shown && <Sending replay={run.shown} />}
      {step.rule && (
        <dl className={captureClasses.facts}>
          <div>
            <dt>{s.rule}</dt>
            <dd className="kw-mono">{step.rule.name}</dd>
          </div>
          <div>
            <dt>{s.setIn}</dt>
            <dd>{originText(step.rule.origin)}</dd>
          </div>
          {step.rule.value !== undefined && (
            <div>
              <dt>{s.value}</dt>
              <dd className="kw-mono">
                <WithRedactions text={factText(step.rule.value)} />
              </dd>
            </div>
          )}
        </dl>
      )}
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
          <div className={captureClasses.inOut}>
            <Facts title={s.input} facts={input} />
            <Facts title={s.output} facts={output} />
          </div>
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

function Facts({ title, facts }: { title: string; facts: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(facts);
  return (
    <div>
      <h3>{title}</h3>
      {entries.length === 0 && <p className="kw-dim">{words.capture.steps.nothing}</p>}
      <dl className={captureClasses.facts}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="kw-mono">
              <WithRedactions text={factText(value)} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
