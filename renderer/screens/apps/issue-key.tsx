import { Autocomplete, Button, Group, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { AppRow, IssuedKey } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';
import { IssuedKeyView } from './issued-key.tsx';
import { inputOf, NEW_KEY } from './key-options.ts';
import { KeyOptionsForm } from './key-options-form.tsx';

/** `app` is an app's id or name, or `new`. The key is shown once; closing without having seen it takes a click. */
export function IssueKey({ app, onClose }: { app: string | undefined; onClose: () => void }) {
  const [issued, setIssued] = useState<IssuedKey | null>(null);
  const apps = useQuery(queries.apps.list.queryOptions());
  const close = () => {
    setIssued(null);
    onClose();
  };
  return (
    <Modal
      // Once its form is there: what has the focus is chosen as it opens.
      opened={app !== undefined && apps.data !== undefined}
      onClose={close}
      closeOnClickOutside={!issued}
      closeOnEscape={!issued}
      title={words.apps.issueTitle}
      size="lg"
    >
      {issued ? (
        <IssuedKeyView issued={issued} onDone={close} />
      ) : (
        app !== undefined && apps.data && <IssueForm app={app} apps={apps.data} onIssued={setIssued} onClose={close} />
      )}
    </Modal>
  );
}

function IssueForm(props: {
  app: string;
  apps: readonly AppRow[];
  onIssued: (issued: IssuedKey) => void;
  onClose: () => void;
}) {
  const w = words.apps;
  const client = useQueryClient();
  const known = props.apps.find((each) => each.id === props.app || each.name === props.app);
  const [typed, setTyped] = useState<string>();
  const name = typed ?? known?.name ?? '';
  const [options, setOptions] = useState(NEW_KEY);
  const action = useAction();
  const input = inputOf(options);

  const issue = async (event: FormEvent) => {
    event.preventDefault();
    if (!input) return;
    const issued = await action.run(async () => {
      const wanted = name.trim();
      const there = props.apps.find((each) => each.name.toLowerCase() === wanted.toLowerCase());
      const app = there ?? (await api.apps.add({ name: wanted }));
      return api.gatewayKeys.issue({ ...input, app: app.id });
    });
    void client.invalidateQueries({ queryKey: queries.apps.key() });
    void client.invalidateQueries({ queryKey: queries.gatewayKeys.key() });
    void client.invalidateQueries({ queryKey: queries.limits.key() });
    if (issued) props.onIssued(issued);
  };

  return (
    <form className={classes.form} onSubmit={issue}>
      <Autocomplete
        label={w.form.app}
        placeholder={w.nameHint}
        maxLength={120}
        value={name}
        onChange={setTyped}
        data={props.apps.map((each) => each.name)}
        data-autofocus={known ? undefined : true}
      />
      <KeyOptionsForm value={options} onChange={setOptions} focusLabel={known !== undefined} />
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={props.onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending} disabled={name.trim() === '' || !input}>
          {w.issue}
        </Button>
      </Group>
    </form>
  );
}
