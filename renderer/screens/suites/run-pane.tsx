import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { junitXml } from '../../../gateway/control/contract/junit.ts';
import type { SuiteRow, SuiteRun } from '../../../gateway/control/contract/suites.ts';
import { queries } from '../../api.ts';
import { duration, exactTime } from '../../format.ts';
import { Light } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { saveFile } from '../transfer/save-file.ts';
import { RunCompared } from './run-compared.tsx';
import { RunResults } from './run-results.tsx';
import { runTone } from './run-tone.ts';
import classes from './suites.module.css';

/** The results of a run, the newest unless another is chosen; beside an earlier one where two are compared. */
export function RunPane(props: {
  suite: SuiteRow;
  run: string | undefined;
  before: string | undefined;
  onShow: (next: { run?: string; before?: string }) => void;
}) {
  const w = words.suites;
  const runs = useQuery(queries.suites.runs.queryOptions({ input: { name: props.suite.name } }));
  if (runs.error) return <ProblemNote problem={toProblem(runs.error)} onRetry={() => void runs.refetch()} />;
  const newestFirst = [...(runs.data ?? [])].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const shown = newestFirst.find((run) => run.id === props.run) ?? newestFirst[0];
  const earlier = newestFirst.filter((run) => shown && run.startedAt < shown.startedAt);
  const before = earlier.find((run) => run.id === props.before);
  const option = (run: SuiteRun) => ({ value: run.id, label: `${exactTime(run.startedAt)} · ${countsText(run)}` });
  return (
    <section className={classes.section} aria-labelledby="runs">
      <h3 id="runs">{w.runs}</h3>
      {!shown ? (
        <p className="kw-dim">{runs.data ? w.noRuns : ''}</p>
      ) : (
        <>
          <div className={classes.runBar}>
            <Light tone={runTone(shown)} size={18} />
            <Select
              size="xs"
              className={classes.runPicker}
              aria-label={before ? w.compareAfter : w.lastRun}
              data={newestFirst.map(option)}
              value={shown.id}
              allowDeselect={false}
              onChange={(id) => id && props.onShow({ run: id, before: props.before })}
            />
            <span className="kw-dim">{duration(shown.durationMs)}</span>
            <span className="kw-grow" />
            {earlier.length > 0 && (
              <Select
                size="xs"
                className={classes.runPicker}
                aria-label={w.compareBefore}
                placeholder={w.compare}
                clearable
                data={earlier.map(option)}
                value={before?.id ?? null}
                onChange={(id) => props.onShow({ run: shown.id, before: id ?? undefined })}
              />
            )}
            <Button
              variant="default"
              onClick={() =>
                saveFile({
                  fileName: `${shown.suite}-${shown.startedAt.slice(0, 19).replaceAll(':', '')}.xml`,
                  mediaType: 'application/xml',
                  parts: [junitXml(shown)],
                })
              }
            >
              {w.junit}
            </Button>
          </div>
          {before ? <RunCompared suite={props.suite.name} before={before} after={shown} /> : <RunResults run={shown} />}
        </>
      )}
    </section>
  );
}

function countsText(run: SuiteRun): string {
  const w = words.suites.counts;
  const parts: [number, string][] = [
    [run.passed, w.passed],
    [run.failed, w.failed],
    [run.errors, w.error],
    [run.skipped, w.skipped],
  ];
  return parts
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`)
    .join(', ');
}
