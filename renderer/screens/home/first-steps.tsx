import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { LinkButton } from '../../parts/link-button.tsx';
import { words } from '../../words/words.ts';
import classes from './home.module.css';
import type { Progress } from './progress.ts';
import { TryIt } from './try-it.tsx';

/** The newcomer's three steps; those that are done carry a check mark. */
export function FirstSteps({ progress, onHide }: { progress: Progress; onHide: () => void }) {
  const s = words.home.steps;
  const { tried, keys, apps, done } = progress;
  return (
    <section className="kw-panel" aria-labelledby="first-steps">
      <div className="kw-panel-head">
        <h2 id="first-steps">{done ? s.titleDone : s.title}</h2>
        {done && (
          <Button variant="default" onClick={onHide}>
            {s.hide}
          </Button>
        )}
      </div>
      <ol className={classes.steps}>
        <Step number={1} done={tried} title={s.tryTitle} text={s.trySentence}>
          <TryIt done={tried} />
        </Step>
        <Step number={2} done={keys > 0} title={s.keyTitle} text={keys > 0 ? s.keyDone(keys) : s.keySentence}>
          <LinkButton to="/keys" search={{ add: 'any' }} variant={tried && keys === 0 ? 'filled' : 'default'}>
            {words.keys.add}
          </LinkButton>
        </Step>
        <Step
          number={3}
          done={apps > 0}
          title={s.connectTitle}
          text={apps > 0 ? s.connectDone(apps) : s.connectSentence}
        >
          <LinkButton to="/apps" search={{ connect: 'any' }} variant={keys > 0 && apps === 0 ? 'filled' : 'default'}>
            {words.apps.connect}
          </LinkButton>
        </Step>
      </ol>
    </section>
  );
}

function Step(props: { number: number; done: boolean; title: string; text: string; children: ReactNode }) {
  const s = words.home.steps;
  return (
    <li className={classes.step} data-done={props.done || undefined}>
      <span
        className={classes.number}
        role="img"
        aria-label={`${props.number}: ${props.done ? s.stepDone : s.stepOpen}`}
      >
        {props.done ? <IconCheck size={16} stroke={2.6} aria-hidden /> : props.number}
      </span>
      <div className={classes.stepBody}>
        <h3>{props.title}</h3>
        <p className="kw-dim">{props.text}</p>
        <div className={classes.stepAction}>{props.children}</div>
      </div>
    </li>
  );
}
