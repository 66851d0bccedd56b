import { Button, Group, Modal, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { GatewayKeyRow, IssuedKey } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';
import { IssuedKeyView } from './issued-key.tsx';

const DAY_MS = '86400000';

/** The same key with a new secret; the old one may go on working for a while. */
export function RotateKey({ row, onClose }: { row: GatewayKeyRow | undefined; onClose: () => void }) {
  const w = words.apps;
  const client = useQueryClient();
  const [graceMs, setGraceMs] = useState(DAY_MS);
  const [issued, setIssued] = useState<IssuedKey | null>(null);
  const action = useAction();
  const close = () => {
    setIssued(null);
    action.clear();
    onClose();
  };
  const rotate = async () => {
    if (!row) return;
    const rotated = await action.run(() => api.gatewayKeys.rotate({ id: row.id, graceMs: Number(graceMs) }));
    if (rotated) setIssued(rotated);
    void client.invalidateQueries({ queryKey: queries.gatewayKeys.key() });
  };
  return (
    <Modal
      opened={row !== undefined}
      onClose={close}
      closeOnClickOutside={!issued}
      closeOnEscape={!issued}
      title={row ? w.rotateTitle(row.label) : ''}
      size={issued ? 'lg' : 'md'}
    >
      {issued ? (
        <IssuedKeyView issued={issued} onDone={close} />
      ) : (
        <div className={classes.form}>
          <p>{w.rotateText}</p>
          <Select
            label={w.grace}
            allowDeselect={false}
            value={graceMs}
            onChange={(value) => value && setGraceMs(value)}
            data={Object.entries(w.graces).map(([value, label]) => ({ value, label }))}
          />
          {action.problem && <ProblemNote problem={action.problem} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {words.common.cancel}
            </Button>
            <Button onClick={rotate} loading={action.pending}>
              {w.rotateConfirm}
            </Button>
          </Group>
        </div>
      )}
    </Modal>
  );
}
