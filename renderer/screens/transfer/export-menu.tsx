import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useActionHandlers } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import classes from './transfer.module.css';
import { type Format, useExport } from './use-export.ts';

const FORMATS = Object.keys(words.transfer.formats) as Format[];
/** What is text, and short enough to paste somewhere. */
const COPIED = ['curl', 'support'] as const;

/** Every form a request may leave in: saved as a file, or copied where it is text to paste. */
export function ExportMenu({ ids, wide }: { ids: string[]; wide?: boolean }) {
  const w = words.transfer;
  const [opened, setOpened] = useState(false);
  const exporting = useExport();
  useActionHandlers({ exportRequest: () => setOpened(true) });
  return (
    <Menu opened={opened} onChange={setOpened} width={300}>
      <Menu.Target>
        {wide ? (
          <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
            {w.export}
          </Button>
        ) : (
          <Tooltip label={w.exportOf(ids.length)} disabled={opened}>
            <ActionIcon aria-label={w.exportOf(ids.length)}>
              <IconDownload size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{w.save}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item
            key={format}
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => void exporting.save(ids, format)}
          >
            <span className={classes.format}>
              <span>{w.formats[format]}</span>
              <span className="kw-dim">{w.formatHints[format]}</span>
            </span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{w.copyIt}</Menu.Label>
        {COPIED.map((format) => (
          <Menu.Item
            key={format}
            leftSection={<IconCopy size={14} aria-hidden />}
            onClick={() => void exporting.copy(ids, format)}
          >
            {w.formats[format]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
