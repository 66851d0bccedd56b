import { NumberInput, SegmentedControl, Select, Textarea } from '@mantine/core';
import { CAUSES, type Cause } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import type { ExpectationForm } from './expectation.ts';
import classes from './suites.module.css';

/** What must hold, as fields. Every one that is filled in is checked. */
export function ExpectationFields(props: {
  value: ExpectationForm;
  badLine: string | undefined;
  onChange: (form: ExpectationForm) => void;
}) {
  const w = words.suites;
  const { value } = props;
  const set = (part: Partial<ExpectationForm>) => props.onChange({ ...value, ...part });
  const lines = (key: 'contains' | 'lacks', label: string) => (
    <Textarea
      label={label}
      description={w.oneALine}
      value={value[key]}
      autosize
      minRows={1}
      maxRows={6}
      onChange={(event) => set({ [key]: event.currentTarget.value })}
    />
  );
  return (
    <fieldset className={classes.expect}>
      <legend>{w.expect}</legend>
      <SegmentedControl
        size="xs"
        aria-label={w.expectOk}
        value={value.outcome}
        onChange={(outcome) => set({ outcome: outcome as ExpectationForm['outcome'] })}
        data={[
          { value: 'answered', label: w.okAnswered },
          { value: 'fails', label: w.okFails },
          { value: 'any', label: w.okAny },
        ]}
      />
      <div className={classes.three}>
        <NumberInput
          label={w.status}
          placeholder={w.statusAny}
          value={value.status}
          min={100}
          max={599}
          allowDecimal={false}
          onChange={(status) => set({ status: typeof status === 'number' ? status : '' })}
        />
        <Select
          label={w.cause}
          placeholder={w.causeAny}
          clearable
          searchable
          disabled={value.outcome === 'answered'}
          data={CAUSES.map((cause) => ({ value: cause, label: words.causes[cause] }))}
          value={value.cause || null}
          onChange={(cause) => set({ cause: (cause ?? '') as Cause | '' })}
        />
        <NumberInput
          label={w.maxDuration}
          placeholder={w.ms}
          suffix={` ${w.ms}`}
          value={value.maxDurationMs}
          min={1}
          onChange={(ms) => set({ maxDurationMs: typeof ms === 'number' && ms > 0 ? ms : '' })}
        />
      </div>
      <div className={classes.two}>
        {lines('contains', w.contains)}
        {lines('lacks', w.lacks)}
      </div>
      <Textarea
        label={w.structure}
        description={w.structureHint}
        value={value.structure}
        error={props.badLine === undefined ? undefined : w.badStructure(props.badLine)}
        autosize
        minRows={1}
        maxRows={8}
        classNames={{ input: 'kw-mono' }}
        onChange={(event) => set({ structure: event.currentTarget.value })}
      />
    </fieldset>
  );
}
