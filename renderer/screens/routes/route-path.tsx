import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Route, RouteState, TargetState } from '../../../gateway/control/contract/index.ts';
import { clockTime, duration } from '../../format.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import classes from './routes.module.css';

/** The targets of a route in their order, drawn as the path that a request takes. */
export function RoutePath({ route, state }: { route: Route; state: RouteState | undefined }) {
  const total = route.targets.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return (
    <ol className={classes.path} aria-label={words.routes.pathLabel(route.name)}>
      {route.targets.map((target, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same target may stand twice, its place is what it is
        <li key={index} className={classes.step}>
          {index > 0 && route.strategy === 'fallback' && (
            <IconArrowRight size={15} className={classes.arrow} aria-hidden />
          )}
          <TargetCard
            target={target}
            state={state?.targets[index]}
            share={route.strategy === 'weighted' ? Math.round(((target.weight ?? 1) / total) * 100) : undefined}
            speed={route.strategy === 'fastest'}
          />
        </li>
      ))}
    </ol>
  );
}

function TargetCard(props: {
  target: Route['targets'][number];
  state: TargetState | undefined;
  share: number | undefined;
  speed: boolean;
}) {
  const w = words.routes;
  const { target, state, share } = props;
  const failure = state?.failure;
  return (
    <div className={classes.target} data-circuit={state?.circuit}>
      <div className={classes.targetName}>
        <Light tone={toneOf(state)} label={circuitWords(state)} />
        <span className="kw-mono">
          {target.provider}/{target.model}
        </span>
        {share !== undefined && <span className="kw-dim">{w.share(share)}</span>}
        {props.speed && state?.firstByteMs != null && (
          <span className="kw-dim">{w.speed(duration(state.firstByteMs))}</span>
        )}
      </div>
      {failure && (
        <p className={classes.note}>
          {circuitWords(state)} · {w.failures(failure.failures)}{' '}
          <Link to="/requests/$id" params={{ id: failure.capture }} className="kw-link">
            {failure.sentence}
          </Link>
        </p>
      )}
      {state?.resting.map(({ key, label, lastFour, until }) => (
        <p key={key} className={classes.note}>
          {w.resting(label, lastFour, clockTime(until, Date.now()))}
        </p>
      ))}
    </div>
  );
}

function toneOf(state: TargetState | undefined): Tone {
  if (!state) return 'off';
  if (state.circuit === 'open') return 'bad';
  return state.circuit === 'trial' || state.resting.length > 0 ? 'wait' : 'ok';
}

function circuitWords(state: TargetState | undefined): string {
  const { circuit } = words.routes;
  if (!state || state.circuit === 'closed') return circuit.closed;
  return state.circuit === 'trial' ? circuit.trial : circuit.open(clockTime(state.failure?.until ?? '', Date.now()));
}
