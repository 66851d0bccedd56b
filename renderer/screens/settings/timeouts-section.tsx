import { NumberInput } from '@mantine/core';
import type { Settings } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

const TIMEOUTS = ['connect', 'firstByte', 'idle', 'total'] as const;

export function TimeoutsSection({ settings }: { settings: Settings }) {
  const w = words.settings.timeouts;
  const form = useSettingsForm(settings);
  return (
    <form className={classes.form} onSubmit={form.save}>
      <div className={classes.two}>
        {TIMEOUTS.map((each) => (
          <NumberInput
            key={each}
            label={w[each]}
            suffix={` ${w.seconds}`}
            min={0.1}
            value={form.value.timeouts[`${each}Ms`] / 1000}
            onChange={(seconds) => {
              if (typeof seconds !== 'number' || seconds <= 0) return;
              form.set({ timeouts: { ...form.value.timeouts, [`${each}Ms`]: Math.round(seconds * 1000) } });
            }}
          />
        ))}
      </div>
      <SaveBar form={form} />
    </form>
  );
}
