import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Case } from '../../../gateway/control/contract/suites.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { expectationOf, formOfExpectation } from './expectation.ts';
import { ExpectationFields } from './expectation-fields.tsx';
import classes from './suites.module.css';

/** Changes the name of a case and what must hold of it. */
export function EditCase(props: { suite: string; case: Case | null; onClose: () => void }) {
  return (
    <Modal opened={props.case !== null} onClose={props.onClose} title={props.case?.name} size="lg">
      {props.case && <Form key={props.case.id} suite={props.suite} case={props.case} onClose={props.onClose} />}
    </Modal>
  );
}

function Form({ suite, case: each, onClose }: { suite: string; case: Case; onClose: () => void }) {
  const w = words.suites;
  const client = useQueryClient();
  const saving = useAction();
  const [title, setTitle] = useState(each.name);
  const [form, setForm] = useState(() => formOfExpectation(each.expect));
  const read = expectationOf(form);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if ('badLine' in read) return;
    const expect = { ...read.expect, ...(each.expect.stage === undefined ? {} : { stage: each.expect.stage }) };
    const done = await saving.run(() => api.suites.update({ name: suite, case: each.id, title: title.trim(), expect }));
    if (!done) return;
    void client.invalidateQueries({ queryKey: queries.suites.key() });
    onClose();
  };
  return (
    <form onSubmit={(event) => void save(event)} className={classes.pin}>
      <TextInput
        label={w.name}
        value={title}
        maxLength={200}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <ExpectationFields value={form} badLine={'badLine' in read ? read.badLine : undefined} onChange={setForm} />
      {saving.problem && <ProblemNote problem={saving.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={saving.pending} disabled={'badLine' in read || title.trim() === ''}>
          {words.common.save}
        </Button>
      </Group>
    </form>
  );
}
