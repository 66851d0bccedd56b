import { Link } from '@tanstack/react-router';
import type { Usage } from '../../../gateway/control/contract/index.ts';
import { count } from '../../format.ts';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';
import { percent } from './usage-numbers.ts';

/** Most frequent first; each leads to the requests that failed so. */
export function CausesPanel({ causes }: { causes: Usage['causes'] }) {
  const w = words.usage;
  const all = causes.reduce((sum, one) => sum + one.count, 0);
  return (
    <section className="kw-panel" aria-labelledby="usage-causes">
      <div className="kw-panel-head">
        <h2 id="usage-causes">{w.causes}</h2>
      </div>
      {causes.length === 0 ? (
        <p className="kw-panel-body kw-dim">{w.noCauses}</p>
      ) : (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{w.cause}</th>
              <th scope="col" data-number>
                {w.count}
              </th>
              <th scope="col">{w.share}</th>
            </tr>
          </thead>
          <tbody>
            {causes.map(({ cause, count: failed }) => (
              <tr key={cause}>
                <th scope="row">
                  <Link
                    to="/requests"
                    search={{ q: `cause:${cause}` }}
                    className="kw-link"
                    aria-label={w.openCause(words.causes[cause])}
                  >
                    {words.causes[cause]}
                  </Link>
                </th>
                <td data-number>{count(failed)}</td>
                <td>
                  <Bar share={failed / all} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <span className={classes.bar}>
      <span className={classes.barTrack} aria-hidden>
        <span style={{ width: `${Math.max(1, share * 100)}%` }} />
      </span>
      {percent(share)}
    </span>
  );
}
