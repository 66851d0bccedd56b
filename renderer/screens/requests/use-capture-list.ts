/**
 * The rows of the list: pages from the gateway, live rows put in front while the person is not reading, held back and
 * counted while they are. Rows already shown are renewed in place, which moves nothing.
 */
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { CaptureRow } from '../../../gateway/control/contract/index.ts';
import { api } from '../../api.ts';
import { useLiveEvents } from '../../live.ts';
import { rowMatches } from './row-matches.ts';
import { parseSearch } from './search-grammar.ts';

const PAGE_ROWS = 100;
/** Live rows arrive in bundles: a busy gateway makes thousands a second. */
const BUNDLE_MS = 200;
/** While at the top, what scrolled out of sight long ago is let go again. */
const KEPT_LIVE = 1_000;
const HELD_AT_MOST = 500;

type Pages = InfiniteData<CaptureRow[], string | undefined>;

export function useCaptureList(search: string, reading: boolean) {
  const client = useQueryClient();
  const queryKey = useMemo(() => ['capture-list', search], [search]);
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api.captures.list({ ...parseSearch(search, Date.now()).query, before: pageParam, limit: PAGE_ROWS }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length >= PAGE_ROWS ? page.at(-1)?.id : undefined),
    placeholderData: (before) => before,
    refetchOnWindowFocus: false,
    staleTime: 0,
  });

  const [held, setHeld] = useState(0);
  const waiting = useRef(new Map<string, CaptureRow>());
  const bundle = useRef(new Map<string, CaptureRow>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isReading = useRef(reading);
  isReading.current = reading;

  const flush = () => {
    timer.current = undefined;
    const rows = [...bundle.current.values()];
    bundle.current.clear();
    const before = client.getQueryData<Pages>(queryKey);
    if (!before) return;
    const { query } = parseSearch(search, Date.now());
    const known = new Set(before.pages.flat().map((row) => row.id));
    let askAgain = false;
    for (const row of rows) {
      if (known.has(row.id)) continue;
      const matches = rowMatches(row, query);
      if (matches) waiting.current.set(row.id, row);
      else if (matches === undefined) askAgain = true;
    }
    const renewed = new Map(rows.filter((row) => known.has(row.id)).map((row) => [row.id, row]));
    client.setQueryData<Pages>(queryKey, (pages) => pages && renew(pages, renewed));
    if (isReading.current) {
      // Beyond the bound the rows themselves are not needed: showing them asks the gateway for the newest.
      setHeld(waiting.current.size);
      return;
    }
    if (askAgain) void client.invalidateQueries({ queryKey });
    showHeld();
  };

  const showHeld = () => {
    const rows = [...waiting.current.values()];
    waiting.current.clear();
    setHeld(0);
    if (rows.length > HELD_AT_MOST) void client.resetQueries({ queryKey });
    else if (rows.length > 0) client.setQueryData<Pages>(queryKey, (pages) => pages && putInFront(pages, rows));
  };

  useLiveEvents((event) => {
    if (event.type === 'hello') void client.invalidateQueries({ queryKey });
    if (event.type !== 'capture') return;
    bundle.current.set(event.row.id, event.row);
    timer.current ??= setTimeout(flush, BUNDLE_MS);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search starts with nothing held back
  useEffect(() => {
    waiting.current.clear();
    bundle.current.clear();
    setHeld(0);
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [queryKey]);

  const latestShow = useRef(showHeld);
  latestShow.current = showHeld;
  useEffect(() => {
    if (!reading) latestShow.current();
  }, [reading]);

  const rows = useMemo(() => list.data?.pages.flat() ?? [], [list.data]);
  return { rows, held, showHeld, list };
}

function renew(pages: Pages, renewed: ReadonlyMap<string, CaptureRow>): Pages {
  if (renewed.size === 0) return pages;
  return { ...pages, pages: pages.pages.map((page) => page.map((row) => renewed.get(row.id) ?? row)) };
}

function putInFront(pages: Pages, rows: CaptureRow[]): Pages {
  const known = new Set(pages.pages.flat().map((row) => row.id));
  const newestFirst = rows.filter((row) => !known.has(row.id)).sort((a, b) => (a.id < b.id ? 1 : -1));
  const [first = [], ...rest] = pages.pages;
  const front = [...newestFirst, ...first];
  if (front.length <= KEPT_LIVE) return { ...pages, pages: [front, ...rest] };
  return { pages: [front.slice(0, KEPT_LIVE / 2)], pageParams: pages.pageParams.slice(0, 1) };
}
