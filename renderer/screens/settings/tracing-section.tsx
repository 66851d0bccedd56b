import { Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Settings, Status } from '../../../gateway/control/contract/index.ts';
import { Light } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { words } from '../../words/words.ts';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

/** Of the gateway's notice that a collector cannot be reached. */
const FAILING = 'otlp-failing';
/** Where a collector on the same machine listens, by OpenTelemetry's convention. */
const USUAL_URL = 'http://127.0.0.1:4318';

export function TracingSection({ settings, status }: { settings: Settings; status: Status }) {
  const w = words.settings.tracing;
  const form = useSettingsForm(settings);
  const { otlpUrl, content } = form.value.tracing;
  const set = (change: Partial<Settings['tracing']>) => form.set({ tracing: { ...form.value.tracing, ...change } });
  // The last address stays in the field while tracing is off, so that switching it on again is one click.
  const [address, setAddress] = useState(otlpUrl ?? USUAL_URL);
  const on = otlpUrl !== null;
  const bad = on && !isCollector(address);
  const failing = status.notices.find(({ id }) => id === FAILING);
  const savedUrl = settings.tracing.otlpUrl;
  return (
    <form className={classes.form} onSubmit={form.save}>
      <Text size="sm">{w.lead}</Text>
      <Switch
        label={w.on}
        description={w.onHint}
        checked={on}
        onChange={(event) => set({ otlpUrl: event.currentTarget.checked ? address.trim() : null })}
      />
      <TextInput
        label={w.url}
        description={w.urlHint}
        placeholder={USUAL_URL}
        disabled={!on}
        value={address}
        error={bad && w.badUrl}
        onChange={(event) => {
          setAddress(event.currentTarget.value);
          set({ otlpUrl: event.currentTarget.value.trim() });
        }}
      />
      <Switch
        label={w.content}
        description={w.contentHint}
        disabled={!on}
        checked={content}
        onChange={(event) => set({ content: event.currentTarget.checked })}
      />
      <Text size="sm" c="dimmed">
        {w.headers} <Said text={w.override} />
      </Text>
      {failing ? (
        <ProblemNote problem={{ code: failing.id, sentence: failing.sentence, next: failing.next }} />
      ) : (
        savedUrl !== null && (
          <p role="status" className={classes.state}>
            <Light tone="ok" /> {w.sending(savedUrl)}
          </p>
        )
      )}
      <SaveBar form={form} faulty={bad} />
    </form>
  );
}

function isCollector(address: string): boolean {
  return URL.canParse(address.trim()) && /^https?:$/.test(new URL(address.trim()).protocol);
}
