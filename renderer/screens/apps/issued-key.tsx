import { Alert, Button, Group, TextInput } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { IssuedKey } from '../../../gateway/control/contract/index.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import classes from './apps.module.css';
import { SnippetPicker } from './snippet-picker.tsx';

/** The one time a gateway key is seen. It lives in this component's props and goes with the dialog. */
export function IssuedKeyView({ issued, onDone }: { issued: IssuedKey; onDone: () => void }) {
  const w = words.apps;
  const [program, setProgram] = useState<string>();
  return (
    <div className={classes.form}>
      <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title={w.issuedTitle}>
        {w.issuedOnce}
      </Alert>
      <div>
        <TextInput
          label={w.theKey}
          description={w.issuedFor(issued.app)}
          readOnly
          value={issued.key}
          onFocus={(event) => event.currentTarget.select()}
          classNames={{ input: 'kw-mono' }}
        />
        <Group mt="xs">
          <CopyButton text={issued.key} wide variant="filled" />
        </Group>
      </div>
      <h3 className={classes.subhead}>{w.paste}</h3>
      <SnippetPicker program={program} onProgram={setProgram} gatewayKey={issued.key} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {w.issuedDone}
        </Button>
      </Group>
    </div>
  );
}
