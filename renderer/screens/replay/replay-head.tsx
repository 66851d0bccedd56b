import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconGitBranch, IconX } from '@tabler/icons-react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { exactTime } from '../../format.ts';
import { captureTone, captureVerdict } from '../../parts/capture-tone.ts';
import { Light, Tag } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { words } from '../../words/words.ts';
import { PinButton } from '../suites/pin-case.tsx';
import classes from './replay.module.css';
import type { ReplayState } from './use-replay-state.ts';

/** Which request, and its branches as tabs. */
export function ReplayHead({ capture, state }: { capture: Capture; state: ReplayState }) {
  const w = words.replay;
  const names = [w.recorded, ...state.branches.map((_, index) => w.branch(index + 1))];
  return (
    <header className={classes.head}>
      <div className={classes.title}>
        <Tooltip label={w.backToRequest}>
          <LinkButton
            to="/requests/$id"
            params={{ id: capture.id }}
            search={{}}
            variant="subtle"
            color="gray"
            px={6}
            aria-label={w.backToRequest}
          >
            <IconArrowLeft size={17} aria-hidden />
          </LinkButton>
        </Tooltip>
        <Light tone={captureTone(capture)} size={18} />
        <h1 id="replay-title">
          {w.title}: {captureVerdict(capture)}
        </h1>
        {capture.practice && <Tag tone="practice">{words.common.practice}</Tag>}
        <span className={`${classes.about} kw-dim kw-clip`}>
          {[capture.app, capture.askedModel ?? capture.path, exactTime(capture.time)].filter(Boolean).join(' · ')}
        </span>
        <PinButton capture={capture} branch={state.on === 0 ? undefined : state.branch} />
      </div>
      <nav className={classes.branches} aria-label={w.branches}>
        {names.map((name, number) => (
          <span key={name} className={classes.branch} data-on={number === state.on || undefined}>
            <button
              type="button"
              aria-current={number === state.on ? 'true' : undefined}
              onClick={() => void state.choose(number)}
            >
              {name}
              {number > 0 && (
                <span className="kw-dim"> {w.modes[state.branches[number - 1]?.mode ?? 'dry-run'].toLowerCase()}</span>
              )}
            </button>
            {number > 0 && (
              <ActionIcon size={24} aria-label={w.closeBranch(name)} onClick={() => void state.close(number)}>
                <IconX size={12} aria-hidden />
              </ActionIcon>
            )}
          </span>
        ))}
        <Tooltip label={w.forkHint}>
          <Button
            variant="subtle"
            leftSection={<IconGitBranch size={15} aria-hidden />}
            onClick={() => void state.fork({}, 'edit')}
          >
            {w.fork}
          </Button>
        </Tooltip>
      </nav>
    </header>
  );
}
