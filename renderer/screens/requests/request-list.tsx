import { ActionIcon, Button, Loader, Tooltip, UnstyledButton } from '@mantine/core';
import { IconArrowUp, IconFileImport } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { useNow } from '../../parts/use-now.ts';
import { useActionHandlers, useActions } from '../../shell/actions-provider.tsx';
import { words } from '../../words/words.ts';
import { NoRows } from './no-rows.tsx';
import { RequestRow } from './request-row.tsx';
import classes from './requests.module.css';
import { SearchBox } from './search-box.tsx';
import { toggleFlag, tokenize } from './search-grammar.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useCaptureList } from './use-capture-list.ts';
import { useSelection } from './use-selection.ts';
import { useVocabulary } from './use-vocabulary.ts';

const ROW_PX = 46;
/** This close to the top counts as being there. */
const TOP_PX = 8;

export function RequestList(props: {
  search: string;
  onSearch: (text: string) => void;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  onLeave: () => void;
}) {
  const w = words.requests;
  const scroller = useRef<HTMLDivElement>(null);
  const [atTop, setAtTop] = useState(true);
  const [pointerInside, setPointerInside] = useState(false);
  /** The row under the keyboard; the open one until the keys move on. */
  const [marked, setMarked] = useState<string | undefined>(props.chosen);
  const reading = !atTop || pointerInside;
  const { rows, held, showHeld, list } = useCaptureList(props.search, reading);
  const nowMs = useNow();
  const { run } = useActions();
  const selection = useSelection();

  useEffect(() => setMarked(props.chosen), [props.chosen]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (last >= rows.length - 20 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const position = rows.findIndex((row) => row.id === marked);
  const move = (by: number) => {
    const index = position < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, position + by));
    const row = rows[index];
    if (!row) return;
    virtual.scrollToIndex(index);
    setMarked(row.id);
    // With the detail open, moving through the list reads on.
    if (props.chosen) props.onChoose(row.id);
  };
  useActionHandlers({
    next: () => move(1),
    previous: () => move(-1),
    open: () => {
      if (!marked || marked === props.chosen) return false;
      props.onChoose(marked);
      return true;
    },
    selectRow: () => {
      if (!marked) return false;
      selection.toggle(marked);
      return true;
    },
    leave: () => {
      if (selection.ids.length > 0) {
        selection.clear();
        return true;
      }
      if (!props.chosen) return false;
      props.onLeave();
      return true;
    },
  });

  const vocabulary = useVocabulary(rows);
  const failedOnly = tokenize(props.search).some((token) => !token.field && token.value === 'failed');

  return (
    <section className={classes.listSide} aria-label={w.title}>
      <h1 className={classes.hiddenTitle}>{w.title}</h1>
      <div className={classes.bar}>
        <SearchBox value={props.search} onSearch={props.onSearch} vocabulary={vocabulary} />
        <Button
          variant={failedOnly ? 'filled' : 'default'}
          aria-pressed={failedOnly}
          onClick={() => props.onSearch(toggleFlag(props.search, 'failed'))}
        >
          {w.failedOnly}
        </Button>
        <Tooltip label={words.transfer.importTitle}>
          <ActionIcon
            size={30}
            variant="default"
            aria-label={words.transfer.import}
            onClick={() => run('importRequests')}
          >
            <IconFileImport size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      {held > 0 && (
        <UnstyledButton
          className={classes.newer}
          onClick={() => {
            showHeld();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          <IconArrowUp size={14} aria-hidden />
          {w.newer(held)}
        </UnstyledButton>
      )}
      {list.error && <ProblemNote problem={toProblem(list.error)} onRetry={() => void list.refetch()} />}
      <div
        ref={scroller}
        className={classes.rows}
        onScroll={(event) => setAtTop(event.currentTarget.scrollTop <= TOP_PX)}
        onPointerEnter={() => setPointerInside(true)}
        onPointerLeave={() => setPointerInside(false)}
        role="listbox"
        aria-label={w.list}
        aria-activedescendant={marked ? `row-${marked}` : undefined}
        tabIndex={0}
        onKeyDown={(event) => {
          const action = ({ ArrowDown: 'next', ArrowUp: 'previous', Enter: 'open', Escape: 'leave' } as const)[
            event.key as 'Enter'
          ];
          if (action && run(action)) event.preventDefault();
        }}
      >
        {list.isPending && <Loader size="sm" m="lg" aria-label={words.common.loading} />}
        {list.isSuccess && rows.length === 0 && <NoRows search={props.search} onClear={() => props.onSearch('')} />}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={row.id}
                id={`row-${row.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={row.id === props.chosen}
                aria-setsize={hasNextPage ? -1 : rows.length}
                aria-posinset={item.index + 1}
                className={classes.row}
                data-marked={row.id === marked || undefined}
                // By index, not by the virtualizer's measurements: those may lag behind rows that were put in front.
                style={{ height: ROW_PX, transform: `translateY(${item.index * ROW_PX}px)` }}
                aria-checked={selection.has(row.id)}
                onClick={(event) =>
                  event.ctrlKey || event.metaKey ? selection.toggle(row.id) : props.onChoose(row.id)
                }
                onKeyDown={() => {}}
              >
                <RequestRow row={row} nowMs={nowMs} selected={selection.has(row.id)} onToggle={selection.toggle} />
              </div>
            );
          })}
        </div>
      </div>
      {selection.ids.length > 0 && <SelectionBar ids={selection.ids} onClear={selection.clear} />}
    </section>
  );
}
