import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import classes from './settings.module.css';

const SHOWN = 200;

export function AuditSection() {
  const w = words.settings.audit;
  const audit = useQuery(queries.settings.audit.queryOptions({ input: { limit: SHOWN } }));
  if (audit.error) return <ProblemNote problem={toProblem(audit.error)} onRetry={() => void audit.refetch()} />;
  if (!audit.data) return <Loader size="sm" aria-label={words.common.loading} />;
  return (
    <div className={classes.form}>
      <p>{w.lead}</p>
      {audit.data.length === 0 && <p className="kw-dim">{w.none}</p>}
      <ul className={classes.audit}>
        {audit.data.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several changes may share a version and a moment
          <li key={`${row.version}-${index}`}>
            <span className="kw-dim">
              <RelativeTime iso={row.time} />
            </span>
            <span>
              <b>{row.action}</b> <span className="kw-mono">{row.subject}</span>{' '}
              <span className="kw-dim">{row.actor}</span>
              {(row.before !== undefined || row.after !== undefined) && (
                <details>
                  <summary>{w.show}</summary>
                  <div className={classes.two}>
                    <Side title={w.before} value={row.before} />
                    <Side title={w.after} value={row.after} />
                  </div>
                </details>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Side({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <p className="kw-dim">{title}</p>
      <pre className="kw-code">{value === undefined ? '–' : JSON.stringify(value, null, 2)}</pre>
    </div>
  );
}
