import { Button, VisuallyHidden } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { MouseEvent, ReactNode } from 'react';
import { words } from '../words/words.ts';

/** Opens a web page in the person's own browser; anything but http and https is ignored. */
export function openExternal(url: string): void {
  if (!isWebPage(url)) return;
  if (window.keyward) void window.keyward.openExternal(url);
  else window.open(url, '_blank', 'noopener,noreferrer');
}

export function isWebPage(url: string): boolean {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  return protocol === 'https:' || protocol === 'http:';
}

function onClick(event: MouseEvent, url: string) {
  if (!window.keyward) return;
  event.preventDefault();
  openExternal(url);
}

export function ExternalLink({ url, children }: { url: string; children: ReactNode }) {
  if (!isWebPage(url)) return children;
  return (
    <a
      className="kw-link"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      onClick={(event) => onClick(event, url)}
    >
      {children}
      <IconExternalLink size={13} aria-hidden style={{ verticalAlign: '-2px', marginLeft: 3 }} />
      <VisuallyHidden component="span"> {words.common.opensPage}</VisuallyHidden>
    </a>
  );
}

export function ExternalButton(props: { url: string; children: ReactNode; variant?: 'filled' | 'default' }) {
  if (!isWebPage(props.url)) return null;
  return (
    <Button
      component="a"
      href={props.url}
      target="_blank"
      rel="noopener noreferrer"
      variant={props.variant ?? 'default'}
      rightSection={<IconExternalLink size={14} aria-hidden />}
      onClick={(event: MouseEvent) => onClick(event, props.url)}
    >
      {props.children}
    </Button>
  );
}
