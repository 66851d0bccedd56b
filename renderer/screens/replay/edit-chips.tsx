import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Edit } from '../../../gateway/control/contract/replay.ts';
import { words } from '../../words/words.ts';
import { factText } from '../capture/as-text.ts';
import { WithRedactions } from '../capture/redaction-chips.tsx';
import classes from './replay.module.css';

/** What a branch changes, each to be taken back by itself. */
export function EditChips({ edits, onRemove }: { edits: readonly Edit[]; onRemove?: (path: string) => void }) {
  const w = words.replay;
  if (edits.length === 0) return null;
  return (
    <ul className={classes.chips} aria-label={w.edits}>
      {edits.map((edit) => (
        <li key={edit.path}>
          <b className={classes.chipName}>{edit.path}</b>
          <span className="kw-mono kw-clip">
            {edit.value === undefined ? (
              <span className="kw-dim">{w.taken}</span>
            ) : (
              <WithRedactions text={factText(edit.value)} />
            )}
          </span>
          {onRemove && (
            <ActionIcon size={24} aria-label={w.removeEdit(edit.path)} onClick={() => onRemove(edit.path)}>
              <IconX size={12} aria-hidden />
            </ActionIcon>
          )}
        </li>
      ))}
    </ul>
  );
}
