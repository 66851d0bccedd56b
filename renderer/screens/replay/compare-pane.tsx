import { Loader, Select } from '@mantine/core';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { Light } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { words } from '../../words/words.ts';
import classes from './replay.module.css';
import { SideMessages } from './side-messages.tsx';
import { SideSteps } from './side-steps.tsx';
import type { ReplayState } from './use-replay-state.ts';
import { type Side, useSide } from './use-side.ts';

/** Two branches side by side: what was asked, what each step did, what came back. */
export function ComparePane({ capture, state }: { capture: Capture; state: ReplayState }) {
  const w = words.replay;
  const right = state.on || state.branches.length;
  const left = state.beside === right ? 0 : state.beside;
  const before = useSide(capture, state.branches[left - 1]);
  const after = useSide(capture, state.branches[right - 1]);
  if (state.branches.length === 0) return <p className={classes.alone}>{w.side.one}</p>;
  const options = [w.recorded, ...state.branches.map((_, index) => w.branch(index + 1))].map((label, number) => ({
    value: String(number),
    label,
  }));
  const names = [options[left]?.label ?? '', options[right]?.label ?? ''] as const;
  const picker = (label: string, value: number, onChange: (number: number) => unknown, other: number) => (
    <Select
      size="xs"
      aria-label={label}
      data={options.map((option) => ({ ...option, disabled: option.value === String(other) }))}
      value={String(value)}
      allowDeselect={false}
      onChange={(next) => next !== null && void onChange(Number(next))}
    />
  );
  return (
    <div className={classes.compare}>
      <div className={classes.sides}>
        <SideHead side={before}>{picker(w.side.before, left, state.compareWith, right)}</SideHead>
        <SideHead side={after}>{picker(w.side.after, right, state.choose, left)}</SideHead>
      </div>
      {before && after && (
        <>
          <SideMessages title={w.side.request} names={names} before={before.request} after={after.request} />
          <SideSteps names={names} before={before.steps} after={after.steps} />
          <SideMessages title={w.side.answer} names={names} before={before.answer} after={after.answer} />
        </>
      )}
    </div>
  );
}

function SideHead({ side, children }: { side: Side | undefined; children: React.ReactNode }) {
  return (
    <div className={classes.sideHead} data-tone={side?.tone}>
      {children}
      {side ? (
        <>
          <Light tone={side.tone} size={18} />
          <b>{side.verdict}</b>
          {side.status !== null && <span className="kw-mono">{side.status}</span>}
          {side.capture && (
            <LinkButton
              to="/requests/$id"
              params={{ id: side.capture }}
              search={{}}
              variant="subtle"
              aria-label={`${words.replay.openCapture}: ${side.verdict}`}
            >
              {words.transfer.open}
            </LinkButton>
          )}
        </>
      ) : (
        <Loader size="xs" aria-label={words.common.loading} />
      )}
    </div>
  );
}
