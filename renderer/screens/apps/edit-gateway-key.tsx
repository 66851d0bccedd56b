import { Button, Group, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { GatewayKeyRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';
import { inputOf, optionsOf } from './key-options.ts';
import { KeyOptionsForm } from './key-options-form.tsx';

export function EditGatewayKey({ row, onClose }: { row: GatewayKeyRow | undefined; onClose: () => void }) {
  return (
    <Modal opened={row !== undefined} onClose={onClose} title={row ? words.apps.editTitle(row.label) : ''} size="lg">
      {row && <EditForm key={row.id} row={row} onClose={onClose} />}
    </Modal>
  );
}

function EditForm({ row, onClose }: { row: GatewayKeyRow; onClose: () => void }) {
  const client = useQueryClient();
  const [options, setOptions] = useState(() => optionsOf(row));
  const action = useAction();
  const input = inputOf(options);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!input) return;
    const done = await action.run(() => api.gatewayKeys.edit({ ...input, id: row.id }));
    if (!done) return;
    void client.invalidateQueries({ queryKey: queries.gatewayKeys.key() });
    void client.invalidateQueries({ queryKey: queries.limits.key() });
    onClose();
  };
  return (
    <form className={classes.form} onSubmit={save}>
      <KeyOptionsForm value={options} onChange={setOptions} existing={row.id} />
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending} disabled={!input}>
          {words.common.save}
        </Button>
      </Group>
    </form>
  );
}
