import { Alert, Button, Group, Loader, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { words } from '../../words/words.ts';
import classes from './replay.module.css';
import { type Turn, turn } from './shown-steps.ts';
import type { ReplayState } from './use-replay-state.ts';
import type { useRun } from './use-run.ts';

const TONES: Record<Turn, Tone> = { fixed: 'ok', same: 'ok', stillFails: 'bad', broke: 'bad', undecided: 'wait' };

/** What the run came to, beside the original; a refusal with what to do about it. */
export function OutcomeBar(props: {
  capture: Capture;
  state: ReplayState;
  run: ReturnType<typeof useRun>;
  onPerform: () => void;
}) {
  const { capture, state, run } = props;
  const w = words.replay;
  const replay = run.shown;
  if (run.problem) return <ProblemNote problem={run.problem} onRetry={run.retry} />;
  if (run.running) {
    return (
      <p className={classes.outcome} role="status">
        <Loader size="xs" aria-hidden /> {w.running}
      </p>
    );
  }
  if (replay?.refused) {
    return (
      <Alert color="yellow" icon={<IconAlertTriangle size={18} aria-hidden />} role="alert" p="xs" radius={0}>
        <Text size="sm" fw={600} c="var(--kw-text)">
          <Said text={replay.refused.sentence} />
        </Text>
        <Group gap="sm">
          <Text size="sm" c="var(--kw-text)">
            <Said text={replay.refused.next} />
          </Text>
          {state.branch.mode !== 'dry-run' && state.branch.mode !== 'explain' && (
            <Button variant="default" onClick={() => void state.change({ mode: 'dry-run' })}>
              {w.modes['dry-run']}
            </Button>
          )}
        </Group>
      </Alert>
    );
  }
  if (!replay || state.on === 0) return null;
  const which = run.waiting ? 'undecided' : turn(capture, replay);
  const { outcome } = replay;
  return (
    <p className={classes.outcome} data-turn={which} role="status">
      <Light tone={TONES[which]} />
      <b>{which === 'undecided' && state.branch.mode === 'recorded' ? w.outcome.unserved : w.outcome[which]}</b>
      {outcome && !run.waiting && (
        <span>
          {outcome.ok
            ? w.outcome.answered(outcome.status)
            : w.outcome.failed(outcome.cause ? words.causes[outcome.cause] : outcome.message, outcome.status)}
        </span>
      )}
      {which === 'undecided' && (
        <Button
          variant="default"
          onClick={() => (run.waiting ? props.onPerform() : void state.change({ mode: 'live' }))}
        >
          {state.branch.mode === 'recorded' ? w.runRecorded : run.waiting ? w.runLive : w.sendLive}
        </Button>
      )}
      {replay.capture && (
        <LinkButton to="/requests/$id" params={{ id: replay.capture }} search={{}} variant="default">
          {w.openCapture}
        </LinkButton>
      )}
      {replay.notes.map((note) => (
        <span key={note} className={classes.noted}>
          <Said text={note} />
        </span>
      ))}
    </p>
  );
}
