import { Button, CloseButton, PasswordInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Status } from '../../gateway/control/contract/index.ts';
import { api } from '../api.ts';
import { retryNow, useConnection } from '../live.ts';
import { Light, type Tone } from '../parts/light.tsx';
import { LinkButton } from '../parts/link-button.tsx';
import { Said } from '../parts/said.tsx';
import { useAction } from '../parts/use-action.ts';
import { words } from '../words/words.ts';
import classes from './shell.module.css';

/** What a person must know wherever they are: locked, not listening, disconnected, and the gateway's own notices. */
export function Banners({ status }: { status: Status }) {
  const connection = useConnection();
  const g = words.gate;
  const { vault } = status;
  const [dismissed, dismiss] = useDismissed();
  const notices = status.notices.filter((notice) => !dismissed.includes(nameOf(notice)));
  return (
    <div className={classes.banners} aria-live="polite">
      {connection === 'lost' && (
        <Banner tone="wait" title={g.lost}>
          <Button variant="default" onClick={retryNow}>
            {g.retryNow}
          </Button>
        </Banner>
      )}
      {!status.url && (
        <Banner tone="bad" title={status.problem?.sentence ?? g.notListeningTitle} text={status.problem?.next}>
          <LinkButton variant="default" to="/settings">
            {g.openSettings}
          </LinkButton>
        </Banner>
      )}
      {vault.state === 'locked' && (
        <Locked sentence={vault.sentence} next={vault.next} passphrase={vault.ways.includes('passphrase')} />
      )}
      {vault.state === 'damaged' && (
        <Banner tone="bad" title={`${g.damagedTitle}. ${vault.sentence}`} text={vault.next}>
          <LinkButton variant="default" to="/settings" search={{ section: 'vault' }}>
            {g.openSettings}
          </LinkButton>
        </Banner>
      )}
      {notices.map((notice) => (
        <Banner
          key={notice.id}
          tone={notice.level === 'error' ? 'bad' : notice.level === 'warning' ? 'wait' : 'off'}
          title={notice.sentence}
          text={notice.next}
        >
          {notice.level !== 'error' && (
            <CloseButton size="sm" aria-label={words.common.dismiss} onClick={() => dismiss(notice)} />
          )}
        </Banner>
      ))}
    </div>
  );
}

type Notice = Status['notices'][number];
const DISMISSED = 'keyward.notices.dismissed';
const KEPT = 50;
/** The same notice with other words (another path, another disk) is news again. */
const nameOf = (notice: Notice) => `${notice.id} ${notice.sentence}`;

function useDismissed() {
  const [dismissed, setDismissed] = useState<string[]>(() => (localStorage.getItem(DISMISSED) ?? '').split('\n'));
  const dismiss = (notice: Notice) => {
    const next = [...dismissed, nameOf(notice)].slice(-KEPT);
    localStorage.setItem(DISMISSED, next.join('\n'));
    setDismissed(next);
  };
  return [dismissed, dismiss] as const;
}

function Banner(props: { tone: Tone; title: string; text?: string | null; children?: ReactNode }) {
  return (
    <section className={classes.banner} data-tone={props.tone}>
      {props.tone === 'off' ? <IconInfoCircle size={18} aria-hidden /> : <Light tone={props.tone} size={18} />}
      <div className="kw-grow">
        <strong>
          <Said text={props.title} />
        </strong>
        {props.text && (
          <p className="kw-dim">
            <Said text={props.text} />
          </p>
        )}
      </div>
      {props.children}
    </section>
  );
}

function Locked(props: { sentence: string; next: string | null; passphrase: boolean }) {
  const [passphrase, setPassphrase] = useState('');
  const action = useAction();
  const client = useQueryClient();
  const unlock = async (event: FormEvent) => {
    event.preventDefault();
    const done = await action.run(() => api.vault.unlock({ passphrase }));
    setPassphrase('');
    if (done) await client.invalidateQueries();
  };
  return (
    <Banner tone="wait" title={words.gate.lockedTitle} text={`${props.sentence} ${words.gate.lockedStill}`}>
      {props.passphrase ? (
        <form className={classes.unlock} onSubmit={unlock}>
          <PasswordInput
            size="xs"
            aria-label={words.gate.passphrase}
            placeholder={words.gate.passphrase}
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
            error={action.problem?.sentence}
            autoComplete="off"
          />
          <Button type="submit" loading={action.pending} disabled={passphrase === ''}>
            {words.gate.unlock}
          </Button>
        </form>
      ) : (
        props.next && (
          <p>
            <Said text={props.next} />
          </p>
        )
      )}
    </Banner>
  );
}
