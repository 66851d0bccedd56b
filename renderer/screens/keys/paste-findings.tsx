import type { PasteAnalysis } from '../../../gateway/control/contract/index.ts';
import { Light, Tag } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import classes from './keys.module.css';
import { masked } from './masked.ts';

/** What the paste turned out to be: whose key, what was wrong with it, what would be saved. */
export function PasteFindings({ analysis }: { analysis: PasteAnalysis }) {
  const w = words.keys;
  return (
    <div className={classes.findings} role="status">
      <p className={classes.finding}>
        <Light tone={analysis.usable ? (analysis.candidates.length > 0 ? 'ok' : 'wait') : 'bad'} />
        <strong>{analysis.sentence}</strong>
      </p>
      {analysis.faults.map((fault) => (
        <p key={fault.kind + fault.sentence} className={classes.finding}>
          <Light tone={fault.mended ? 'wait' : 'bad'} />
          <span>{fault.sentence}</span>
          {fault.mended && <Tag tone="ok">{w.mended}</Tag>}
        </p>
      ))}
      {analysis.usable && analysis.cleaned !== null && analysis.faults.some((fault) => fault.mended) && (
        <p className="kw-dim">
          {w.willSave} <code className="kw-mono">{masked(analysis.cleaned)}</code> ·{' '}
          {w.characters([...analysis.cleaned].length)}
        </p>
      )}
      {analysis.alreadyStored && (
        <p className={classes.finding}>
          <Light tone="wait" />
          <span>{w.already}</span>
        </p>
      )}
    </div>
  );
}
