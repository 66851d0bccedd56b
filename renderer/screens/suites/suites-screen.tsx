import { Loader } from '@mantine/core';
import { IconChecklist } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import type { SuiteRow } from '../../../gateway/control/contract/suites.ts';
import { queries } from '../../api.ts';
import { Empty } from '../../parts/empty.tsx';
import { Light, type Tone } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { runTone } from './run-tone.ts';
import classes from './suites.module.css';

/** Suites on the left with how they last went, the chosen one beside them. */
export function SuitesScreen() {
  const w = words.suites;
  const { name } = useParams({ strict: false }) as { name?: string };
  const suites = useQuery(queries.suites.list.queryOptions());
  if (suites.error) {
    return (
      <div className="kw-page">
        <h1>{w.title}</h1>
        <ProblemNote problem={toProblem(suites.error)} onRetry={() => void suites.refetch()} />
      </div>
    );
  }
  if (!suites.data) return <Loader size="sm" m="lg" aria-label={words.common.loading} />;
  if (suites.data.length === 0) {
    return (
      <div className="kw-page">
        <h1 className={classes.hiddenTitle}>{w.title}</h1>
        <Empty icon={<IconChecklist size={40} stroke={1.3} />} title={w.emptyTitle} text={w.empty}>
          <LinkButton to="/requests" search={{}}>
            {w.openRequests}
          </LinkButton>
        </Empty>
      </div>
    );
  }
  return (
    <div className={classes.split} data-open={name !== undefined || undefined}>
      <nav className={classes.side} aria-label={w.list}>
        <h1>{w.title}</h1>
        {suites.data.map((suite) => (
          <SuiteLink key={suite.name} suite={suite} />
        ))}
      </nav>
      <div className={classes.main}>
        {name === undefined ? (
          <Empty icon={<IconChecklist size={40} stroke={1.3} />} title={w.title} text={`${w.lead} ${w.choose}`} />
        ) : (
          <Outlet />
        )}
      </div>
    </div>
  );
}

function SuiteLink({ suite }: { suite: SuiteRow }) {
  const w = words.suites;
  const run = suite.lastRun;
  const tone: Tone = run ? runTone(run) : 'off';
  return (
    <Link to="/suites/$name" params={{ name: suite.name }} search={{}} className={classes.suiteLink}>
      <Light tone={tone} />
      <span className="kw-grow">
        <b className="kw-clip">{suite.name}</b>
        <span className="kw-dim">
          {w.cases(suite.cases.length)} ·{' '}
          {run ? (
            <>
              {run.failed + run.errors === 0 ? w.allPassed : `${run.failed + run.errors} ${w.counts.failed}`},{' '}
              <RelativeTime iso={run.startedAt} />
            </>
          ) : (
            w.neverRun
          )}
        </span>
      </span>
    </Link>
  );
}
