import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Capture, Explanation } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { ExperimentLine } from './experiment-line.tsx';

/** The tests that would tell the causes apart, each to be run by itself. */
export function Experiments({ capture, explanation }: { capture: Capture; explanation: Explanation }) {
  const w = words.experiments;
  const list = useQuery(
    queries.experiments.list.queryOptions({ input: { id: capture.id }, staleTime: 60_000, retry: false }),
  );
  return (
    <section className={classes.block} aria-labelledby="experiments">
      <h3 id="experiments">{w.title}</h3>
      {list.error ? (
        <ProblemNote problem={toProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <p className="kw-dim">
          <Loader size="xs" mr="xs" aria-hidden /> {w.loading}
        </p>
      ) : list.data.length === 0 ? (
        <p className="kw-dim">{w.none}</p>
      ) : (
        <>
          <p className="kw-dim">{w.lead}</p>
          <ul className={classes.experiments}>
            {list.data.map((experiment) => (
              <ExperimentLine
                key={experiment.id}
                capture={capture}
                experiment={experiment}
                earlier={explanation.probes.find((probe) => probe.probe === experiment.id)}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
