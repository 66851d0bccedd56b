import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { LadderRung } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { EvidenceList } from './evidence-list.tsx';
import type { CaptureTab } from './evidence-target.ts';

const ICONS = { passed: IconCheck, failed: IconX, unknown: IconMinus };

/** The checks in order, each with what it rests on. */
export function Ladder({
  ladder,
  onShow,
}: {
  ladder: readonly LadderRung[];
  onShow: (tab: CaptureTab, at?: string) => void;
}) {
  return (
    <ol className={classes.ladder}>
      {ladder.map((rung) => {
        const Icon = ICONS[rung.result];
        return (
          <li key={rung.check} data-result={rung.result}>
            <span className={classes.rung} role="img" aria-label={words.capture.explanation.result[rung.result]}>
              <Icon size={13} stroke={3} aria-hidden />
            </span>
            <div className="kw-grow">
              <p className={classes.rungTitle}>{words.ladder[rung.check][rung.result]}</p>
              {rung.evidence.length > 0 && (
                <details open={rung.result === 'failed'}>
                  <summary>{words.capture.explanation.evidenceCount(rung.evidence.length)}</summary>
                  <EvidenceList evidence={rung.evidence} onShow={onShow} />
                </details>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
