import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Status } from '../../../gateway/control/contract/index.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { words } from '../../words/words.ts';
import classes from './home.module.css';
import { TryIt } from './try-it.tsx';

/** The newcomer's three steps; those that are done carry a check mark. */
export function FirstSteps(props: { status: Status; onHide: () => void }) {
  const s = words.home.steps;
  const { counts } = props.status;
  const tried = counts.captures > 0;
  const connected = counts.apps > 0;
  const allDone = tried && counts.keys > 0 && connected;
  return (
    <section className="kw-panel" aria-labelledby="first-steps">
      <div className="kw-panel-head">
        <h2 id="first-steps">{allDone ? s.titleDone : s.title}</h2>
        {allDone && (
          <Button variant="default" onClick={props.onHide}>
            {s.hide}
          </Button>
        )}
      </div>
      <ol className={classes.steps}>
        <Step number={1} done={tried} title={s.tryTitle} text={s.trySentence}>
          <TryIt done={tried} />
        </Step>
        <Step
          number={2}
          done={counts.keys > 0}
          title={s.keyTitle}
          text={counts.keys > 0 ? s.keyDone(counts.keys) : s.keySentence}
        >
          <LinkButton to="/keys" search={{ add: 'any' }} variant={tried && counts.keys === 0 ? 'filled' : 'default'}>
            {words.keys.add}
          </LinkButton>
        </Step>
        <Step
          number={3}
          done={connected}
          title={s.connectTitle}
          text={connected ? s.connectDone(counts.apps) : s.connectSentence}
        >
          <LinkButton
            to="/apps"
            search={{ connect: 'any' }}
            variant={counts.keys > 0 && !connected ? 'filled' : 'default'}
          >
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
