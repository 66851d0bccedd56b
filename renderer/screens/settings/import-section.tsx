import { Button, FileButton, PasswordInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ConfigItem, type ConfigPreview, MOST_CONFIG_BYTES } from '../../../gateway/control/contract/config.ts';
import { api } from '../../api.ts';
import { bytes } from '../../format.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { DropTarget } from '../transfer/drop-target.tsx';
import { type ImportContent, readFile } from '../transfer/read-file.ts';
import classes from './settings.module.css';

type Content = Omit<ImportContent, 'fileName'> & Partial<ImportContent>;

const TONES: Record<ConfigItem['action'], Tone> = { add: 'ok', change: 'wait', keep: 'off', skip: 'bad' };

/** A configuration in: the file is looked at first, and taken over by a second press. */
export function ImportSection() {
  const w = words.settings.import;
  const client = useQueryClient();
  const action = useAction();
  const [file, setFile] = useState<Content | null>(null);
  const [preview, setPreview] = useState<ConfigPreview | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [refusal, setRefusal] = useState('');
  const input = (content: Content, secret: string) => ({
    ...content,
    ...(secret === '' ? {} : { passphrase: secret }),
  });

  const forget = () => {
    setPassphrase('');
    setRefusal('');
    setFile(null);
    setPreview(null);
    action.clear();
  };
  /** `secret`: of this file; one typed for the file before must not go to another. */
  const look = async (content: Content, secret = '') => {
    const seen = await action.run(() => api.config.preview(input(content, secret)));
    // A wrong passphrase changes nothing: the field stays for the next try.
    if (seen) setPreview(seen);
  };
  const choose = async (chosen: File | null | undefined) => {
    if (!chosen) return;
    forget();
    setRefusal(chosen.size > MOST_CONFIG_BYTES ? w.tooLarge(bytes(chosen.size), bytes(MOST_CONFIG_BYTES)) : '');
    if (chosen.size > MOST_CONFIG_BYTES) return;
    const content = await readFile(chosen).catch(() => null);
    setFile(content);
    if (content) await look(content);
    else setRefusal(words.transfer.unreadable);
  };
  const onFiles = ([first, another]: File[]) => {
    if (!another) return void choose(first);
    forget();
    setRefusal(words.transfer.several);
  };
  const onText = (text: string) => {
    forget();
    const content = { content: text, encoding: 'utf8' } as const;
    setFile(content);
    void look(content);
  };
  const apply = async (content: Content) => {
    const done = await action.run(() => api.config.import(input(content, passphrase)));
    if (!done) return;
    setPassphrase('');
    setPreview(done);
    void client.invalidateQueries();
  };
  const changes = preview?.items.some((item) => item.action === 'add' || item.action === 'change') ?? false;

  return (
    <section className={classes.form} aria-label={w.label}>
      <DropTarget title={words.transfer.drop} hint={w.dropHint} onFiles={onFiles} onText={onText} />
      <p>{w.lead}</p>
      <div>
        <FileButton onChange={(chosen) => void choose(chosen)}>
          {(button) => (
            <Button {...button} variant="default" leftSection={<IconFileImport size={15} aria-hidden />}>
              {words.transfer.chooseFile}
            </Button>
          )}
        </FileButton>
      </div>
      {refusal && <p role="alert">{refusal}</p>}
      {action.problem && <ProblemNote problem={action.problem} />}
      {file && preview?.sealed && !preview.applied && (
        <form
          className={classes.inline}
          onSubmit={(event) => {
            event.preventDefault();
            if (passphrase !== '') void look(file, passphrase);
          }}
        >
          <PasswordInput
            label={w.passphrase}
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={action.pending} disabled={passphrase === ''}>
            {w.open}
          </Button>
        </form>
      )}
      {preview && <Plan preview={preview} />}
      {file && preview && !preview.applied && (
        <div>
          <Button onClick={() => void apply(file)} loading={action.pending} disabled={!changes}>
            {changes ? w.apply : w.nothing}
          </Button>
        </div>
      )}
    </section>
  );
}

function Plan({ preview }: { preview: ConfigPreview }) {
  const w = words.settings.import;
  return (
    <>
      <p role="status">
        <b>{preview.applied ? w.done(w.formats[preview.format]) : w.found(w.formats[preview.format])}</b>
      </p>
      <ul className={classes.checks} aria-label={w.items}>
        {preview.items.map((item) => (
          <li key={`${item.what} ${item.name} ${item.sentence}`}>
            <Light tone={TONES[item.action]} size={18} label={w.actions[item.action]} />
            <div>
              <p>
                {w.what[item.what]} <b>{item.name}</b>
                {item.lastFour && ` …${item.lastFour}`}
                {item.fingerprint && <span className="kw-dim"> {item.fingerprint}</span>}
              </p>
              <p className="kw-dim">
                <Said text={item.sentence} />
              </p>
            </div>
          </li>
        ))}
        {preview.missing.map((name) => (
          <li key={name}>
            <Light tone="wait" size={18} label={w.missing} />
            <p>{w.notSet(name)}</p>
          </li>
        ))}
      </ul>
      {preview.notes.length > 0 && (
        <details>
          <summary>{w.notes(preview.notes.length)}</summary>
          <ul>
            {preview.notes.map(({ place, sentence }) => (
              <li key={`${place} ${sentence}`}>
                <b>{place}</b> <Said text={sentence} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
