import type { Replay } from '../../../gateway/control/contract/replay.ts';
import { words } from '../../words/words.ts';
import captureClasses from '../capture/capture.module.css';
import { HeadersTable } from '../capture/headers-table.tsx';
import { WithRedactions } from '../capture/redaction-chips.tsx';
import { costText } from './cost-text.ts';
import { DifferenceTable } from './difference-table.tsx';
import { readable } from './draft.ts';

/** What leaves the machine, told before it does: to whom, with which key, at what cost, and every byte of it. */
export function Sending({ replay }: { replay: Replay }) {
  const w = words.replay.sending;
  const { sending, prepared, preparedDifferences } = replay;
  return (
    <>
      {sending && (
        <dl className={captureClasses.facts}>
          <div>
            <dt>{w.to}</dt>
            <dd className="kw-mono">
              {sending.method} {sending.url}
            </dd>
          </div>
          <div>
            <dt>{w.key}</dt>
            <dd>{sending.key ?? w.noKey}</dd>
          </div>
          <div>
            <dt>{w.cost}</dt>
            <dd>{costText(sending)}</dd>
          </div>
        </dl>
      )}
      {preparedDifferences.length > 0 && (
        <>
          <h3>{w.differences}</h3>
          <DifferenceTable differences={preparedDifferences} label={w.differences} />
        </>
      )}
      {prepared && (
        <details>
          <summary>{w.title}</summary>
          <HeadersTable headers={prepared.headers} caption={w.title} />
          {prepared.body !== null && (
            <pre className="kw-code">
              <WithRedactions text={readable(prepared.body)} />
            </pre>
          )}
        </details>
      )}
    </>
  );
}
