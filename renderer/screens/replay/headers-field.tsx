import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { words } from '../../words/words.ts';
import { WithRedactions } from '../capture/redaction-chips.tsx';
import type { DraftHeader } from './draft.ts';
import classes from './replay.module.css';

/** Header lines to change, take away and add. A credential that was taken out is shown, not typed over. */
export function HeadersField(props: {
  recorded: readonly (readonly [string, string])[];
  headers: readonly DraftHeader[];
  onChange: (headers: DraftHeader[]) => void;
}) {
  const w = words.replay.form;
  const set = (index: number, part: Partial<DraftHeader>) =>
    props.onChange(props.headers.map((header, at) => (at === index ? { ...header, ...part } : header)));
  return (
    <fieldset className={classes.headers}>
      <legend>{w.headers}</legend>
      {props.headers.map((header, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are edited in place; their order is their identity
        <div key={index} className={classes.header}>
          <TextInput
            size="xs"
            aria-label={w.headerName(index + 1)}
            value={header.name}
            disabled={header.credential}
            onChange={(event) => set(index, { name: event.currentTarget.value })}
          />
          {header.credential ? (
            <Tooltip label={w.credential} multiline maw={280}>
              <span className={classes.credential}>
                <WithRedactions text={header.value} />
              </span>
            </Tooltip>
          ) : (
            <TextInput
              size="xs"
              aria-label={w.headerValue(index + 1)}
              value={header.value}
              onChange={(event) => set(index, { value: event.currentTarget.value })}
            />
          )}
          <Tooltip label={w.removeHeader(header.name)}>
            <ActionIcon
              aria-label={w.removeHeader(header.name)}
              onClick={() => props.onChange(props.headers.filter((_, at) => at !== index))}
            >
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </div>
      ))}
      <Button
        variant="subtle"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => props.onChange([...props.headers, { name: '', value: '', credential: false }])}
      >
        {w.addHeader}
      </Button>
    </fieldset>
  );
}
