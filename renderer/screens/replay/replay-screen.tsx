import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import { ComparePane } from './compare-pane.tsx';
import { EditPane } from './edit-pane.tsx';
import { OutcomeBar } from './outcome-bar.tsx';
import { look, type Playhead, runOn, runTo, step } from './playhead.ts';
import classes from './replay.module.css';
import { ReplayHead } from './replay-head.tsx';
import { firstLook, shownSteps } from './shown-steps.ts';
import { StepList } from './step-list.tsx';
import { StepPane } from './step-pane.tsx';
import { Toolbar } from './toolbar.tsx';
import { useConfirmedRun } from './use-confirmed-run.ts';
import { useReplayState } from './use-replay-state.ts';
import { useRun } from './use-run.ts';

/** The debugger for one request: `/ui/requests/CAPTURE/replay`. */
export function ReplayScreen() {
  const state = useReplayState();
  const navigate = useNavigate();
  const capture = useQuery(queries.captures.get.queryOptions({ input: { id: state.id } }));
  if (capture.error) {
    return (
      <div className="kw-page">
        <h1>{words.replay.title}</h1>
        <ProblemNote problem={toProblem(capture.error)} onRetry={() => void capture.refetch()}>
          <Button variant="default" onClick={() => void navigate({ to: '/requests', search: {} })}>
            {words.capture.openList}
          </Button>
        </ProblemNote>
      </div>
    );
  }
  if (!capture.data) return <Loader size="sm" m="lg" aria-label={words.common.loading} />;
  // Each branch has its own playhead: another one starts anew.
  return <Debugger key={`${state.id} ${state.on}`} capture={capture.data} />;
}

function Debugger({ capture }: { capture: Capture }) {
  const state = useReplayState();
  const navigate = useNavigate();
  const run = useRun(state.id, state.branch);
  const steps = run.shown ? shownSteps(run.shown, run.waiting) : [];
  const stages = steps.map((each) => each.stage);
  const [head, setHead] = useState<Playhead | null>(null);
  const asked = state.step ? stages.indexOf(state.step) : -1;
  const end = runOn({ at: -1, chosen: 0 }, stages, state.stops);
  const now: Playhead = head ?? { ...end, chosen: asked >= 0 ? asked : firstLook(steps, capture) };
  const chosen = steps[now.chosen] ?? steps.at(-1);

  // A run of its own begins at its own end; where one looks stays, if that step is there.
  const shown = run.shown;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another result, another playhead
  useEffect(() => setHead(null), [shown]);

  const perform = useConfirmedRun(state, run);
  const move = (next: Playhead) => {
    const onto = steps[next.at];
    if (onto?.pending && next.at > now.at && run.waiting) void perform();
    else setHead(next);
    const stage = stages[next.chosen];
    if (stage && stage !== state.step) void state.lookAt(stage);
  };
  const moves = {
    toStart: () => move(runTo(0, steps.length)),
    back: () => move(step(now, -1, steps.length)),
    forward: () => move(step(now, 1, steps.length)),
    runOn: () => move(runOn(now, stages, state.stops)),
    runHere: (index: number) => move(runTo(index, steps.length)),
    look: (index: number) => move({ ...now, chosen: index }),
  };
  useActionHandlers({
    next: () => move(look(now, 1, steps.length)),
    previous: () => move(look(now, -1, steps.length)),
    stepForward: moves.forward,
    stepBack: moves.back,
    replayForward: moves.forward,
    replayBack: moves.back,
    replayRunHere: () => moves.runHere(now.chosen),
    replayRunOn: moves.runOn,
    replayBreakpoint: () => chosen && void state.toggleStop(chosen.stage),
    replayFork: () => void state.fork({}, 'edit'),
    replayEdit: () => void state.show(state.view === 'edit' ? 'step' : 'edit'),
    replayCompare: () => void state.show(state.view === 'compare' ? 'step' : 'compare'),
    leave: () => void navigate({ to: '/requests/$id', params: { id: state.id }, search: {} }),
  });

  return (
    <article className={classes.replay} aria-labelledby="replay-title">
      <ReplayHead capture={capture} state={state} />
      <Toolbar
        state={state}
        run={run}
        playhead={now}
        count={steps.length}
        moves={moves}
        onPerform={() => void perform()}
      />
      <OutcomeBar capture={capture} state={state} run={run} onPerform={() => void perform()} />
      {state.view === 'compare' ? (
        <ComparePane capture={capture} state={state} />
      ) : (
        <div className={classes.body} data-view={state.view}>
          <StepList steps={steps} playhead={now} stops={state.stops} moves={moves} onStop={state.toggleStop} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <section className={classes.pane} tabIndex={0} aria-label={words.replay.views[state.view]}>
            {state.view === 'edit' ? (
              <EditPane key={JSON.stringify(state.branch.edits)} capture={capture} state={state} />
            ) : chosen ? (
              <StepPane
                step={chosen}
                run={run}
                ahead={now.chosen > now.at}
                onRunHere={() => moves.runHere(now.chosen)}
              />
            ) : (
              run.loading && <Loader size="sm" m="lg" aria-label={words.common.loading} />
            )}
          </section>
        </div>
      )}
    </article>
  );
}
