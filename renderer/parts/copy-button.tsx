import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { words } from '../words/words.ts';

const SHOWN_MS = 1800;

/** Copies a text, or what a function makes of the moment, and says that it did. */
export function CopyButton(props: {
  text: string | (() => string);
  /** What is copied, for the label: “Copy the address”. */
  label?: string;
  /** Shows the label beside the icon. */
  wide?: boolean;
  variant?: 'subtle' | 'filled' | 'default';
  onCopied?: () => void;
}) {
  const { label = words.common.copy } = props;
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    await copyText(typeof props.text === 'function' ? props.text() : props.text);
    setCopied(true);
    props.onCopied?.();
  };
  const icon = copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />;
  const said = (
    <VisuallyHidden component="span" role="status">
      {copied ? words.common.copied : ''}
    </VisuallyHidden>
  );
  if (props.wide) {
    return (
      <Button variant={props.variant ?? 'default'} leftSection={icon} onClick={copy}>
        {label}
        {said}
      </Button>
    );
  }
  return (
    <Tooltip label={copied ? words.common.copied : label}>
      <ActionIcon aria-label={label} onClick={copy} color={copied ? 'green' : 'gray'}>
        {icon}
        {said}
      </ActionIcon>
    </Tooltip>
  );
}

/** Where the clipboard interface is not granted (plain http on a named host), the old way. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
