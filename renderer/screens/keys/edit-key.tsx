import { Button, Group, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { KeyRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { LabelAndExpiry } from './add-key.tsx';
import classes from './keys.module.css';

export function EditKey({ keyRow, onClose }: { keyRow: KeyRow | undefined; onClose: () => void }) {
  return (
    <Modal opened={keyRow !== undefined} onClose={onClose} title={words.keys.editTitle} size="md">
      {keyRow && <EditForm key={keyRow.id} keyRow={keyRow} onClose={onClose} />}
    </Modal>
  );
}

function EditForm({ keyRow, onClose }: { keyRow: KeyRow; onClose: () => void }) {
  const client = useQueryClient();
  const [label, setLabel] = useState(keyRow.label);
  const [expires, setExpires] = useState(keyRow.expires?.slice(0, 10) ?? '');
  const action = useAction();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const changed = expires !== (keyRow.expires?.slice(0, 10) ?? '');
    const done = await action.run(() =>
      api.keys.update({ id: keyRow.id, label: label.trim(), expires: changed ? expires || null : undefined }),
    );
    if (!done) return;
    void client.invalidateQueries({ queryKey: queries.keys.key() });
    onClose();
  };
  return (
    <form className={classes.form} onSubmit={save}>
      <LabelAndExpiry label={label} onLabel={setLabel} expires={expires} onExpires={setExpires} />
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending}>
          {words.common.save}
        </Button>
      </Group>
    </form>
  );
}
