import { useQuery } from '@tanstack/react-query';
import type { CaseResult, SuiteRun } from '../../../gateway/control/contract/suites.ts';
import { queries } from '../../api.ts';
import { Tag, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { RESULT_TONES } from './run-tone.ts';
import classes from './suites.module.css';

const TONES: Record<keyof typeof words.suites.change, Tone> = {
  same: 'off',
  broken: 'bad',
  mended: 'ok',
  added: 'wait',
  removed: 'wait',
  other: 'wait',
};

/** Two runs case by case: what broke since, what was mended. */
export function RunCompared({ suite, before, after }: { suite: string; before: SuiteRun; after: SuiteRun }) {
  const w = words.suites;
  const compared = useQuery(
    queries.suites.compareRuns.queryOptions({ input: { name: suite, before: before.id, after: after.id } }),
  );
  if (compared.error)
    return <ProblemNote problem={toProblem(compared.error)} onRetry={() => void compared.refetch()} />;
  const rows = compared.data ?? [];
  const differ = rows.filter((row) => row.change !== 'same');
  const sorted = [...differ, ...rows.filter((row) => row.change === 'same')];
  return (
    <>
      {compared.data && differ.length === 0 && <p className="kw-dim">{w.noDifference}</p>}
      <table className={classes.table} aria-label={w.compare}>
        <thead>
          <tr>
            <th scope="col">{w.case}</th>
            <th scope="col">{w.earlier}</th>
            <th scope="col">{w.later}</th>
            <th scope="col">{words.replay.difference}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.case}>
              <th scope="row">{row.name}</th>
              <td>
                <Result result={row.before} />
              </td>
              <td>
                <Result result={row.after} />
              </td>
              <td>
                <Tag tone={TONES[row.change]}>{w.change[row.change]}</Tag>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Result({ result }: { result: CaseResult | null }) {
  if (!result) return <span className="kw-dim">{words.replay.nothing}</span>;
  return (
    <>
      <Tag tone={RESULT_TONES[result.result]}>{words.suites.results[result.result]}</Tag>
      {result.failures.map((failure) => (
        <p key={failure}>
          <Said text={failure} />
        </p>
      ))}
    </>
  );
}
