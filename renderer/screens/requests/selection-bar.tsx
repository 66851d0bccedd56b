import { Button } from '@mantine/core';
import { words } from '../../words/words.ts';
import { ExportMenu } from '../transfer/export-menu.tsx';
import classes from '../transfer/transfer.module.css';

/** What can be done with the requests that are picked. */
export function SelectionBar({ ids, onClear }: { ids: string[]; onClear: () => void }) {
  const w = words.transfer;
  return (
    <section className={classes.selection} aria-label={w.selected(ids.length)}>
      <b className="kw-grow" role="status">
        {w.selected(ids.length)}
      </b>
      <ExportMenu ids={ids} wide />
      <Button variant="subtle" color="gray" onClick={onClear}>
        {w.clearSelection}
      </Button>
    </section>
  );
}
