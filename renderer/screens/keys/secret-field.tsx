import { ActionIcon, Textarea, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { words } from '../../words/words.ts';

/**
 * A password field that takes several lines: a one-line field would silently drop the line breaks whose finding is the
 * point, and browsers offer to keep what is typed into a real one.
 */
export function SecretField(props: {
  value: string;
  onChange: (text: string) => void;
  hint?: ReactNode;
  label?: string;
  error?: string;
}) {
  const [shown, setShown] = useState(false);
  const w = words.keys;
  return (
    <Textarea
      label={props.label ?? w.paste}
      description={props.hint}
      error={props.error}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      autosize
      minRows={1}
      maxRows={5}
      data-autofocus
      autoComplete="off"
      autoCorrect="off"
      autoCapitalize="off"
      data-1p-ignore
      data-lpignore="true"
      classNames={{ input: shown ? 'kw-mono' : 'kw-mono kw-masked' }}
      rightSection={
        <Tooltip label={shown ? w.hide : w.reveal}>
          <ActionIcon
            aria-label={shown ? w.hide : w.reveal}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            disabled={props.value === ''}
          >
            {shown ? <IconEyeOff size={16} aria-hidden /> : <IconEye size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      }
    />
  );
}
