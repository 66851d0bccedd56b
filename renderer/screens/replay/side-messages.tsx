import { words } from '../../words/words.ts';
import { WithRedactions } from '../capture/redaction-chips.tsx';
import { DiffView } from './diff-view.tsx';
import classes from './replay.module.css';
import { pairHeaders } from './side-headers.ts';
import type { Message } from './use-side.ts';

/** Two messages: their lines, the headers that differ, their bodies merged line by line. */
export function SideMessages(props: {
  title: string;
  names: readonly [string, string];
  before: Message | undefined;
  after: Message | undefined;
}) {
  const { title, before, after } = props;
  const w = words.replay.side;
  const headers = pairHeaders(before?.headers ?? [], after?.headers ?? []);
  const differing = headers.filter((pair) => !pair.same);
  const same = before && after && differing.length === 0 && before.line === after.line && before.body === after.body;
  return (
    <section className={classes.compareSection}>
      <h2>{title}</h2>
      {!before || !after ? (
        <p className="kw-dim">{w.none}</p>
      ) : same ? (
        <p className="kw-dim">{w.same}</p>
      ) : (
        <>
          <div className={classes.sides}>
            <p className={classes.line}>{before.line}</p>
            <p className={classes.line} data-differs={before.line !== after.line || undefined}>
              {after.line}
            </p>
          </div>
          <h3>{w.headers}</h3>
          {differing.length === 0 ? (
            <p className="kw-dim">{w.same}</p>
          ) : (
            <table className={classes.sideTable} aria-label={`${title}: ${w.headers}`}>
              <thead>
                <tr>
                  <th scope="col">{words.capture.message.header}</th>
                  <th scope="col">{props.names[0]}</th>
                  <th scope="col">{props.names[1]}</th>
                </tr>
              </thead>
              <tbody>
                {differing.map((pair) => (
                  <tr key={pair.name} data-differs>
                    <th scope="row">{pair.name}</th>
                    {[pair.before, pair.after].map((value, index) => (
                      <td key={index === 0 ? 'before' : 'after'} className="kw-mono">
                        {value === undefined ? (
                          <span className="kw-dim">{words.replay.nothing}</span>
                        ) : (
                          <WithRedactions text={value} />
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <h3>{w.body}</h3>
          {before.body === after.body ? (
            <p className="kw-dim">{w.same}</p>
          ) : (
            <DiffView before={before.body} after={after.body} label={`${title}: ${w.body}`} />
          )}
        </>
      )}
    </section>
  );
}
