import { useMemo, useState } from 'react';
import { words } from '../../words/words.ts';
import { WithRedactions } from '../capture/redaction-chips.tsx';
import classes from './replay.module.css';
import { type DiffRow, diffLines, foldSame } from './text-diff.ts';

const AROUND = 3;
/** More rows than anybody reads; the rest is in the request itself. */
const ROWS_AT_MOST = 2_000;

/** Two texts beside each other, line by line; long stretches that agree are folded until asked for. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const w = words.replay.side;
  const [whole, setWhole] = useState(false);
  const rows = useMemo(() => diffLines(before, after), [before, after]);
  const shown = (whole ? rows : foldSame(rows, AROUND)).slice(0, ROWS_AT_MOST);
  return (
    <table className={classes.diff} aria-label={label}>
      <colgroup>
        <col className={classes.lineNumber} />
        <col />
        <col className={classes.lineNumber} />
        <col />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{w.line}</th>
          <th scope="col">{w.left}</th>
          <th scope="col">{w.line}</th>
          <th scope="col">{w.right}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row, index) =>
          'hidden' in row ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one comparison never change their order
            <tr key={index}>
              <td colSpan={4}>
                <button type="button" className={classes.unfold} onClick={() => setWhole(true)}>
                  {w.hidden(row.hidden)}
                </button>
              </td>
            </tr>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one comparison never change their order
            <tr key={index}>
              <Cells row={row} side="before" />
              <Cells row={row} side="after" />
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

const MARKS = { before: '−', after: '+' };

function Cells({ row, side }: { row: DiffRow; side: 'before' | 'after' }) {
  const line = row[side];
  const differs = row.kind !== 'same' && line !== undefined;
  return (
    <>
      <td className={`${classes.diffCell} ${classes.lineNumber}`}>{line?.number}</td>
      <td className={`${classes.diffCell} ${classes.lineText}`} data-side={differs ? side : undefined}>
        {differs && <span aria-hidden>{MARKS[side]} </span>}
        {line && <WithRedactions text={line.text} />}
      </td>
    </>
  );
}
