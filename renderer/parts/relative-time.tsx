import { Tooltip } from '@mantine/core';
import { exactTime, relativeTime } from '../format.ts';
import { useNow } from './use-now.ts';

/** “3 min ago”, the exact time on hover. */
export function RelativeTime({ iso }: { iso: string }) {
  useNow();
  return (
    <Tooltip label={exactTime(iso)}>
      <time dateTime={iso}>{relativeTime(iso, Date.now())}</time>
    </Tooltip>
  );
}
