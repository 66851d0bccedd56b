import { Button } from '@mantine/core';
import { IconFlask2 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Experiment, ExperimentResult } from '../../../gateway/control/contract/experiments.ts';
import type { Capture, Explanation } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { Tag, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';

const TONES: Record<ExperimentResult['verdict'], Tone> = {
  confirms: 'ok',
  contradicts: 'bad',
  inconclusive: 'wait',
  'not-run': 'off',
};

/** One test: what it tells, what it sends to whom, what it costs; then what was seen. */
export function ExperimentLine(props: {
  capture: Capture;
  experiment: Experiment;
  /** What an earlier run of it left in the explanation. */
  earlier: Explanation['probes'][number] | undefined;
}) {
  const { capture, experiment, earlier } = props;
  const w = words.experiments;
  const client = useQueryClient();
  const confirm = useConfirm();
  const action = useAction();
  const [result, setResult] = useState<ExperimentResult | null>(null);
  const cost =
    experiment.costUsd === null ? w.unknownCost : experiment.costUsd === 0 ? w.free : w.about(experiment.costUsd);

  const run = async () => {
    if (!experiment.allowed) {
      const sends = experiment.sends.map((each) => `${each.method} ${each.host}${each.path}`).join(', ');
      const text = w.confirmPaid(sends ? `${w.sends}: ${sends}.` : experiment.tells, cost);
      if (!(await confirm({ title: w.confirmTitle, text, confirm: w.confirm, harmless: true }))) return;
    }
    const done = await action.run(() =>
      api.experiments.run({ id: capture.id, experiment: experiment.id, confirm: !experiment.allowed }),
    );
    if (!done) return;
    setResult(done);
    client.setQueryData(
      queries.captures.explain.queryKey({ input: { id: capture.id, probe: false } }),
      done.explanation,
    );
  };
  const ran = earlier !== undefined && earlier.result !== '' && earlier.tells === undefined;
  const verb = result || ran ? w.again : w.run;
  return (
    <li className={classes.experiment}>
      <div className={classes.experimentHead}>
        <b>{experiment.title}</b>
        <Button
          variant="default"
          leftSection={<IconFlask2 size={14} aria-hidden />}
          loading={action.pending}
          disabled={experiment.unavailable !== null}
          aria-label={`${verb}: ${experiment.title}`}
          onClick={() => void run()}
        >
          {verb}
        </Button>
      </div>
      <p>{experiment.tells}</p>
      <p className={classes.experimentFacts}>
        <span>
          {w.sends}: <Sends experiment={experiment} />
        </span>
        <span>
          {w.cost}: {cost}
        </span>
      </p>
      {experiment.unavailable && (
        <p className="kw-dim">
          {w.unavailable} <Said text={experiment.unavailable} />
        </p>
      )}
      {action.problem && <ProblemNote problem={action.problem} />}
      <div role="status">
        {result ? (
          <p className={classes.experimentResult}>
            <Tag tone={TONES[result.verdict]}>{w.verdicts[result.verdict]}</Tag>
            <span>
              <Said text={result.sentence} />
            </span>
            <Runs captures={result.captures} />
          </p>
        ) : (
          ran && (
            <p className={classes.experimentResult}>
              <span>
                <Said text={earlier.result} />
              </span>
              <Runs captures={earlier.capture ? [earlier.capture] : []} />
            </p>
          )
        )}
      </div>
    </li>
  );
}

function Sends({ experiment }: { experiment: Experiment }) {
  const w = words.experiments;
  if (experiment.sends.length === 0) return w.sendsNothing;
  return experiment.sends.map((each, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the same request may be sent twice; the order is the identity
    <span key={index}>
      {index > 0 && ', '}
      <span className="kw-mono">
        {each.method} {each.host}
        {each.path}
      </span>{' '}
      {each.withKey === null ? w.withoutKey : w.withKey(each.withKey)}
    </span>
  ));
}

function Runs({ captures }: { captures: readonly string[] }) {
  const w = words.experiments;
  const names =
    captures.length === 2 ? [w.changedRun, w.unchangedRun] : captures.map((_, index) => w.runNumber(index + 1));
  return captures.map((id, index) => (
    <Link key={id} to="/requests/$id" params={{ id }} search={{}} className="kw-link">
      {names[index]}
    </Link>
  ));
}
