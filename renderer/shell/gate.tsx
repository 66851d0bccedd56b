import { Button, Loader } from '@mantine/core';
import { IconLogin2, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Problem } from '../api.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Empty } from '../parts/empty.tsx';
import { words } from '../words/words.ts';
import classes from './shell.module.css';

/** Shown in place of every screen while there is nothing to show. */
function FullWindow({ children }: { children: ReactNode }) {
  return <main className={classes.gate}>{children}</main>;
}

export function SignedOut() {
  const g = words.gate;
  return (
    <FullWindow>
      <Empty icon={<IconLogin2 size={44} stroke={1.3} />} title={g.signedOutTitle} text={g.signedOut}>
        <div className={classes.command}>
          <p>{g.signedOutNext}</p>
          <div>
            <code className="kw-code">{g.signedOutCommand}</code>
            <CopyButton text={g.signedOutCommand} />
          </div>
        </div>
      </Empty>
    </FullWindow>
  );
}

export function Unreachable({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  return (
    <FullWindow>
      <Empty icon={<IconPlugConnectedX size={44} stroke={1.3} />} title={problem.sentence} text={problem.next ?? ''}>
        <Button onClick={onRetry}>{words.common.retry}</Button>
      </Empty>
    </FullWindow>
  );
}

export function Connecting() {
  return (
    <FullWindow>
      <Loader size="sm" aria-label={words.gate.connecting} />
    </FullWindow>
  );
}
