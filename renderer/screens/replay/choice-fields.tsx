import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { words } from '../../words/words.ts';
import type { Draft } from './draft.ts';
import classes from './replay.module.css';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** Line, model and keys. Keys are chosen, never typed: an edit holds no secret. */
export function ChoiceFields(props: { capture: Capture; draft: Draft; onChange: (part: Partial<Draft>) => void }) {
  const { capture, draft, onChange } = props;
  const w = words.replay.form;
  const keys = useQuery(queries.keys.list.queryOptions());
  const gatewayKeys = useQuery(queries.gatewayKeys.list.queryOptions());
  const methods = METHODS.includes(draft.method) ? METHODS : [draft.method, ...METHODS];
  return (
    <div className={classes.choices}>
      <Select
        label={w.method}
        data={methods}
        value={draft.method}
        allowDeselect={false}
        onChange={(method) => method && onChange({ method })}
      />
      <TextInput
        label={w.url}
        className={classes.url}
        value={draft.url}
        onChange={(event) => onChange({ url: event.currentTarget.value })}
      />
      <TextInput
        label={w.model}
        description={w.modelHint}
        placeholder={capture.askedModel ?? undefined}
        value={draft.model}
        onChange={(event) => onChange({ model: event.currentTarget.value })}
      />
      <Select
        label={w.key}
        description={w.keyHint}
        placeholder={w.sameKey}
        clearable
        searchable
        data={(keys.data ?? []).map((key) => ({
          value: key.id,
          label: `${key.provider} · ${key.label} · ${words.keys.endsIn(key.lastFour)}`,
        }))}
        value={draft.key || null}
        onChange={(key) => onChange({ key: key ?? '' })}
      />
      <Select
        label={w.gatewayKey}
        description={w.gatewayKeyHint}
        placeholder={w.sameGatewayKey}
        clearable
        searchable
        data={(gatewayKeys.data ?? []).map((key) => ({
          value: key.id,
          label: `${key.app} · ${key.label} · ${words.apps.states[key.state]}`,
        }))}
        value={draft.gatewayKey || null}
        onChange={(gatewayKey) => onChange({ gatewayKey: gatewayKey ?? '' })}
      />
    </div>
  );
}
