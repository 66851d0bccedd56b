import { Button, FileButton, Group, PasswordInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { type ConfigItem, type ConfigPreview, MOST_CONFIG_BYTES } from '../../../gateway/control/contract/config.ts';
import { api } from '../../api.ts';
import { bytes } from '../../format.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { type ImportContent, readFile } from '../transfer/read-file.ts';
import classes from './settings.module.css';

const TONES: Record<ConfigItem['action'], Tone> = { add: 'ok', change: 'wait', keep: 'off', skip: 'bad' };

/** A configuration in: the file is looked at first, and taken over by a second press. */
export function ImportSection() {
  const w = words.settings.import;
  const client = useQueryClient();
  const action = useAction();
  const [file, setFile] = useState<ImportContent | null>(null);
  const [preview, setPreview] = useState<ConfigPreview | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [refusal, setRefusal] = useState('');
  const input = (content: ImportContent) => ({ ...content, ...(passphrase === '' ? {} : { passphrase }) });

  const look = async (content: ImportContent) => {
    setPreview(null);
    setPreview((await action.run(() => api.config.preview(input(content)))) ?? null);
  };
  const choose = async (chosen: File | null | undefined) => {
    if (!chosen) return;
    setPassphrase('');
    setRefusal(chosen.size > MOST_CONFIG_BYTES ? w.tooLarge(bytes(chosen.size), bytes(MOST_CONFIG_BYTES)) : '');
    if (chosen.size > MOST_CONFIG_BYTES) return;
    const content = await readFile(chosen).catch(() => null);
    setFile(content);
    if (content) await look(content);
    else setRefusal(words.transfer.unreadable);
  };
  const apply = async (content: ImportContent) => {
    const done = await action.run(() => api.config.import(input(content)));
    if (!done) return;
    setPreview(done);
    void client.invalidateQueries();
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    void choose(event.dataTransfer.files[0]);
  };
  const changes = preview?.items.some((item) => item.action === 'add' || item.action === 'change') ?? false;

  return (
    <section
      className={classes.form}
      aria-label={w.label}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
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
        <Group align="flex-end">
          <PasswordInput
            label={w.passphrase}
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <Button variant="default" onClick={() => void look(file)} disabled={passphrase === ''}>
            {w.open}
          </Button>
        </Group>
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
