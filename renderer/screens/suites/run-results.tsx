import { Link } from '@tanstack/react-router';
import type { CaseResult, SuiteRun } from '../../../gateway/control/contract/suites.ts';
import { duration } from '../../format.ts';
import { Tag } from '../../parts/light.tsx';
import { Said } from '../../parts/said.tsx';
import { words } from '../../words/words.ts';
import { RESULT_TONES } from './run-tone.ts';
import classes from './suites.module.css';

const WORST_FIRST: CaseResult['result'][] = ['failed', 'error', 'skipped', 'passed'];

/** What did not hold comes first, in sentences. */
export function RunResults({ run }: { run: SuiteRun }) {
  const w = words.suites;
  const results = [...run.results].sort((a, b) => WORST_FIRST.indexOf(a.result) - WORST_FIRST.indexOf(b.result));
  return (
    <table className={classes.table} aria-label={w.runs}>
      <thead>
        <tr>
          <th scope="col">{w.case}</th>
          <th scope="col">{w.result}</th>
          <th scope="col">{w.took}</th>
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <tr key={result.case}>
            <th scope="row">{result.name}</th>
            <td>
              <Tag tone={RESULT_TONES[result.result]}>{w.results[result.result]}</Tag>
              {result.failures.length > 0 && (
                <ul className={classes.failures}>
                  {result.failures.map((failure) => (
                    <li key={failure}>
                      <Said text={failure} />
                    </li>
                  ))}
                </ul>
              )}
              {result.capture && (
                <Link
                  to="/requests/$id"
                  params={{ id: result.capture }}
                  search={{}}
                  className={`kw-link ${classes.runLink}`}
                >
                  {w.openRun}
                </Link>
              )}
            </td>
            <td>{duration(result.durationMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
