import { Button, Group, NumberInput, Radio, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Settings } from '../../../gateway/control/contract/index.ts';
import { api } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

const KB = 1024;
const DAY_MS = 86_400_000;
const RECORDINGS = ['full', 'no-bodies', 'off'] as const;

export function RecordingSection({ settings }: { settings: Settings }) {
  const w = words.settings.recording;
  const form = useSettingsForm(settings);
  const { value, set } = form;
  const retention = (change: Partial<Settings['retention']>) => set({ retention: { ...value.retention, ...change } });
  return (
    <>
      <form className={classes.form} onSubmit={form.save}>
        <Radio.Group
          label={w.what}
          value={value.recording}
          onChange={(recording) => set({ recording: recording as Settings['recording'] })}
        >
          <Stack gap={6} mt={6}>
            {RECORDINGS.map((each) => (
              <Radio key={each} size="xs" value={each} label={w[each]} />
            ))}
          </Stack>
        </Radio.Group>
        <div className={classes.two}>
          <NumberInput
            label={w.captureBody}
            suffix=" KB"
            min={0}
            value={value.captureBodyBytes / KB}
            onChange={(size) => typeof size === 'number' && set({ captureBodyBytes: Math.round(size * KB) })}
          />
          <NumberInput
            label={w.maxSize}
            suffix=" MB"
            min={1}
            value={value.retention.maxSizeMb}
            onChange={(maxSizeMb) => typeof maxSizeMb === 'number' && maxSizeMb > 0 && retention({ maxSizeMb })}
          />
          <NumberInput
            label={w.maxAge}
            suffix={` ${w.days}`}
            min={1}
            value={value.retention.maxAgeDays}
            onChange={(maxAgeDays) => typeof maxAgeDays === 'number' && maxAgeDays > 0 && retention({ maxAgeDays })}
          />
          <NumberInput
            label={w.failureMaxAge}
            suffix={` ${w.days}`}
            min={1}
            value={value.retention.failureMaxAgeDays}
            onChange={(days) => typeof days === 'number' && days > 0 && retention({ failureMaxAgeDays: days })}
          />
        </div>
        <SaveBar form={form} />
      </form>
      <Prune />
    </>
  );
}

function Prune() {
  const w = words.settings.recording;
  const [days, setDays] = useState<number>(7);
  const confirm = useConfirm();
  const client = useQueryClient();
  const prune = async () => {
    if (!(await confirm({ title: w.pruneTitle, text: w.pruneText(days), confirm: w.pruneConfirm }))) return;
    await api.captures.prune({ olderThanMs: days * DAY_MS }).then(({ removed }) => say(w.pruned(removed)), sayProblem);
    void client.invalidateQueries();
  };
  return (
    <Group align="flex-end" gap="xs" className={classes.apart}>
      <NumberInput
        label={w.pruneDays}
        min={0}
        value={days}
        onChange={(value) => typeof value === 'number' && setDays(value)}
        w={180}
      />
      <Button variant="default" onClick={prune}>
        {w.pruneButton}
      </Button>
    </Group>
  );
}
