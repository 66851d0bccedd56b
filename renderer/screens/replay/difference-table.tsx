import type { Difference } from '../../../gateway/control/contract/replay.ts';
import { words } from '../../words/words.ts';
import { factText } from '../capture/as-text.ts';
import { WithRedactions } from '../capture/redaction-chips.tsx';
import classes from './replay.module.css';

/** What differs, place by place: what stood there, what stands there now. */
export function DifferenceTable({ differences, label }: { differences: readonly Difference[]; label: string }) {
  const w = words.replay;
  return (
    <table className={classes.differences} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{w.columns.place}</th>
          <th scope="col">{w.columns.original}</th>
          <th scope="col">{w.columns.now}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map((difference) => (
          <tr key={`${difference.kind} ${difference.path}`}>
            <th scope="row">{difference.path || '/'}</th>
            <td data-side="before">
              <Value value={difference.before} there={difference.kind !== 'added'} />
            </td>
            <td data-side="after">
              <Value value={difference.after} there={difference.kind !== 'removed'} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ value, there }: { value: unknown; there: boolean }) {
  if (!there || value === undefined) return <span className="kw-dim">{words.replay.nothing}</span>;
  return <WithRedactions text={factText(value)} />;
}
