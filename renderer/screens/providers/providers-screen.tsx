import { Button, Loader } from '@mantine/core';
import { IconPlus, IconServer2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { queries } from '../../api.ts';
import { Empty } from '../../parts/empty.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { RoutesSection } from '../routes/routes-section.tsx';
import { ProviderDialog } from './provider-form.tsx';
import { ProviderLine } from './provider-line.tsx';

export function ProvidersScreen() {
  const w = words.providers;
  const providers = useQuery(queries.providers.list.queryOptions());
  const search = useSearch({ from: '/providers' });
  const navigate = useNavigate();
  const add = () => void navigate({ to: '/providers', search: { add: 'any' } });
  const edited = search.add ? 'new' : providers.data?.find((provider) => provider.id === search.edit);
  return (
    <div className="kw-page">
      <div className="kw-page-head">
        <div>
          <h1>{w.title}</h1>
          <p className="kw-dim">{w.lead}</p>
        </div>
        <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={add}>
          {w.add}
        </Button>
      </div>
      {providers.isPending && <Loader size="sm" aria-label={words.common.loading} />}
      {providers.error && <ProblemNote problem={toProblem(providers.error)} onRetry={() => void providers.refetch()} />}
      {providers.data && (
        <div className="kw-panel">
          {providers.data.map((row) => (
            <ProviderLine key={row.id} row={row} />
          ))}
          {providers.data.every((row) => row.practice) && (
            <Empty icon={<IconServer2 size={40} stroke={1.3} />} title={w.emptyTitle} text={w.empty}>
              <Button onClick={add}>{w.add}</Button>
            </Empty>
          )}
        </div>
      )}
      <RoutesSection shown={search.route} />
      <ProviderDialog provider={edited} onClose={() => void navigate({ to: '/providers', search: {} })} />
    </div>
  );
}
