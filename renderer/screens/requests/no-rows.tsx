import { Button } from '@mantine/core';
import { IconFilterOff, IconInbox } from '@tabler/icons-react';
import { Empty } from '../../parts/empty.tsx';
import { useActions } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';

/** Why the list is empty, and what fills it. */
export function NoRows({ search, onClear }: { search: string; onClear: () => void }) {
  const w = words.requests;
  const { run } = useActions();
  if (search !== '') {
    return (
      <Empty icon={<IconFilterOff size={36} stroke={1.3} />} title={w.noMatchTitle} text={w.noMatch}>
        <Button variant="default" onClick={onClear}>
          {w.clear}
        </Button>
      </Empty>
    );
  }
  return (
    <Empty icon={<IconInbox size={36} stroke={1.3} />} title={w.emptyTitle} text={w.empty}>
      <Button onClick={() => run('practice')}>{w.tryPractice}</Button>
      <Button variant="default" onClick={() => run('importRequests')}>
        {words.transfer.import}
      </Button>
    </Empty>
  );
}
