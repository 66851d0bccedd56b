import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Status } from '../../gateway/control/contract/index.ts';
import { api } from '../api.ts';
import { retryNow, useConnection } from '../live.ts';
import { Light, type Tone } from '../parts/light.tsx';
import { LinkButton } from '../parts/link-button.tsx';
import { useAction } from '../parts/use-action.ts';
import { words } from '../words/words.ts';
import classes from './shell.module.css';

/** What a person must know wherever they are: locked, not listening, disconnected, and the gateway's own notices. */
export function Banners({ status }: { status: Status }) {
  const connection = useConnection();
  const g = words.gate;
  const { vault } = status;
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
      {status.notices.map((notice) => (
        <Banner
          key={notice.id}
          tone={notice.level === 'error' ? 'bad' : notice.level === 'warning' ? 'wait' : 'off'}
          title={notice.sentence}
          text={notice.next}
        />
      ))}
    </div>
  );
}

function Banner(props: { tone: Tone; title: string; text?: string | null; children?: ReactNode }) {
  return (
    <section className={classes.banner} data-tone={props.tone}>
      <Light tone={props.tone} size={18} />
      <div className="kw-grow">
        <strong>{props.title}</strong>
        {props.text && <p className="kw-dim">{props.text}</p>}
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
        props.next && <p>{props.next}</p>
      )}
    </Banner>
  );
}
