import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Capture, Explanation } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Tag, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { explanationText, headText } from './as-text.ts';
import classes from './capture.module.css';
import type { CaptureTab } from './evidence-target.ts';
import { Experiments, Proof } from './experiments.tsx';
import { Fixes } from './fixes.tsx';
import { Ladder } from './ladder.tsx';

const CERTAIN: Record<Explanation['status'], Tone> = { proven: 'ok', likely: 'wait', possible: 'off' };

type Show = (tab: CaptureTab, at?: string) => void;

export function ExplanationTab({ capture, onShow }: { capture: Capture; onShow: Show }) {
  const w = words.capture;
  const explanation = useQuery(
    queries.captures.explain.queryOptions({
      input: { id: capture.id, probe: false },
      enabled: capture.state !== 'running',
      staleTime: 60_000,
    }),
  );
  if (capture.state === 'running') return <p className={classes.block}>{w.running}</p>;
  if (explanation.error) {
    return (
      <div className={classes.block}>
        <ProblemNote problem={toProblem(explanation.error)} onRetry={() => void explanation.refetch()} />
      </div>
    );
  }
  if (!explanation.data) {
    return (
      <p className={classes.block}>
        <Loader size="xs" mr="xs" aria-hidden /> {w.explanation.explaining}
      </p>
    );
  }
  return <Explained capture={capture} explanation={explanation.data} onShow={onShow} />;
}

function Explained({ capture, explanation, onShow }: { capture: Capture; explanation: Explanation; onShow: Show }) {
  const w = words.capture.explanation;
  return (
    <div className={classes.explanation}>
      <section className={classes.block}>
        <div className={classes.blockHead}>
          <p className={classes.sentence}>{explanation.title}</p>
          <CopyButton
            text={() => `${headText(capture)}\n\n${explanationText(explanation)}`}
            label={words.common.copyText}
          />
        </div>
        {explanation.cause && (
          <p className={classes.certainty}>
            <Tag tone={CERTAIN[explanation.status]}>{w.certainty[explanation.status]}</Tag>
            <span>{w.confidence(Math.round(explanation.confidence * 100))}</span>
            <code className="kw-mono kw-dim">{explanation.cause}</code>
          </p>
        )}
        {explanation.cause && <Proof capture={capture} status={explanation.status} />}
        {explanation.why && <p>{explanation.why}</p>}
      </section>
      {!capture.ok && <Fixes fixes={explanation.fixes} capture={capture} />}
      {explanation.alternatives.length > 0 && (
        <section className={classes.block} aria-labelledby="alternatives">
          <h3 id="alternatives">{w.alternatives}</h3>
          <ul className={classes.alternatives}>
            {explanation.alternatives.map((other) => (
              <li key={other.cause}>
                <span>{words.causes[other.cause]}</span>
                <meter min={0} max={1} value={other.confidence} aria-label={words.causes[other.cause]} />
                <span className="kw-dim">{Math.round(other.confidence * 100)} %</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {!capture.ok && <Experiments capture={capture} explanation={explanation} />}
      <section className={classes.block} aria-labelledby="ladder">
        <h3 id="ladder">{w.ladder}</h3>
        <Ladder ladder={explanation.ladder} onShow={onShow} />
      </section>
      {explanation.detail && (
        <section className={classes.block} aria-labelledby="detail">
          <h3 id="detail">{w.detail}</h3>
          <p className={classes.prose}>{explanation.detail}</p>
        </section>
      )}
    </div>
  );
}
