import {
  ActionIcon,
  Autocomplete,
  Button,
  Fieldset,
  Group,
  Modal,
  NumberInput,
  Select,
  TextInput,
} from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Route } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { draftOf, moved, nameFault, newTarget, type RouteDraft, routeOf, type TargetDraft } from './route-draft.ts';
import classes from './routes.module.css';

/** Adds a route (`new`) or edits one. */
export function RouteDialog(props: {
  route: Route | 'new' | undefined;
  taken: readonly string[];
  onClose: () => void;
}) {
  const w = words.routes;
  const { route, taken, onClose } = props;
  const title = route === 'new' ? w.addTitle : route ? w.editTitle(route.name) : '';
  return (
    <Modal opened={route !== undefined} onClose={onClose} title={title} size="lg">
      {route && (
        <RouteForm
          key={route === 'new' ? 'new' : route.name}
          route={route === 'new' ? null : route}
          taken={taken}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

function RouteForm(props: { route: Route | null; taken: readonly string[]; onClose: () => void }) {
  const f = words.routes.form;
  const { route, onClose } = props;
  const client = useQueryClient();
  const action = useAction();
  const [draft, setDraft] = useState<RouteDraft>(() => draftOf(route));
  const set = (change: Partial<RouteDraft>) => setDraft({ ...draft, ...change });
  const taken = props.taken.filter((name) => name !== route?.name);
  const fault = nameFault(draft.name.trim(), taken);
  const made = routeOf(draft, route, taken);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!made) return;
    if (!(await action.run(() => api.routes.set(made)))) return;
    void client.invalidateQueries({ queryKey: queries.routes.key() });
    onClose();
  };
  return (
    <form className={classes.form} onSubmit={save}>
      <div className={classes.two}>
        <TextInput
          label={f.name}
          description={f.nameHint}
          value={draft.name}
          disabled={route !== null}
          data-autofocus={route === null || undefined}
          error={fault === 'bad' ? f.badName : fault === 'taken' ? f.taken : undefined}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Select
          label={f.strategy}
          allowDeselect={false}
          value={draft.strategy}
          onChange={(strategy) => strategy && set({ strategy: strategy as Route['strategy'] })}
          data={(['fallback', 'weighted', 'fastest'] as const).map((value) => ({
            value,
            label: words.routes.strategies[value],
          }))}
        />
      </div>
      <TargetFields
        targets={draft.targets}
        weighted={draft.strategy === 'weighted'}
        onChange={(targets) => set({ targets })}
      />
      <div className={classes.three}>
        <NumberInput
          label={f.retries}
          description={f.retriesHint}
          placeholder="2"
          min={0}
          max={10}
          allowDecimal={false}
          value={draft.retries}
          onChange={(value) => set({ retries: numberOf(value) })}
        />
        <NumberInput
          label={f.firstByte}
          description={f.firstByteHint}
          min={0.1}
          value={draft.firstByteSeconds}
          onChange={(value) => set({ firstByteSeconds: numberOf(value) })}
        />
        <NumberInput
          label={f.breaker}
          description={f.breakerHint}
          placeholder="5"
          min={0}
          max={1000}
          allowDecimal={false}
          value={draft.breakerFailures}
          onChange={(value) => set({ breakerFailures: numberOf(value) })}
        />
      </div>
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={action.pending} disabled={!made}>
          {route ? words.common.save : words.routes.add}
        </Button>
      </Group>
    </form>
  );
}

function TargetFields(props: {
  targets: readonly TargetDraft[];
  weighted: boolean;
  onChange: (targets: readonly TargetDraft[]) => void;
}) {
  const f = words.routes.form;
  const { targets, onChange } = props;
  const providers = useQuery(queries.providers.list.queryOptions());
  const data = (providers.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const edit = (id: number, change: Partial<TargetDraft>) =>
    onChange(targets.map((target) => (target.id === id ? { ...target, ...change } : target)));
  return (
    <Fieldset legend={f.targets} className={classes.targets}>
      {targets.map(({ id, provider, model, weight }, index) => (
        <div key={id} className={classes.targetFields}>
          <Select
            aria-label={f.provider(index + 1)}
            placeholder={words.providers.pick}
            searchable
            className={classes.grow}
            value={provider}
            data={data}
            // A key belongs to its provider: another one has others.
            onChange={(value) => edit(id, { provider: value, key: undefined })}
          />
          <ModelField
            label={f.model(index + 1)}
            provider={provider}
            value={model}
            onChange={(value) => edit(id, { model: value })}
          />
          {props.weighted && (
            <NumberInput
              aria-label={f.weight(index + 1)}
              placeholder="1"
              className={classes.weight}
              min={0.01}
              value={weight}
              onChange={(value) => edit(id, { weight: numberOf(value) })}
            />
          )}
          <ActionIcon
            aria-label={f.up(index + 1)}
            disabled={index === 0}
            onClick={() => onChange(moved(targets, index, -1))}
          >
            <IconArrowUp size={15} aria-hidden />
          </ActionIcon>
          <ActionIcon
            aria-label={f.down(index + 1)}
            disabled={index === targets.length - 1}
            onClick={() => onChange(moved(targets, index, 1))}
          >
            <IconArrowDown size={15} aria-hidden />
          </ActionIcon>
          <ActionIcon
            aria-label={f.remove(index + 1)}
            disabled={targets.length === 1}
            onClick={() => onChange(targets.filter((target) => target.id !== id))}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={15} aria-hidden />}
        onClick={() => onChange([...targets, newTarget(Math.max(...targets.map(({ id }) => id)) + 1)])}
      >
        {f.addTarget}
      </Button>
    </Fieldset>
  );
}

/** Any name may be typed; what the provider is known to have is offered. */
function ModelField(props: {
  label: string;
  provider: string | null;
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, provider, value, onChange } = props;
  const models = useQuery({
    ...queries.models.list.queryOptions({ input: { provider: provider ?? '', limit: MOST_OFFERED } }),
    enabled: provider !== null && provider !== PRACTICE,
  });
  return (
    <Autocomplete
      aria-label={label}
      placeholder={words.routes.form.modelPlaceholder}
      className={classes.grow}
      value={value}
      data={(models.data ?? []).map(({ model }) => model)}
      limit={SHOWN_AT_ONCE}
      onChange={onChange}
    />
  );
}

const PRACTICE = 'practice';
const MOST_OFFERED = 5_000;
const SHOWN_AT_ONCE = 50;

function numberOf(value: string | number): number | '' {
  return typeof value === 'number' ? value : '';
}
