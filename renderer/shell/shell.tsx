import { spotlight } from '@mantine/spotlight';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { LiveEvent, Status } from '../../gateway/control/contract/index.ts';
import { api, queries } from '../api.ts';
import { retryNow, useConnection, useLiveEvents } from '../live.ts';
import { copyText } from '../parts/copy-button.tsx';
import { say, sayProblem, toProblem } from '../parts/say.tsx';
import { words } from '../words/words.ts';
import { useActionHandlers } from './actions-provider.tsx';
import { Banners } from './banners.tsx';
import { Connecting, SignedOut, Unreachable } from './gate.tsx';
import { Help } from './help.tsx';
import { Palette } from './palette.tsx';
import classes from './shell.module.css';
import { Sidebar } from './sidebar.tsx';

/** The window: places on the left, what a person must know on top, the screen. */
export function Shell() {
  const status = useQuery(
    queries.status.get.queryOptions({
      staleTime: 5_000,
      // A notice may end by itself, with nothing happening that would tell.
      refetchInterval: ({ state }) => (state.data?.notices.length ? NOTICES_EVERY_MS : false),
    }),
  );
  const connection = useConnection();
  useLiveRefresh();

  const problem = status.error ? toProblem(status.error) : null;
  if (connection === 'signed-out' || problem?.code === 'SIGNED_OUT') return <SignedOut />;
  if (status.data) return <Window status={status.data} />;
  if (!problem) return <Connecting />;
  const retry = () => {
    retryNow();
    void status.refetch();
  };
  return <Unreachable problem={problem} onRetry={retry} />;
}

function Window({ status }: { status: Status }) {
  const [help, setHelp] = useState(false);
  useGlobalActions(status, () => setHelp(true));
  useTitle();
  return (
    <div className={classes.window}>
      <a className={classes.skip} href="#content">
        {words.nav.skip}
      </a>
      <Sidebar status={status} onHelp={() => setHelp(true)} />
      <div className={classes.main}>
        <Banners status={status} />
        <main id="content" className={classes.content} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Palette />
      <Help opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}

const NOTICES_EVERY_MS = 15_000;
const STATUS_AT_MOST_EVERY_MS = 1_500;

/** Refetches what a live event says has changed. Lists of captures look after themselves. */
function useLiveRefresh() {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const greeted = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveEvents((event: LiveEvent) => {
    switch (event.type) {
      case 'hello':
        // The first hello finds everything fresh; a later one follows a gap in which anything may have changed.
        if (greeted.current) void client.invalidateQueries();
        greeted.current = true;
        return;
      case 'config':
        for (const part of [queries.keys, queries.apps, queries.gatewayKeys, queries.providers, queries.routes]) {
          void client.invalidateQueries({ queryKey: part.key() });
        }
        for (const part of [queries.settings, queries.vault, queries.status, queries.connect]) {
          void client.invalidateQueries({ queryKey: part.key() });
        }
        return;
      case 'status':
        void client.invalidateQueries({ queryKey: queries.status.get.key() });
        void client.invalidateQueries({ queryKey: queries.vault.key() });
        return;
      case 'capture':
        timer.current ??= setTimeout(() => {
          timer.current = undefined;
          void client.invalidateQueries({ queryKey: queries.status.get.key() });
          void client.invalidateQueries({ queryKey: queries.keys.list.key() });
        }, STATUS_AT_MOST_EVERY_MS);
    }
  });
}

function useGlobalActions(status: Status, openHelp: () => void) {
  const navigate = useNavigate();
  useActionHandlers({
    palette: () => spotlight.open(),
    help: openHelp,
    search: () => void navigate({ to: '/requests', search: {}, hash: 'search' }),
    goHome: () => void navigate({ to: '/' }),
    goKeys: () => void navigate({ to: '/keys', search: {} }),
    goApps: () => void navigate({ to: '/apps', search: {} }),
    goRequests: () => void navigate({ to: '/requests', search: {} }),
    goFailed: () => void navigate({ to: '/requests', search: { q: 'failed' } }),
    goSuites: () => void navigate({ to: '/suites', search: {} }),
    goUsage: () => void navigate({ to: '/usage', search: {} }),
    importRequests: () => void navigate({ to: '/requests', search: { import: 'any' } }),
    goProviders: () => void navigate({ to: '/providers', search: {} }),
    goSettings: () => void navigate({ to: '/settings', search: {} }),
    addKey: () => void navigate({ to: '/keys', search: { add: 'any' } }),
    connectApp: () => void navigate({ to: '/apps', search: { connect: 'any' } }),
    issueKey: () => void navigate({ to: '/apps', search: { issue: 'new' } }),
    addRoute: () => void navigate({ to: '/providers', search: { route: 'new' } }),
    doctor: () => void navigate({ to: '/settings', search: { section: 'doctor' } }),
    copyAddress: () => {
      if (!status.url) return;
      void copyText(status.url).then(() => say(words.common.copied));
    },
    practice: () => {
      api.practice
        .try({ model: 'ok', prompt: words.home.steps.prompt })
        .then(({ capture }) => navigate({ to: '/requests/$id', params: { id: capture }, search: {} }))
        .catch(sayProblem);
    },
  });
}

function useTitle() {
  const place = useRouterState({ select: (state) => state.location.pathname.split('/')[1] ?? '' });
  useEffect(() => {
    const name = (words.nav as Record<string, string>)[place || 'home'];
    document.title = name ? `${name} · ${words.product}` : words.product;
  }, [place]);
}
