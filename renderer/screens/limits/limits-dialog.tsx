import { Button, Group, Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { LimitUsage } from '../../../gateway/control/contract/limits.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { say } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { LIMITS, type LimitDraft, type Limits, limitsOf } from './limit-draft.ts';
import { LimitFields } from './limit-fields.tsx';
import classes from './limits.module.css';

/** Something that can carry limits: an app, a gateway key, a route, a provider key. */
export interface Limited extends Pick<LimitUsage, 'of' | 'id'> {
  readonly name: string;
  readonly limits: Limits;
}

export function LimitsDialog({ limited, onClose }: { limited: Limited | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={limited !== undefined}
      onClose={onClose}
      title={limited && words.limits.title(limited.name)}
      size="lg"
    >
      {limited && <LimitsForm key={`${limited.of} ${limited.id}`} limited={limited} onClose={onClose} />}
    </Modal>
  );
}

function LimitsForm({ limited, onClose }: { limited: Limited; onClose: () => void }) {
  const w = words.limits;
  const client = useQueryClient();
  const [draft, setDraft] = useState<LimitDraft>(limited.limits);
  const action = useAction();
  const limits = limitsOf(draft);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!limits) return;
    const change = Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit] ?? null]));
    const done = await action.run(() => api.limits.set({ of: limited.of, id: limited.id, limits: change }));
    if (!done) return;
    for (const changed of [queries.limits, queries.apps, queries.gatewayKeys, queries.routes, queries.keys])
      void client.invalidateQueries({ queryKey: changed.key() });
    say(done.length > 0 ? w.saved(limited.name) : w.taken(limited.name));
    onClose();
  };
  return (
    <form className={classes.form} onSubmit={save}>
      <Text size="sm">{w.means[limited.of]}</Text>
      <LimitFields value={draft} onChange={setDraft} of={limited} autoFocus />
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending} disabled={!limits}>
          {words.common.save}
        </Button>
      </Group>
    </form>
  );
}
