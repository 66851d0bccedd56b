import { IconSquare, IconSquareCheckFilled } from '@tabler/icons-react';
import { memo } from 'react';
import type { CaptureRow } from '../../../gateway/control/contract/index.ts';
import { clockTime, count, duration, exactTime } from '../../format.ts';
import { captureApp, captureTone, captureVerdict } from '../../parts/capture-tone.ts';
import { Light, Tag } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import classes from './requests.module.css';

/** One line that already says what failed and why. */
export const RequestRow = memo(function RequestRow(props: {
  row: CaptureRow;
  nowMs: number;
  selected: boolean;
  onToggle: (id: string) => void;
}) {
  const { row, nowMs, selected } = props;
  const w = words.requests;
  const tone = captureTone(row);
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the key is x, for the row that the list has marked */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: an option may hold no control; aria-checked tells of it */}
      <span
        className={classes.pick}
        data-selected={selected || undefined}
        title={words.transfer.select}
        onClick={(event) => {
          event.stopPropagation();
          props.onToggle(row.id);
        }}
      >
        {selected ? <IconSquareCheckFilled size={16} aria-hidden /> : <Light tone={tone} size={15} />}
        {!selected && <IconSquare size={16} aria-hidden />}
      </span>
      <span className={classes.first}>
        <span className={classes.verdict} data-tone={tone}>
          <strong className="kw-clip">{captureVerdict(row)}</strong>
          {row.status !== null && <span className="kw-mono kw-dim">{row.status}</span>}
          {row.cached && <Tag tone="off">{w.viaCache}</Tag>}
          {row.practice && <Tag tone="practice">{words.common.practice}</Tag>}
          {row.origin && <Tag tone="off">{w.origin[row.origin.kind]}</Tag>}
        </span>
        <time className={classes.when} dateTime={row.time} title={exactTime(row.time)}>
          {clockTime(row.time, nowMs)}
        </time>
      </span>
      <span className={classes.second}>
        <span className={`${classes.route} kw-clip`} title={`${captureApp(row)} · ${route(row)}`}>
          <span>{captureApp(row)}</span>
          <span className="kw-dim"> · {route(row)}</span>
        </span>
        <span className={classes.numbers}>
          {row.attempts > 1 && <span className={classes.again}>{w.attempts(row.attempts)}</span>}
          {row.durationMs !== null && <span>{duration(row.durationMs)}</span>}
          {(row.inputTokens !== null || row.outputTokens !== null) && (
            <span className={classes.tokens}>{w.tokens(tokens(row.inputTokens), tokens(row.outputTokens))}</span>
          )}
        </span>
      </span>
    </>
  );
});

const tokens = (n: number | null) => (n === null ? '?' : count(n));

/** `gpt-5 → openai/gpt-5-mini`; one name where they are the same. */
function route(row: CaptureRow): string {
  const asked = row.askedModel ?? row.path;
  if (!row.provider) return asked;
  const answered = row.model ? `${row.provider}/${row.model}` : row.provider;
  return asked === answered ? answered : `${asked} → ${answered}`;
}
