import { ActionIcon, Button, Code, Group, Select, Text, Textarea } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { say } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { AddEdit } from './add-edit.tsx';
import { parseLines, type Rules, toLines } from './edit-lines.ts';
import { editSentences } from './edit-sentences.ts';
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
      {routes.data?.length === 0 && apps.data?.length === 0 ? (
        <Text size="sm" mt="sm" c="dimmed">
          {w.nobody}
        </Text>
      ) : (
        <Select label={w.whose} placeholder={w.choose} data={owners} value={chosen} onChange={setChosen} mt="sm" />
      )}
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
      rulesNow={{ headers: transform?.headers ?? [], body: transform?.body ?? [], redact: transform?.redact ?? [] }}
    />
  );
}

function Fields(props: { of: Of; id: string; prefixNow: string; rulesNow: Rules }) {
  const { of, id, prefixNow, rulesNow } = props;
  const w = words.settings.edits;
  const client = useQueryClient();
  const action = useAction();
  const [prefix, setPrefix] = useState(prefixNow);
  const [rules, setRules] = useState(rulesNow);
  /** As they are being typed; null: as the rules have it. */
  const [lines, setLines] = useState<string | null>(null);
  const parsed = lines === null ? { ok: true as const, rules } : parseLines(lines);
  const change = (changed: Rules) => {
    setRules(changed);
    setLines(null);
  };
  const type = (text: string) => {
    setLines(text);
    const read = parseLines(text);
    if (read.ok) setRules(read.rules);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!parsed.ok) return;
    const empty = prefix === '' && toLines(rules) === '';
    const transform = empty ? null : { ...rules, ...(prefix === '' ? {} : { systemPrefix: prefix }) };
    if (!(await action.run(() => api.transforms.set({ of, id, transform })))) return;
    say(w.saved);
    void client.invalidateQueries();
  };
  const unchanged = prefix === prefixNow && JSON.stringify(rules) === JSON.stringify(rulesNow);
  return (
    <form className={`${classes.form} ${classes.apart}`} onSubmit={save}>
      <h3 className={classes.subhead} id="edits-rules">
        {w.rules}
      </h3>
      <RuleList rules={rules} onChange={change} />
      <AddEdit rules={rules} onAdd={change} />
      <details>
        <summary className={classes.more}>{w.lines}</summary>
        <div className={classes.form}>
          <Textarea
            aria-label={w.lines}
            description={w.linesHint}
            classNames={{ input: 'kw-mono' }}
            autosize
            minRows={4}
            maxRows={16}
            value={lines ?? toLines(rules)}
            error={parsed.ok ? undefined : w.noRule(parsed.line)}
            onChange={(event) => type(event.currentTarget.value)}
          />
          <Code block>{w.examples}</Code>
        </div>
      </details>
      <Textarea
        label={w.prefix}
        description={w.prefixHint}
        autosize
        minRows={2}
        maxRows={8}
        value={prefix}
        onChange={(event) => setPrefix(event.currentTarget.value)}
      />
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end">
        <Button type="submit" loading={action.pending} disabled={unchanged || !parsed.ok}>
          {words.common.save}
        </Button>
      </Group>
    </form>
  );
}

function RuleList({ rules, onChange }: { rules: Rules; onChange: (rules: Rules) => void }) {
  const w = words.settings.edits;
  const sentences = editSentences(rules);
  if (sentences.length === 0) return <p className="kw-dim">{w.none}</p>;
  return (
    <ul className={classes.rows} aria-labelledby="edits-rules">
      {sentences.map(({ sentence, line, without }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two rules can read the same, and their order is theirs
        <li key={index} className={classes.row}>
          <div className={`kw-grow ${classes.rule}`}>
            <p>{sentence}</p>
            <details className={classes.technical}>
              <summary className={classes.more}>{w.technical}</summary>
              <code className="kw-mono">{line}</code>
            </details>
          </div>
          <ActionIcon aria-label={w.remove(sentence)} onClick={() => onChange(without)}>
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}
