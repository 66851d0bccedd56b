import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queries } from '../../api.ts';

/** What the search box completes with. */
export function useVocabulary(rows: readonly { askedModel: string | null; model: string | null }[]) {
  const apps = useQuery(queries.apps.list.queryOptions());
  const providers = useQuery(queries.providers.list.queryOptions());
  return useMemo(
    () => ({
      apps: (apps.data ?? []).map((app) => app.name),
      providers: (providers.data ?? []).map((provider) => provider.id),
      models: [...new Set(rows.slice(0, 500).flatMap((row) => [row.askedModel, row.model]))].filter(
        (model) => model !== null,
      ),
    }),
    [apps.data, providers.data, rows],
  );
}
