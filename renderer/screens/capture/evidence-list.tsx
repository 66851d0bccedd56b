import { useNavigate } from '@tanstack/react-router';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { type CaptureTab, type EvidenceTarget, evidenceTarget } from './evidence-target.ts';
import { WithRedactions } from './redaction-chips.tsx';

interface Evidence {
  readonly what: string;
  readonly where: string;
  readonly value: string;
}

/** What a claim rests on; each line leads to the place it was found. */
export function EvidenceList({
  evidence,
  onShow,
}: {
  evidence: readonly Evidence[];
  onShow: (tab: CaptureTab, at?: string) => void;
}) {
  const navigate = useNavigate();
  const go = (target: EvidenceTarget) => {
    if (target.kind === 'tab') onShow(target.tab, target.at);
    else if (target.kind === 'provider-key') void navigate({ to: '/keys', search: {}, hash: target.id });
    else if (target.kind === 'gateway-key') void navigate({ to: '/apps', search: {}, hash: target.id });
    else if (target.kind === 'capture') void navigate({ to: '/requests/$id', params: { id: target.id }, search: {} });
    else void navigate({ to: '/providers', search: {}, hash: target.id });
  };
  return (
    <ul className={classes.evidence} aria-label={words.capture.explanation.evidence}>
      {evidence.map((each, index) => {
        const target = evidenceTarget(each.where);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: evidence has no identity and never changes its order
          <li key={index}>
            <span className="kw-dim">{each.what}</span>
            <span className="kw-mono">
              <WithRedactions text={each.value} />
            </span>
            {target ? (
              <button
                type="button"
                className={classes.where}
                onClick={() => go(target)}
                aria-label={words.capture.explanation.showEvidence(each.where)}
              >
                {each.where}
              </button>
            ) : (
              <span className="kw-dim">{each.where}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
