import { Alert, Button, Group, PasswordInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { VaultStatus } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { Light, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { say } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './settings.module.css';

const TONES: Record<VaultStatus['state'], Tone> = { unlocked: 'ok', locked: 'wait', empty: 'off', damaged: 'bad' };
const SHORTEST = 8;

export function VaultSection() {
  const w = words.settings.vault;
  const vault = useQuery(queries.vault.status.queryOptions());
  const client = useQueryClient();
  const confirm = useConfirm();
  const action = useAction();
  if (!vault.data) return null;
  const { state, ways, sentence, next, keychain } = vault.data;
  const refresh = () => void client.invalidateQueries();

  const change = async (work: () => Promise<VaultStatus>, said: string) => {
    const done = await action.run(work);
    if (done) say(said);
    refresh();
    return done !== undefined;
  };
  const reset = async () => {
    if (!(await confirm({ title: w.resetTitle, text: w.resetText, confirm: w.resetConfirm }))) return;
    await change(() => api.vault.reset({ confirm: true }), w.resetDone);
  };

  return (
    <div className={classes.form}>
      <div className={classes.vault}>
        <Light tone={TONES[state]} size={20} />
        <div>
          <strong>{w.state[state]}</strong>
          <p>
            {sentence} {next}
          </p>
          <p className="kw-dim">
            {w.ways}: {ways.length > 0 ? ways.map((way) => w.way[way]).join(', ') : w.noWays}
          </p>
        </div>
      </div>
      {keychain?.weak && (
        <Alert color="yellow" title={w.weak(keychain.backend)}>
          <Button
            variant="default"
            onClick={() => change(() => api.vault.acceptWeak(), words.settings.saved)}
            loading={action.pending}
          >
            {w.acceptWeak}
          </Button>
        </Alert>
      )}
      {state === 'locked' && <Unlock onDone={refresh} />}
      {(state === 'unlocked' || state === 'empty') && (
        <Passphrase has={ways.includes('passphrase')} onChange={change} pending={action.pending} />
      )}
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group className={classes.apart}>
        <Button variant="default" color="red" onClick={reset}>
          {w.reset}
        </Button>
      </Group>
    </div>
  );
}

function Unlock({ onDone }: { onDone: () => void }) {
  const [passphrase, setPassphrase] = useState('');
  const action = useAction();
  const unlock = async (event: FormEvent) => {
    event.preventDefault();
    const done = await action.run(() => api.vault.unlock({ passphrase }));
    setPassphrase('');
    if (done) onDone();
  };
  return (
    <form className={classes.inline} onSubmit={unlock}>
      <PasswordInput
        label={words.gate.passphrase}
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
        error={action.problem?.sentence}
        autoComplete="off"
      />
      <Button type="submit" loading={action.pending} disabled={passphrase === ''}>
        {words.gate.unlock}
      </Button>
    </form>
  );
}

function Passphrase(props: {
  has: boolean;
  pending: boolean;
  onChange: (work: () => Promise<VaultStatus>, said: string) => Promise<boolean>;
}) {
  const w = words.settings.vault;
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const tooShort = passphrase !== '' && passphrase.length < SHORTEST;
  const differ = again !== '' && again !== passphrase;
  const set = async (event: FormEvent) => {
    event.preventDefault();
    const chosen = passphrase;
    setPassphrase('');
    setAgain('');
    await props.onChange(() => api.vault.passphrase({ passphrase: chosen }), w.passphraseSet);
  };
  return (
    <form className={classes.form} onSubmit={set}>
      <div className={classes.two}>
        <PasswordInput
          label={w.newPassphrase}
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
          error={tooShort ? w.tooShort : undefined}
          autoComplete="new-password"
        />
        <PasswordInput
          label={w.repeat}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differ ? w.differ : undefined}
          autoComplete="new-password"
        />
      </div>
      <p className="kw-dim">{w.forget}</p>
      <Group justify="flex-end" gap="xs">
        {props.has && (
          <Button
            variant="default"
            onClick={() => props.onChange(() => api.vault.passphrase({ passphrase: null }), w.passphraseGone)}
          >
            {w.removePassphrase}
          </Button>
        )}
        <Button type="submit" loading={props.pending} disabled={passphrase.length < SHORTEST || again !== passphrase}>
          {props.has ? w.changePassphrase : w.setPassphrase}
        </Button>
      </Group>
    </form>
  );
}
