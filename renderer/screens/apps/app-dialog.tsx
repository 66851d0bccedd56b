import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { AppRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { type LimitDraft, limitsOf } from '../limits/limit-draft.ts';
import { LimitFields } from '../limits/limit-fields.tsx';
import classes from './apps.module.css';

/** Adds an app (`new`) or edits one. */
export function AppDialog({ app, onClose }: { app: AppRow | 'new' | undefined; onClose: () => void }) {
  const w = words.apps;
  return (
    <Modal opened={app !== undefined} onClose={onClose} title={app === 'new' ? w.add : w.editAppTitle} size="md">
      {app && <AppForm key={app === 'new' ? 'new' : app.id} app={app === 'new' ? null : app} onClose={onClose} />}
    </Modal>
  );
}

const INHERIT = 'inherit';
type Recording = NonNullable<AppRow['recording']>;

function AppForm({ app, onClose }: { app: AppRow | null; onClose: () => void }) {
  const w = words.apps;
  const client = useQueryClient();
  const [name, setName] = useState(app?.name ?? '');
  const [owner, setOwner] = useState(app?.owner ?? '');
  const [limits, setLimits] = useState<LimitDraft>(app?.limits ?? {});
  const [recording, setRecording] = useState<string>(app?.recording ?? INHERIT);
  const action = useAction();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const set = limitsOf(limits);
    if (!set) return;
    const facts = { name: name.trim(), owner: owner.trim() || null, limits: set };
    const done = await action.run(() =>
      app
        ? api.apps.update({ id: app.id, ...facts, recording: recording === INHERIT ? null : (recording as Recording) })
        : api.apps.add(facts),
    );
    if (!done) return;
    void client.invalidateQueries({ queryKey: queries.apps.key() });
    void client.invalidateQueries({ queryKey: queries.limits.key() });
    void client.invalidateQueries({ queryKey: queries.status.key() });
    onClose();
  };
  return (
    <form className={classes.form} onSubmit={save}>
      <TextInput
        label={w.name}
        placeholder={w.nameHint}
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={w.owner}
        description={w.ownerHint}
        maxLength={200}
        value={owner}
        onChange={(event) => setOwner(event.currentTarget.value)}
      />
      {app && (
        <Select
          label={w.recording}
          allowDeselect={false}
          value={recording}
          onChange={(value) => value && setRecording(value)}
          data={Object.entries(w.recordingBy).map(([value, label]) => ({ value, label }))}
        />
      )}
      <LimitFields value={limits} onChange={setLimits} of={app ? { of: 'app', id: app.id } : undefined} />
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending} disabled={name.trim() === '' || !limitsOf(limits)}>
          {app ? words.common.save : w.add}
        </Button>
      </Group>
    </form>
  );
}
