import { ActionIcon, Button, Checkbox, SegmentedControl, Tooltip } from '@mantine/core';
import {
  IconPlayerPlay,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { words } from '../../words/words.ts';
import type { Config, Mode } from './branch.ts';
import type { Playhead } from './playhead.ts';
import classes from './replay.module.css';
import type { ReplayState, View } from './use-replay-state.ts';
import type { useRun } from './use-run.ts';

export interface Moves {
  toStart(): void;
  back(): void;
  forward(): void;
  runOn(): void;
  runHere(index: number): void;
  look(index: number): void;
}

const MODES = ['explain', 'dry-run', 'recorded', 'live'] as const;
const CONFIGS = ['then', 'now'] as const;
const VIEWS = ['step', 'edit', 'compare'] as const;

/** What moves the playhead, and how the branch is run. */
export function Toolbar(props: {
  state: ReplayState;
  run: ReturnType<typeof useRun>;
  playhead: Playhead;
  count: number;
  moves: Moves;
  onPerform: () => void;
}) {
  const { state, run, playhead, count, moves } = props;
  const { branch } = state;
  const w = words.replay;
  const setMode = (mode: Mode) => (mode === 'explain' ? state.choose(0) : state.change({ mode }));
  return (
    <div className={classes.toolbar} role="toolbar" aria-label={w.title}>
      <span className={classes.group}>
        <Move label={w.toStart} disabled={playhead.at <= 0} onClick={moves.toStart}>
          <IconPlayerTrackPrev size={16} aria-hidden />
        </Move>
        <Move label={w.back} disabled={playhead.at <= 0} onClick={moves.back}>
          <IconPlayerSkipBack size={16} aria-hidden />
        </Move>
        <Move label={w.forward} disabled={playhead.at >= count - 1} onClick={moves.forward}>
          <IconPlayerSkipForward size={16} aria-hidden />
        </Move>
        <Move label={w.runOn} disabled={playhead.at >= count - 1} onClick={moves.runOn}>
          <IconPlayerTrackNext size={16} aria-hidden />
        </Move>
        <span className={`${classes.position} kw-dim`}>{count > 0 && w.stepOf(playhead.at + 1, count)}</span>
      </span>
      <Tooltip label={w.modeHints[branch.mode]} multiline maw={320}>
        <SegmentedControl
          size="xs"
          aria-label={w.mode}
          value={branch.mode}
          onChange={(mode) => void setMode(mode as Mode)}
          data={MODES.map((mode) => ({ value: mode, label: w.modes[mode] }))}
        />
      </Tooltip>
      {branch.mode !== 'explain' && (
        <Tooltip label={w.configHint(branch.config)} multiline maw={320}>
          <SegmentedControl
            size="xs"
            aria-label={w.config}
            value={branch.config}
            onChange={(config) => void state.change({ config: config as Config })}
            data={CONFIGS.map((config) => ({ value: config, label: w.configName(config) }))}
          />
        </Tooltip>
      )}
      {branch.mode === 'recorded' && (
        <Checkbox
          size="xs"
          label={w.timing}
          checked={branch.timing}
          onChange={(event) => void state.change({ timing: event.currentTarget.checked })}
        />
      )}
      {(branch.mode === 'recorded' || branch.mode === 'live') && (
        <Button
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          loading={run.running}
          disabled={!run.shown || (run.waiting && run.shown.refused !== null)}
          variant={run.waiting ? 'filled' : 'default'}
          onClick={props.onPerform}
        >
          {run.waiting ? (branch.mode === 'live' ? w.runLive : w.runRecorded) : w.runAgain}
        </Button>
      )}
      <span className="kw-grow" />
      <SegmentedControl
        size="xs"
        aria-label={w.view}
        value={state.view}
        onChange={(view) => void state.show(view as View)}
        data={VIEWS.map((view) => ({ value: view, label: w.views[view] }))}
      />
    </div>
  );
}

function Move(props: { label: string; disabled: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon aria-label={props.label} disabled={props.disabled} onClick={props.onClick}>
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
