import { Checkbox, Stack } from '@mantine/core';
import type { Settings } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import { SaveBar } from './save-bar.tsx';
import classes from './settings.module.css';
import { useSettingsForm } from './use-settings-form.ts';

type Class = Settings['experiments'][number];

const CLASSES: readonly Class[] = ['local', 'network', 'free-call', 'paid-call'];

/** Which experiments may run without asking each time. */
export function ExperimentsSection({ settings }: { settings: Settings }) {
  const w = words.settings.experiments;
  const form = useSettingsForm(settings);
  return (
    <form className={classes.form} onSubmit={form.save}>
      <p className="kw-dim">{w.lead}</p>
      <Checkbox.Group
        label={w.allowed}
        value={form.value.experiments}
        onChange={(chosen) => form.set({ experiments: CLASSES.filter((each) => chosen.includes(each)) })}
      >
        <Stack gap={6} mt={6}>
          {CLASSES.map((each) => (
            <Checkbox key={each} size="xs" value={each} label={w.classes[each]} />
          ))}
        </Stack>
      </Checkbox.Group>
      <SaveBar form={form} />
    </form>
  );
}
