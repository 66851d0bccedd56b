import { useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Stage } from '../../../gateway/control/contract/index.ts';
import { type Branch, changed, fork, RECORDED, readBranches, writeBranches } from './branch.ts';

export type View = 'step' | 'edit' | 'compare';

interface Search {
  on?: number;
  step?: string;
  show?: string;
  with?: number;
  stops?: string;
}

/** Everything the debugger stands on, kept in the address: a reload, a bookmark and the back button keep it. */
export function useReplayState() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const search = useSearch({ strict: false }) as Search;
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const branches = useMemo(() => readBranches(hash), [hash]);
  /** 0 is what was recorded; branches count from 1. */
  const on = search.on !== undefined && search.on <= branches.length ? search.on : 0;
  const branch = branches[on - 1] ?? RECORDED;
  const stops = (search.stops?.split(' ') ?? []) as Stage[];

  const go = (next: { branches?: readonly Branch[]; search?: Partial<Search>; push?: boolean }) =>
    navigate({
      to: '/requests/$id/replay',
      params: { id },
      search: { ...search, ...next.search },
      hash: writeBranches(next.branches ?? branches),
      replace: !next.push,
      hashScrollIntoView: false,
    });
  const view: View = search.show === 'edit' || search.show === 'compare' ? search.show : 'step';
  const add = (made: Branch, show?: View) =>
    go({
      branches: [...branches, made],
      search: { on: branches.length + 1, show: show === 'step' ? undefined : (show ?? search.show) },
      push: true,
    });

  return {
    id,
    branches,
    branch,
    on,
    view,
    stops,
    step: search.step as Stage | undefined,
    beside: search.with !== undefined && search.with <= branches.length ? search.with : 0,
    choose: (next: number) => go({ search: { on: next || undefined } }),
    show: (next: View) => go({ search: { show: next === 'step' ? undefined : next } }),
    lookAt: (stage: Stage | undefined) => go({ search: { step: stage } }),
    compareWith: (next: number) => go({ search: { with: next || undefined } }),
    toggleStop: (stage: Stage) => {
      const next = stops.includes(stage) ? stops.filter((each) => each !== stage) : [...stops, stage];
      return go({ search: { stops: next.join(' ') || undefined } });
    },
    fork: (change: Partial<Branch> = {}, show?: View) => add(fork(branch, change), show),
    /** Changes the branch shown; what was recorded forks instead. */
    change: (change: Partial<Branch>, show?: View) =>
      on === 0
        ? add(fork(branch, change), show)
        : go({
            branches: branches.map((each, index) => (index === on - 1 ? changed(each, change) : each)),
            search: show ? { show: show === 'step' ? undefined : show } : {},
          }),
    /** Notes what the branch became by running. */
    became: (capture: string) =>
      go({ branches: branches.map((each, index) => (index === on - 1 ? { ...each, capture } : each)) }),
    close: (number: number) =>
      go({
        branches: branches.filter((_, index) => index !== number - 1),
        search: { on: (on >= number ? on - 1 : on) || undefined, with: undefined },
      }),
  };
}
export type ReplayState = ReturnType<typeof useReplayState>;
