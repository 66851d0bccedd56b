import type { Capture } from '../../../gateway/control/contract/index.ts';
import { duration, offset } from '../../format.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import { barName, headText, timingText } from './as-text.ts';
import classes from './capture.module.css';
import { waterfall } from './waterfall.ts';

/** Where the time went: stages, attempts within them, phases within those. A table that is also a picture. */
export function TimingTab({ capture }: { capture: Capture }) {
  const w = words.capture.timing;
  const { totalMs, bars } = waterfall(capture);
  if (bars.length === 0) return <p className={classes.block}>{w.none}</p>;
  const percent = (ms: number) => (totalMs === 0 ? 0 : (100 * ms) / totalMs);
  return (
    <div className={classes.message}>
      <div className={classes.blockHead}>
        <p>
          {w.total}: <b>{duration(totalMs)}</b>
        </p>
        <CopyButton text={() => `${headText(capture)}\n\n${timingText(capture)}`} label={words.common.copyText} />
      </div>
      <table className={classes.waterfall} aria-label={w.chart}>
        <thead>
          <tr>
            <th scope="col">{w.phase}</th>
            <th scope="col" aria-hidden />
            <th scope="col">{w.start}</th>
            <th scope="col">{w.took}</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the order of the bars is their identity
            <tr key={index} data-kind={bar.kind}>
              <th scope="row">{barName(bar)}</th>
              <td className={classes.track} aria-hidden>
                <span
                  className={classes.bar}
                  data-kind={bar.kind}
                  data-phase={bar.phase}
                  data-failed={bar.failed || undefined}
                  style={{ left: `${percent(bar.startMs)}%`, width: `${percent(bar.endMs - bar.startMs)}%` }}
                />
              </td>
              <td>{offset(bar.startMs)}</td>
              <td>{duration(bar.endMs - bar.startMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {capture.attemptList.some((attempt) => attempt.timings.reusedConnection) && <p className="kw-dim">{w.reused}</p>}
    </div>
  );
}
