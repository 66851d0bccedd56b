import { Button, Group, Loader } from '@mantine/core';
import { IconApps, IconPlugConnected } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AppRow } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { Empty } from '../../parts/empty.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import { AppCard } from './app-card.tsx';
import { AppDialog } from './app-dialog.tsx';
import { ConnectApp } from './connect-app.tsx';
import { EditGatewayKey } from './edit-gateway-key.tsx';
import { IssueKey } from './issue-key.tsx';
import { RotateKey } from './rotate-key.tsx';

export function AppsScreen() {
  const w = words.apps;
  const apps = useQuery(queries.apps.list.queryOptions());
  const gatewayKeys = useQuery(queries.gatewayKeys.list.queryOptions());
  const search = useSearch({ from: '/apps' });
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<AppRow | 'new'>();
  const close = () => void navigate({ to: '/apps', search: {} });
  const connect = () => void navigate({ to: '/apps', search: { connect: 'any' } });
  const problem = apps.error ?? gatewayKeys.error;

  return (
    <div className="kw-page">
      <div className="kw-page-head">
        <div>
          <h1>{w.title}</h1>
          <p className="kw-dim">{w.lead}</p>
        </div>
        <Group gap="xs">
          <Button variant="default" onClick={() => setDialog('new')}>
            {w.add}
          </Button>
          <Button leftSection={<IconPlugConnected size={15} aria-hidden />} onClick={connect}>
            {w.connect}
          </Button>
        </Group>
      </div>
      {apps.isPending && <Loader size="sm" aria-label={words.common.loading} />}
      {problem && <ProblemNote problem={toProblem(problem)} onRetry={() => void apps.refetch()} />}
      {apps.data?.length === 0 && (
        <div className="kw-panel">
          <Empty icon={<IconApps size={40} stroke={1.3} />} title={w.emptyTitle} text={w.empty}>
            <Button onClick={connect}>{w.connect}</Button>
          </Empty>
        </div>
      )}
      {apps.data?.map((app) => (
        <AppCard
          key={app.id}
          app={app}
          gatewayKeys={(gatewayKeys.data ?? []).filter((row) => row.appId === app.id)}
          onEdit={setDialog}
        />
      ))}
      <AppDialog app={dialog} onClose={() => setDialog(undefined)} />
      <RotateKey row={gatewayKeys.data?.find((row) => row.id === search.rotate)} onClose={close} />
      <IssueKey app={search.issue} onClose={close} />
      <EditGatewayKey row={gatewayKeys.data?.find((row) => row.id === search.edit)} onClose={close} />
      <ConnectApp program={search.connect} onClose={close} />
    </div>
  );
}
