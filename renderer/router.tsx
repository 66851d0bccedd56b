/** Places and their addresses. Everything lies under `/ui/`, in a browser and in the desktop window alike. */
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { AppsScreen } from './screens/apps/apps-screen.tsx';
import { CaptureScreen } from './screens/capture/capture-screen.tsx';
import { HomeScreen } from './screens/home/home-screen.tsx';
import { KeysScreen } from './screens/keys/keys-screen.tsx';
import { ProvidersScreen } from './screens/providers/providers-screen.tsx';
import { ReplayScreen } from './screens/replay/replay-screen.tsx';
import { RequestsScreen } from './screens/requests/requests-screen.tsx';
import { SettingsScreen } from './screens/settings/settings-screen.tsx';
import { SuiteScreen } from './screens/suites/suite-screen.tsx';
import { SuitesScreen } from './screens/suites/suites-screen.tsx';
import { UsageScreen } from './screens/usage/usage-screen.tsx';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';

interface KeysSearch {
  /** A preset's or provider's id, or `any`: the dialog *Add a key* is open. */
  add?: string;
  /** A key's id: the dialog *Replace* is open. */
  replace?: string;
  edit?: string;
}

interface AppsSearch {
  /** An app's id or name, or `new`: the dialog *Issue a gateway key* is open. */
  issue?: string;
  /** A gateway key's id: the dialog *Edit* is open. */
  edit?: string;
  /** A program's id, or `any`: *Connect an app* is open. */
  connect?: string;
  /** A gateway key's id: the dialog *Rotate* is open. */
  rotate?: string;
}

interface ProvidersSearch {
  /** `any`: the dialog *Add a provider* is open. */
  add?: string;
  edit?: string;
  /** `new`, or `=NAME` of the route whose dialog is open. */
  route?: string;
}

interface RequestsSearch {
  q?: string;
  /** `any`: the dialog *Import* is open. */
  import?: string;
}

interface ReplaySearch {
  /** Number of the branch shown; none: what was recorded. */
  on?: number;
  /** Stage looked at. */
  step?: string;
  show?: string;
  /** Branch compared with, in *Compare*. */
  with?: number;
  /** Breakpoints: stages, one space between. */
  stops?: string;
}

interface SuitesSearch {
  /** A run's id. */
  run?: string;
  /** Id of the earlier run that is compared with. */
  before?: string;
}

interface UsageSearch {
  since?: string;
  by?: string;
  /** Measure of the chart. */
  show?: string;
  /** `yes`: practice counts as well. */
  practice?: string;
}

interface CaptureSearch {
  tab?: string;
  /** What an evidence link points at within the tab. */
  at?: string;
}

const count = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomeScreen });

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: KeysScreen,
  validateSearch: (search: Record<string, unknown>): KeysSearch => ({
    add: text(search.add),
    replace: text(search.replace),
    edit: text(search.edit),
  }),
});

const apps = createRoute({
  getParentRoute: () => root,
  path: '/apps',
  component: AppsScreen,
  validateSearch: (search: Record<string, unknown>): AppsSearch => ({
    issue: text(search.issue),
    edit: text(search.edit),
    connect: text(search.connect),
    rotate: text(search.rotate),
  }),
});

const requests = createRoute({
  getParentRoute: () => root,
  path: '/requests',
  component: RequestsScreen,
  validateSearch: (search: Record<string, unknown>): RequestsSearch => ({
    q: text(search.q),
    import: text(search.import),
  }),
});

const capture = createRoute({
  getParentRoute: () => requests,
  path: '$id',
  component: CaptureScreen,
  validateSearch: (search: Record<string, unknown>): CaptureSearch => ({
    tab: text(search.tab),
    at: text(search.at),
  }),
});

/** A place of its own: the debugger wants the whole window. */
const replay = createRoute({
  getParentRoute: () => root,
  path: '/requests/$id/replay',
  component: ReplayScreen,
  validateSearch: (search: Record<string, unknown>): ReplaySearch => ({
    on: count(search.on),
    step: text(search.step),
    show: text(search.show),
    with: count(search.with),
    stops: text(search.stops),
  }),
});

const suites = createRoute({ getParentRoute: () => root, path: '/suites', component: SuitesScreen });

const suite = createRoute({
  getParentRoute: () => suites,
  path: '$name',
  component: SuiteScreen,
  validateSearch: (search: Record<string, unknown>): SuitesSearch => ({
    run: text(search.run),
    before: text(search.before),
  }),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: '/usage',
  component: UsageScreen,
  validateSearch: (search: Record<string, unknown>): UsageSearch => ({
    since: text(search.since),
    by: text(search.by),
    show: text(search.show),
    practice: text(search.practice),
  }),
});

const providers = createRoute({
  getParentRoute: () => root,
  path: '/providers',
  component: ProvidersScreen,
  validateSearch: (search: Record<string, unknown>): ProvidersSearch => ({
    add: text(search.add),
    edit: text(search.edit),
    route: text(search.route),
  }),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: SettingsScreen,
  validateSearch: (search: Record<string, unknown>): { section?: string } => ({ section: text(search.section) }),
});

/** `keyward://` links and older addresses name a capture directly. */
const captureAlias = createRoute({
  getParentRoute: () => root,
  path: '/captures/$id',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/requests/$id', params, search: {} });
  },
});

const routeTree = root.addChildren([
  home,
  keys,
  apps,
  replay,
  requests.addChildren([capture]),
  suites.addChildren([suite]),
  usage,
  providers,
  settings,
  captureAlias,
]);

/**
 * In the desktop window the origin is `app://keyward`. With a base path the router takes every origin but http(s) for a
 * foreign site and leads nowhere. It only compares with it, so it is told another.
 */
const origin = window.location.protocol === 'app:' ? 'https://keyward.invalid' : undefined;

export const router = createRouter({
  routeTree,
  basepath: '/ui',
  defaultPreload: false,
  ...(origin ? { origin } : {}),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
