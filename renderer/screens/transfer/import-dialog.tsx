import { Button, FileButton, Group, Loader, Modal, Text, Textarea } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useState } from 'react';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { words } from '../../words/words.ts';
import { ImportResult } from './import-result.tsx';
import type { ImportState } from './use-import.ts';

/** A file or a pasted command in; then what came of it. Also what a drop shows its result in. */
export function ImportDialog(props: { opened: boolean; onClose: () => void; imports: ImportState }) {
  const { imports } = props;
  const w = words.transfer;
  const { importing } = imports;
  const close = () => {
    imports.reset();
    props.onClose();
  };
  return (
    <Modal opened={props.opened} onClose={close} title={w.importTitle} size="lg">
      {importing.state === 'done' ? (
        <ImportResult imported={importing.imported} onClose={close} />
      ) : importing.state === 'working' ? (
        <Text size="sm" role="status">
          <Loader size="xs" mr="xs" aria-hidden /> {w.importing(importing.name)}
        </Text>
      ) : (
        <>
          {importing.state === 'failed' && <ProblemNote problem={importing.problem} />}
          <ImportForm imports={imports} />
        </>
      )}
    </Modal>
  );
}

function ImportForm({ imports }: { imports: ImportState }) {
  const w = words.transfer;
  const [pasted, setPasted] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (pasted.trim()) void imports.text(pasted);
      }}
    >
      <Text size="sm" c="dimmed" mb="sm">
        {w.importLead}
      </Text>
      <FileButton accept=".har,.keyward,.bundle,.json,.txt,.sh" onChange={(file) => file && void imports.files([file])}>
        {(button) => (
          <Button {...button} leftSection={<IconFileImport size={15} aria-hidden />} data-autofocus>
            {w.chooseFile}
          </Button>
        )}
      </FileButton>
      <Textarea
        mt="md"
        label={w.paste}
        placeholder={w.pastePlaceholder}
        value={pasted}
        onChange={(event) => setPasted(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={10}
        classNames={{ input: 'kw-mono' }}
      />
      <Group justify="flex-end" mt="sm">
        <Button type="submit" variant="default" disabled={pasted.trim() === ''}>
          {w.importPasted}
        </Button>
      </Group>
    </form>
  );
}
