import { Button, Group } from '@mantine/core';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { words } from '../../words/words.ts';
import type { useSettingsForm } from './use-settings-form.ts';

export function SaveBar({ form }: { form: ReturnType<typeof useSettingsForm> }) {
  return (
    <>
      {form.problem && <ProblemNote problem={form.problem} />}
      <Group justify="flex-end">
        <Button type="submit" loading={form.pending} disabled={!form.changed}>
          {words.common.save}
        </Button>
      </Group>
    </>
  );
}
