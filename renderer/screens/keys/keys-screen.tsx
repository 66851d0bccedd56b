import { Button, Loader } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { KeyRow, PresetRow, ProviderRow } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { Empty } from '../../parts/empty.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { AddKey } from './add-key.tsx';
import { EditKey } from './edit-key.tsx';
import { KeyLine } from './key-line.tsx';
import { ReplaceKey } from './replace-key.tsx';

export function KeysScreen() {
  const w = words.keys;
  const keys = useQuery(queries.keys.list.queryOptions());
  const providers = useQuery(queries.providers.list.queryOptions());
  const presets = useQuery(queries.presets.list.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  const search = useSearch({ from: '/keys' });
  const navigate = useNavigate();
  const close = () => void navigate({ to: '/keys', search: {} });
  const add = (provider = 'any') => void navigate({ to: '/keys', search: { add: provider } });
  const byId = (id: string | undefined) => keys.data?.find((key) => key.id === id);

  return (
    <div className="kw-page">
      <div className="kw-page-head">
        <div>
          <h1>{w.title}</h1>
          <p className="kw-dim">{w.lead}</p>
        </div>
        <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => add()}>
          {w.add}
        </Button>
      </div>
      {keys.isPending && <Loader size="sm" aria-label={words.common.loading} />}
      {keys.error && <ProblemNote problem={toProblem(keys.error)} onRetry={() => void keys.refetch()} />}
      {keys.data?.length === 0 && (
        <div className="kw-panel">
          <Empty icon={<IconKey size={40} stroke={1.3} />} title={w.emptyTitle} text={w.empty}>
            <Button onClick={() => add()}>{w.add}</Button>
          </Empty>
        </div>
      )}
      {grouped(keys.data ?? [], providers.data ?? [], presets.data ?? []).map(({ id, name, rows, billingUrl }) => (
        <section key={id} className="kw-panel" aria-labelledby={`provider-${id}`}>
          <div className="kw-panel-head">
            <h2 id={`provider-${id}`}>{name}</h2>
            <Button variant="subtle" color="gray" aria-label={w.addTo(name)} onClick={() => add(id)}>
              {w.add}
            </Button>
          </div>
          {rows.map((row) => (
            <KeyLine key={row.id} row={row} providerName={name} billingUrl={billingUrl} />
          ))}
        </section>
      ))}
      <AddKey
        opened={search.add !== undefined}
        provider={search.add === 'any' ? undefined : search.add}
        onClose={close}
      />
      <ReplaceKey keyRow={byId(search.replace)} onClose={close} />
      <EditKey keyRow={byId(search.edit)} onClose={close} />
    </div>
  );
}

/** A card a provider, in the order providers were added. */
function grouped(keys: readonly KeyRow[], providers: readonly ProviderRow[], presets: readonly PresetRow[]) {
  const ids = [...new Set([...providers.map((provider) => provider.id), ...keys.map((key) => key.provider)])];
  return ids
    .map((id) => ({
      id,
      name: providers.find((provider) => provider.id === id)?.name ?? id,
      rows: keys.filter((key) => key.provider === id),
      billingUrl:
        presets.find((preset) => preset.id === (providers.find((each) => each.id === id)?.preset ?? id))?.urls
          .billing ?? null,
    }))
    .filter(({ rows }) => rows.length > 0);
}
