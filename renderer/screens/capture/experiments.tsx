import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Experiment } from '../../../gateway/control/contract/experiments.ts';
import type { Capture, Explanation } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { ExperimentLine } from './experiment-line.tsx';

function useExperiments(id: string) {
  return useQuery(queries.experiments.list.queryOptions({ input: { id }, staleTime: 60_000, retry: false }));
}

/** How sure this is, in a sentence; a test that would make it surer is only promised where one can be run. */
export function Proof({ capture, status }: { capture: Capture; status: Explanation['status'] }) {
  const w = words.experiments;
  const testable = useExperiments(capture.id).data?.some((experiment) => experiment.unavailable === null);
  return <p className="kw-dim">{status === 'proven' || testable ? w.proof[status] : w.proofNoTests[status]}</p>;
}

/** The tests that would tell the causes apart, each to be run by itself. */
export function Experiments({ capture, explanation }: { capture: Capture; explanation: Explanation }) {
  const w = words.experiments;
  const list = useExperiments(capture.id);
  const lines = (experiments: readonly Experiment[]) => (
    <ul className={classes.experiments}>
      {experiments.map((experiment) => (
        <ExperimentLine
          key={experiment.id}
          capture={capture}
          experiment={experiment}
          earlier={explanation.probes.find((probe) => probe.probe === experiment.id)}
        />
      ))}
    </ul>
  );
  const runnable = list.data?.filter((experiment) => experiment.unavailable === null) ?? [];
  const others = list.data?.filter((experiment) => experiment.unavailable !== null) ?? [];
  return (
    <section className={classes.block} aria-labelledby="experiments">
      <h3 id="experiments">{w.title}</h3>
      {list.error ? (
        <ProblemNote problem={toProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <p className="kw-dim">
          <Loader size="xs" mr="xs" aria-hidden /> {w.loading}
        </p>
      ) : runnable.length === 0 && others.length === 0 ? (
        <p className="kw-dim">{w.none}</p>
      ) : (
        <>
          <p className="kw-dim">{runnable.length > 0 ? w.lead : w.noneHere}</p>
          {lines(runnable)}
          {others.length > 0 && (
            <details>
              <summary className={classes.moreSummary}>{w.others(others.length)}</summary>
              {lines(others)}
            </details>
          )}
        </>
      )}
    </section>
  );
}
