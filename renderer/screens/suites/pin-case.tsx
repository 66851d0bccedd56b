import { ActionIcon, Autocomplete, Button, Group, Modal, Select, Text, TextInput, Tooltip } from '@mantine/core';
import { IconPin } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Capture } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { captureVerdict } from '../../parts/capture-tone.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import { type Branch, type Mode, usualConfig } from '../replay/branch.ts';
import { expectationOf, formOf } from './expectation.ts';
import { ExpectationFields } from './expectation-fields.tsx';
import classes from './suites.module.css';

/** Pins the request, with the changes of a branch where one is shown, as a case of a suite. */
export function PinButton({ capture, branch }: { capture: Capture; branch?: Branch }) {
  const [opened, setOpened] = useState(false);
  const w = words.suites;
  useActionHandlers({ pin: () => setOpened(true) });
  return (
    <>
      <Tooltip label={w.pin}>
        <ActionIcon aria-label={w.pin} onClick={() => setOpened(true)}>
          <IconPin size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={() => setOpened(false)} title={w.pinTitle} size="lg">
        {opened && <PinForm capture={capture} branch={branch} onClose={() => setOpened(false)} />}
      </Modal>
    </>
  );
}

const MODES = ['recorded', 'dry-run', 'live'] as const;
const SUITE_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

function PinForm({ capture, branch, onClose }: { capture: Capture; branch: Branch | undefined; onClose: () => void }) {
  const w = words.suites;
  const client = useQueryClient();
  const saving = useAction();
  const suites = useQuery(queries.suites.list.queryOptions());
  const names = (suites.data ?? []).map((suite) => suite.name);
  const [suite, setSuite] = useState<string | null>(null);
  const [title, setTitle] = useState(() => `${captureVerdict(capture)}: ${capture.askedModel ?? capture.path}`);
  const [mode, setMode] = useState<Mode>(branch && branch.mode !== 'explain' ? branch.mode : 'recorded');
  const [form, setForm] = useState(() => formOf(capture));
  const [pinned, setPinned] = useState(false);
  const name = suite ?? names[0] ?? 'regressions';
  const read = expectationOf(form);
  const badName = !SUITE_NAME.test(name);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (badName || 'badLine' in read) return;
    const made = await saving.run(() =>
      api.suites.add({
        name,
        capture: capture.id,
        title: title.trim() || undefined,
        mode,
        config: branch?.mode === mode ? branch.config : usualConfig(mode),
        edits: branch?.edits ?? [],
        expect: read.expect,
      }),
    );
    if (!made) return;
    setPinned(true);
    void client.invalidateQueries({ queryKey: queries.suites.key() });
  };
  if (pinned) {
    return (
      <>
        <Text size="sm" role="status">
          {w.pinned(name)}
        </Text>
        <Group justify="flex-end" gap="xs" mt="md">
          <LinkButton to="/suites/$name" params={{ name }} search={{}} data-autofocus>
            {w.openSuite}
          </LinkButton>
          <Button variant="default" onClick={onClose}>
            {words.common.done}
          </Button>
        </Group>
      </>
    );
  }
  return (
    <form onSubmit={(event) => void save(event)} className={classes.pin}>
      <Text size="sm" c="dimmed">
        {w.pinLead} {branch && branch.edits.length > 0 && w.pinWithEdits(branch.edits.length)}
      </Text>
      <TextInput
        label={w.name}
        value={title}
        maxLength={200}
        onChange={(event) => setTitle(event.currentTarget.value)}
        data-autofocus
      />
      <Autocomplete
        label={w.suite}
        description={w.suiteHint}
        data={names}
        value={name}
        error={badName ? w.badSuite : undefined}
        onChange={setSuite}
      />
      <Select
        label={w.mode}
        data={MODES.map((each) => ({ value: each, label: w.modes[each] }))}
        value={mode}
        allowDeselect={false}
        onChange={(next) => next && setMode(next as Mode)}
      />
      <ExpectationFields value={form} badLine={'badLine' in read ? read.badLine : undefined} onChange={setForm} />
      {saving.problem && <ProblemNote problem={saving.problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button type="submit" loading={saving.pending} disabled={badName || 'badLine' in read}>
          {w.pinButton}
        </Button>
      </Group>
    </form>
  );
}
