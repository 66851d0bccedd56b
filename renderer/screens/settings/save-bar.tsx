import { Button, Group } from '@mantine/core';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { words } from '../../words/words.ts';
import type { useSettingsForm } from './use-settings-form.ts';

/** `faulty`: a field says what is wrong with it, and nothing is saved. */
export function SaveBar({ form, faulty = false }: { form: ReturnType<typeof useSettingsForm>; faulty?: boolean }) {
  return (
    <>
      {form.problem && <ProblemNote problem={form.problem} />}
      <Group justify="flex-end">
        <Button type="submit" loading={form.pending} disabled={!form.changed || faulty}>
          {words.common.save}
        </Button>
      </Group>
    </>
  );
}
