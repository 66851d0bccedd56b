import type { RecordedStep } from '../../../gateway/control/contract/index.ts';
import { Tag, type Tone } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import classes from './replay.module.css';
import { stageOrder } from './shown-steps.ts';

type Shown = Pick<RecordedStep, 'stage' | 'decision' | 'summary'>;

const TONES: Record<Shown['decision'], Tone> = { passed: 'ok', answered: 'ok', refused: 'bad', skipped: 'off' };

/** Each stage on both sides; a row where they part is marked. */
export function SideSteps(props: {
  names: readonly [string, string];
  before: readonly Shown[];
  after: readonly Shown[];
}) {
  const { before, after } = props;
  const w = words.replay.side;
  const stages = [...new Set([...before, ...after].map((step) => step.stage))].sort(stageOrder);
  return (
    <section className={classes.compareSection}>
      <h2>{w.steps}</h2>
      <table className={classes.sideTable} aria-label={w.steps}>
        <thead>
          <tr>
            <th scope="col">{w.step}</th>
            <th scope="col">{props.names[0]}</th>
            <th scope="col">{props.names[1]}</th>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => {
            const [left, right] = [before, after].map((steps) => steps.findLast((step) => step.stage === stage));
            const parts = left?.decision !== right?.decision || left?.summary !== right?.summary;
            return (
              <tr key={stage} data-differs={parts || undefined}>
                <th scope="row">{words.stages[stage]}</th>
                <td>{left ? <StepCell step={left} /> : <span className="kw-dim">{words.replay.nothing}</span>}</td>
                <td>{right ? <StepCell step={right} /> : <span className="kw-dim">{words.replay.nothing}</span>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function StepCell({ step }: { step: Shown }) {
  return (
    <>
      <Tag tone={TONES[step.decision]}>{words.capture.steps.decisions[step.decision]}</Tag> {step.summary}
    </>
  );
}
