import { words } from '../../words/words.ts';
import { factText } from './as-text.ts';
import classes from './capture.module.css';
import { WithRedactions } from './redaction-chips.tsx';

interface Entry {
  readonly on?: string;
  readonly path?: string;
  readonly action?: string;
  readonly why?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What a translation dropped, renamed, defaulted, clamped or reordered: a line a field. */
export function LossLedger({
  output,
  heading: Heading,
}: {
  output: Readonly<Record<string, unknown>> | undefined;
  heading: 'h3' | 'h4';
}) {
  const entries = output?.ledger;
  if (!Array.isArray(entries) || entries.length === 0) return null;
  const w = words.capture.steps.ledger;
  const more = Number(output?.moreLosses ?? 0);
  return (
    <>
      <Heading>{w.title}</Heading>
      <table className={classes.ledger} aria-label={w.title}>
        <thead>
          <tr>
            <th scope="col">{w.columns.field}</th>
            <th scope="col">{w.columns.way}</th>
            <th scope="col">{w.columns.what}</th>
            <th scope="col">{w.columns.before}</th>
            <th scope="col">{w.columns.after}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry: Entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one field may be lost twice; the order is the identity
            <tr key={index}>
              <th scope="row">{entry.path}</th>
              <td>{entry.on === 'answer' ? w.ways.answer : w.ways.request}</td>
              <td>
                <b>{entry.action}</b>: {entry.why}
              </td>
              <td className="kw-mono">{shown(entry.before)}</td>
              <td className="kw-mono">{shown(entry.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="kw-dim">{w.more(more)}</p>}
    </>
  );
}

function shown(value: unknown) {
  return value === undefined ? '' : <WithRedactions text={factText(value)} />;
}
