import { Button, Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { BodyField } from './body-field.tsx';
import { ChoiceFields } from './choice-fields.tsx';
import { type Draft, draftOf, editsOf, messageEdits } from './draft.ts';
import { EditChips } from './edit-chips.tsx';
import { HeadersField } from './headers-field.tsx';
import { jsonFault } from './json-edits.ts';
import classes from './replay.module.css';
import type { ReplayState } from './use-replay-state.ts';

/** The request of a branch, every part of it to be changed. Applying runs the steps over what it then is. */
export function EditPane({ capture, state }: { capture: Capture; state: ReplayState }) {
  const { edits } = state.branch;
  const shown = messageEdits(edits);
  const preview = useQuery(
    queries.replay.preview.queryOptions({
      input: { id: capture.id, edits: shown },
      enabled: shown.length > 0,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  const request = shown.length > 0 ? preview.data?.request : capture.request;
  if (preview.error) return <ProblemNote problem={toProblem(preview.error)} onRetry={() => void preview.refetch()} />;
  if (!request) return <Loader size="sm" m="lg" aria-label={words.common.loading} />;
  return <EditForm capture={capture} state={state} start={draftOf(request, edits)} />;
}

function EditForm({ capture, state, start }: { capture: Capture; state: ReplayState; start: Draft }) {
  const w = words.replay.form;
  const [draft, setDraft] = useState(start);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const edits = editsOf(capture.request, draft, state.branch.edits);
  const dirty = JSON.stringify(edits) !== JSON.stringify(editsOf(capture.request, start, state.branch.edits));
  const fault = draft.body === start.body ? undefined : jsonFault(draft.body);
  const isJson = /json/i.test(draft.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? 'json');

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) void state.change({ edits }, 'step');
      }}
    >
      <p className="kw-dim">{w.lead}</p>
      <EditChips
        edits={state.branch.edits}
        onRemove={(path) => void state.change({ edits: state.branch.edits.filter((edit) => edit.path !== path) })}
      />
      <ChoiceFields capture={capture} draft={draft} onChange={change} />
      <HeadersField
        recorded={capture.request.headers}
        headers={draft.headers}
        onChange={(headers) => change({ headers })}
      />
      <BodyField
        body={capture.request.body}
        text={draft.body}
        fault={isJson ? fault : undefined}
        isJson={isJson}
        onChange={(body) => change({ body })}
      />
      <Group className={classes.formFoot} gap="xs">
        <Button type="submit" disabled={!dirty}>
          {w.apply}
        </Button>
        <Button
          variant="default"
          disabled={edits.length === 0 && !dirty}
          onClick={() => {
            setDraft(draftOf(capture.request, []));
            if (state.branch.edits.length > 0) void state.change({ edits: [] });
          }}
        >
          {w.reset}
        </Button>
        {dirty && (
          <Text size="xs" c="dimmed" role="status">
            {w.unsaved}
          </Text>
        )}
      </Group>
    </form>
  );
}
