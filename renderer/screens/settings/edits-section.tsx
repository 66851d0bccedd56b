import { Button, Code, Group, Select, Text, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, queries } from '../../api.ts';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { parseLines, toLines } from './edit-lines.ts';
import classes from './settings.module.css';

type Of = 'route' | 'app';

/** Edits of requests on their way out: of a route or an app, chosen here. */
export function EditsSection() {
  const w = words.settings.edits;
  const routes = useQuery(queries.routes.list.queryOptions());
  const apps = useQuery(queries.apps.list.queryOptions());
  const [chosen, setChosen] = useState<string | null>(null);
  const owners = [
    { group: w.routes, items: (routes.data ?? []).map(({ name }) => ({ value: `route ${name}`, label: name })) },
    { group: w.apps, items: (apps.data ?? []).map(({ id, name }) => ({ value: `app ${id}`, label: name })) },
  ];
  const [of, id] = chosen === null ? [] : [chosen.split(' ', 1)[0] as Of, chosen.slice(chosen.indexOf(' ') + 1)];
  return (
    <>
      <Text size="sm">{w.lead}</Text>
      <Select label={w.whose} placeholder={w.choose} data={owners} value={chosen} onChange={setChosen} mt="sm" />
      {of !== undefined && id !== undefined && <EditsForm key={chosen} of={of} id={id} />}
    </>
  );
}

function EditsForm({ of, id }: { of: Of; id: string }) {
  const rows = useQuery(queries.transforms.list.queryOptions());
  if (!rows.data) return null;
  const transform = rows.data.find((row) => row.of === of && row.id === id)?.transform;
  return (
    <Fields
      of={of}
      id={id}
      prefixNow={transform?.systemPrefix ?? ''}
      linesNow={toLines(transform ?? { headers: [], body: [], redact: [] })}
    />
  );
}

function Fields({ of, id, prefixNow, linesNow }: { of: Of; id: string; prefixNow: string; linesNow: string }) {
  const w = words.settings.edits;
  const client = useQueryClient();
  const [prefix, setPrefix] = useState(prefixNow);
  const [lines, setLines] = useState(linesNow);
  const parsed = parseLines(lines);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!parsed.ok) return;
    const empty = prefix === '' && lines.trim() === '';
    const transform = empty ? null : { ...parsed.rules, ...(prefix === '' ? {} : { systemPrefix: prefix }) };
    await api.transforms.set({ of, id, transform }).then(() => say(w.saved), sayProblem);
    void client.invalidateQueries();
  };
  const unchanged = prefix === prefixNow && lines === linesNow;
  return (
    <form className={classes.form} onSubmit={save}>
      <Textarea
        label={w.prefix}
        description={w.prefixHint}
        autosize
        minRows={2}
        maxRows={8}
        value={prefix}
        onChange={(event) => setPrefix(event.currentTarget.value)}
      />
      <Textarea
        label={w.rules}
        description={w.rulesHint}
        autosize
        minRows={4}
        maxRows={16}
        value={lines}
        error={parsed.ok ? undefined : w.noRule(parsed.line)}
        onChange={(event) => setLines(event.currentTarget.value)}
      />
      <Code block>{w.examples}</Code>
      <Group justify="flex-end">
        <Button type="submit" disabled={unchanged || !parsed.ok}>
          {words.common.save}
        </Button>
      </Group>
    </form>
  );
}
