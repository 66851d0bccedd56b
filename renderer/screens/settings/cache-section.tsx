import { Button, Group, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { CacheStatus, Settings } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { bytes, count, dollars } from '../../format.ts';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

const MINUTE_MS = 60_000;
const USUAL_MINUTES = 10;

export function CacheSection({ settings }: { settings: Settings }) {
  const w = words.settings.cache;
  const form = useSettingsForm(settings);
  const { cache } = form.value;
  const set = (change: Partial<Settings['cache']>) => form.set({ cache: { ...cache, ...change } });
  return (
    <>
      <form className={classes.form} onSubmit={form.save}>
        <Text size="sm">{w.lead}</Text>
        <Switch
          label={w.on}
          checked={cache.ttlMs > 0}
          onChange={(event) => set({ ttlMs: event.currentTarget.checked ? USUAL_MINUTES * MINUTE_MS : 0 })}
        />
        <div className={classes.two}>
          <NumberInput
            label={w.ttl}
            suffix={` ${w.minutes}`}
            min={0.1}
            disabled={cache.ttlMs === 0}
            value={cache.ttlMs / MINUTE_MS}
            onChange={(minutes) => {
              if (typeof minutes === 'number' && minutes > 0) set({ ttlMs: Math.round(minutes * MINUTE_MS) });
            }}
          />
          <NumberInput
            label={w.maxSize}
            suffix=" MB"
            min={1}
            max={4096}
            value={cache.maxMb}
            onChange={(maxMb) => {
              if (typeof maxMb === 'number' && maxMb > 0) set({ maxMb });
            }}
          />
        </div>
        <Stack gap={8}>
          <Switch
            label={w.shared}
            description={w.sharedHint}
            checked={cache.shared}
            onChange={(event) => set({ shared: event.currentTarget.checked })}
          />
          <Switch
            label={w.random}
            description={w.randomHint}
            checked={cache.random}
            onChange={(event) => set({ random: event.currentTarget.checked })}
          />
        </Stack>
        <SaveBar form={form} />
      </form>
      <Contents />
    </>
  );
}

function Contents() {
  const w = words.settings.cache;
  const status = useQuery(queries.cache.status.queryOptions());
  const client = useQueryClient();
  const clear = async () => {
    await api.cache.clear({}).then(({ removed }) => say(w.cleared(removed)), sayProblem);
    void client.invalidateQueries({ queryKey: queries.cache.status.key() });
  };
  if (!status.data) return null;
  return (
    <Group justify="space-between" className={classes.apart}>
      <Text size="sm">{w.holds(facts(status.data))}</Text>
      <Button variant="default" onClick={clear} disabled={status.data.entries === 0}>
        {w.clear}
      </Button>
    </Group>
  );
}

function facts({ entries, sizeBytes, hits, misses, savedTokens, savedUsd }: CacheStatus) {
  return {
    entries: count(entries),
    size: bytes(sizeBytes),
    hits: count(hits),
    asked: count(hits + misses),
    tokens: count(savedTokens),
    money: dollars(savedUsd),
  };
}
