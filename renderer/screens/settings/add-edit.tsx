import { Button, Fieldset, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { words } from '../../words/words.ts';
import { type EditDraft, type EditKind, editFaults, isHeaderKind, NEW_EDIT, objectOf, withEdit } from './edit-draft.ts';
import { type Rules, STAND_IN } from './edit-lines.ts';
import classes from './settings.module.css';

/** One more change, asked for in words. */
export function AddEdit({ rules, onAdd }: { rules: Rules; onAdd: (rules: Rules) => void }) {
  const w = words.settings.edits.add;
  const [draft, setDraft] = useState(NEW_EDIT);
  const set = (change: Partial<EditDraft>) => setDraft({ ...draft, ...change });
  const object = objectOf(draft.kind);
  const faults = editFaults(draft);
  const made = withEdit(rules, draft);
  const isPattern = draft.kind === 'take out';
  const add = () => {
    if (!made) return;
    onAdd(made);
    setDraft({ ...NEW_EDIT, kind: draft.kind });
  };
  return (
    <Fieldset legend={w.title} className={classes.form}>
      <Select
        label={w.what}
        allowDeselect={false}
        value={draft.kind}
        data={Object.entries(w.kinds).map(([value, label]) => ({ value, label }))}
        onChange={(kind) => kind && set({ kind: kind as EditKind })}
      />
      <div className={classes.two}>
        <TextInput
          label={isPattern ? w.pattern : isHeaderKind(draft.kind) ? w.header : w.field}
          description={isPattern ? w.patternHint : isHeaderKind(draft.kind) ? undefined : w.fieldHint}
          value={draft.subject}
          error={faults.subject && w[faults.subject]}
          onChange={(event) => set({ subject: event.currentTarget.value })}
        />
        {object !== null && (
          <TextInput
            label={w[object]}
            description={object === 'value' && !isHeaderKind(draft.kind) ? w.valueHint : undefined}
            placeholder={isPattern ? STAND_IN : undefined}
            value={draft.object}
            error={faults.object && w[faults.object]}
            onChange={(event) => set({ object: event.currentTarget.value })}
          />
        )}
      </div>
      <div>
        <Button variant="default" disabled={!made} onClick={add}>
          {w.add}
        </Button>
      </div>
    </Fieldset>
  );
}
