import { Button, Group, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';
import { SnippetPicker } from './snippet-picker.tsx';

/** Pick the program, make its key, copy. `program` is a program's id or `any`. */
export function ConnectApp({ program, onClose }: { program: string | undefined; onClose: () => void }) {
  return (
    <Modal opened={program !== undefined} onClose={onClose} title={words.apps.connectTitle} size="lg">
      {program !== undefined && <Connect program={program} onClose={onClose} />}
    </Modal>
  );
}

function Connect({ program, onClose }: { program: string; onClose: () => void }) {
  const w = words.apps;
  const client = useQueryClient();
  const snippets = useQuery(queries.connect.snippets.queryOptions());
  const apps = useQuery(queries.apps.list.queryOptions());
  const [chosen, setChosen] = useState<string | undefined>(program === 'any' ? undefined : program);
  /** Each program gets a key of its own; changing the program hides the last one's. */
  const [made, setMade] = useState<{ program: string; key: string } | null>(null);
  const action = useAction();
  const snippet = snippets.data?.find((each) => each.id === chosen) ?? snippets.data?.[0];
  const key = made && made.program === snippet?.id ? made.key : undefined;

  const makeKey = async () => {
    if (!snippet) return;
    const issued = await action.run(async () => {
      const there = apps.data?.find((each) => each.name.toLowerCase() === snippet.program.toLowerCase());
      const app = there ?? (await api.apps.add({ name: snippet.program }));
      return api.gatewayKeys.issue({ app: app.id, label: w.connectLabel });
    });
    void client.invalidateQueries({ queryKey: queries.apps.key() });
    void client.invalidateQueries({ queryKey: queries.gatewayKeys.key() });
    void client.invalidateQueries({ queryKey: queries.status.key() });
    if (issued) setMade({ program: snippet.id, key: issued.key });
  };

  return (
    <div className={classes.form}>
      <SnippetPicker program={snippet?.id} onProgram={setChosen} gatewayKey={key} />
      {snippet && !key && (
        <div className={classes.make}>
          <p className="kw-dim">{w.makeKeyWhy}</p>
          <Button onClick={makeKey} loading={action.pending}>
            {w.makeKey(snippet.program)}
          </Button>
        </div>
      )}
      <p role="status" className="kw-dim">
        {key ? w.keyPut : ''}
      </p>
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {words.common.done}
        </Button>
      </Group>
    </div>
  );
}
