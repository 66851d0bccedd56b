import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Replay } from '../../../gateway/control/contract/replay.ts';
import { api, queries } from '../../api.ts';
import { useLiveEvents } from '../../live.ts';
import { toProblem } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import type { Branch } from './branch.ts';
import { fromComparison } from './from-comparison.ts';

/** Results of runs in this window, by the capture they became. After a reload the two captures are compared instead. */
const resultKey = (capture: string) => ['replay-result', capture];

/**
 * The run that a branch shows. Explaining and dry runs happen by themselves: they send nothing and leave nothing.
 * Serving a recording and sending wait for the person; until then the dry run shows how far it would come.
 */
export function useRun(id: string, branch: Branch) {
  const client = useQueryClient();
  const action = useAction();
  const waits = branch.mode === 'recorded' || branch.mode === 'live';
  const prepared = useQuery(
    queries.replay.run.queryOptions({
      input: {
        id,
        mode: waits ? 'dry-run' : branch.mode,
        config: branch.config,
        edits: branch.edits,
      },
      enabled: !branch.capture,
      staleTime: Number.POSITIVE_INFINITY,
      placeholderData: keepPreviousData,
    }),
  );
  const done = useQuery({
    queryKey: resultKey(branch.capture ?? ''),
    queryFn: async (): Promise<Replay> =>
      fromComparison(id, branch, await api.replay.compare({ id, with: branch.capture ?? '' })),
    enabled: branch.capture !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useLiveEvents((event) => {
    if (event.type === 'config') void client.invalidateQueries({ queryKey: queries.replay.run.key() });
  });

  /** Runs it to its end. Resolves with the capture that it became. */
  const run = async (): Promise<Replay | undefined> => {
    const { mode, config, edits, timing } = branch;
    const result = await action.run(() => api.replay.run({ id, mode, config, edits, timing }));
    if (result?.capture) client.setQueryData(resultKey(result.capture), result);
    return result;
  };
  const query = branch.capture ? done : prepared;
  return {
    shown: query.data,
    loading: query.isFetching,
    problem: action.problem ?? (query.error ? toProblem(query.error) : null),
    retry: () => void query.refetch(),
    /** Waits for the person: nothing was sent or served yet. */
    waiting: waits && !branch.capture,
    running: action.pending,
    run,
  };
}
