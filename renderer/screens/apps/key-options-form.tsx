import { Fieldset, MultiSelect, Select, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api.ts';
import { words } from '../../words/words.ts';
import { LimitFields } from '../limits/limit-fields.tsx';
import classes from './apps.module.css';
import type { KeyOptions } from './key-options.ts';

const ENDPOINTS = [
  'chat.completions',
  'completions',
  'responses',
  'embeddings',
  'models',
  'messages',
  'generateContent',
  'streamGenerateContent',
  'raw',
];

/** Label, expiry, scope, limits and users of a gateway key. `existing`: the id of one there is, whose expiry may stay as it is. */
export function KeyOptionsForm(props: {
  value: KeyOptions;
  onChange: (options: KeyOptions) => void;
  existing?: string;
  focusLabel?: boolean;
}) {
  const f = words.apps.form;
  const { value } = props;
  const set = (change: Partial<KeyOptions>) => props.onChange({ ...value, ...change });
  const providers = useQuery(queries.providers.list.queryOptions());
  const expiries = (['never', '7d', '30d', '90d', '365d', 'date'] as const).map((each) => ({
    value: each,
    label: f.expiry[each],
  }));

  return (
    <>
      <div className={classes.two}>
        <TextInput
          label={f.label}
          placeholder={f.labelHint}
          maxLength={120}
          data-autofocus={props.focusLabel || undefined}
          value={value.label}
          onChange={(event) => set({ label: event.currentTarget.value })}
        />
        <Select
          label={f.expires}
          allowDeselect={false}
          value={value.expiry}
          onChange={(expiry) => expiry && set({ expiry })}
          data={props.existing !== undefined ? [{ value: 'keep', label: f.expiry.keep }, ...expiries] : expiries}
        />
        {value.expiry === 'date' && (
          <TextInput
            type="date"
            label={f.date}
            value={value.date}
            onChange={(event) => set({ date: event.currentTarget.value })}
          />
        )}
      </div>
      <Fieldset legend={f.scope} className={classes.fields}>
        <MultiSelect
          label={f.providers}
          placeholder={value.providers.length === 0 ? f.allProviders : undefined}
          searchable
          clearable
          value={value.providers}
          onChange={(list) => set({ providers: list })}
          data={[...new Set([...(providers.data ?? []).map((provider) => provider.id), ...value.providers])]}
        />
        <TagsInput
          label={f.models}
          description={f.modelsHint}
          value={value.models}
          onChange={(list) => set({ models: list })}
        />
        <TagsInput
          label={f.endpoints}
          description={f.endpointsHint}
          value={value.endpoints}
          onChange={(list) => set({ endpoints: list })}
          data={ENDPOINTS}
        />
        <TagsInput
          label={f.users}
          description={f.usersHint}
          value={value.users}
          onChange={(list) => set({ users: list })}
        />
      </Fieldset>
      <LimitFields
        value={value.limits}
        onChange={(limits) => set({ limits })}
        of={props.existing === undefined ? undefined : { of: 'gateway-key', id: props.existing }}
      />
    </>
  );
}
