/**
 * The one public door of the gateway: a home, served. The desktop shell, `keyward serve` and the tests come in here and
 * compose nothing themselves.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createControlHttp } from './control/http.ts';
import type { ControlPort } from './control/port.ts';
import type { ControlDeps, ListenerFacts } from './control/services.ts';
import { createMetricsDoor } from './observe/serve-metrics.ts';
import { restWhenQuiet } from './rest.ts';
import { createListener, type Listener } from './server.ts';
import { openServices, type Services, type ServicesOptions } from './services.ts';
import { removeInstance, writeInstance } from './store/instance.ts';
import { answerUnreadable } from './unreadable.ts';

export type { ServicesOptions } from './services.ts';

export interface GatewayOptions extends ServicesOptions {
  readonly mode: 'desktop' | 'headless';
  /** Default: the port of the settings. 0 picks a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. Another address than the loopback's only by the user's express word. */
  readonly host?: string;
  /** Folder of the built screens. */
  readonly screens?: string;
  /** Called when the control interface asks for an end. */
  readonly onStopAsked?: () => void;
  /** False: providers are asked for their models only when somebody says so. */
  readonly asksForModels?: boolean;
}

export interface Gateway {
  readonly services: Services;
  readonly control: ControlDeps;
  /**
   * Begins to listen. Where the port cannot be had, resolves with `url: null` and the problem: the desktop shows it,
   * `serve` ends with it. Can be tried again.
   */
  start(): Promise<ListenerFacts>;
  /** A one-time sign-in address of the screens. */
  signInUrl(): string | null;
  /** Serves the control interface on a MessagePort (a window's), which must not be started before this resolves. */
  attachPort(port: ControlPort): Promise<void>;
  /** Stops accepting, lets what is in flight end (at most `graceMs`), keeps what was recorded. */
  stop(graceMs?: number): Promise<void>;
}

export const VERSION: string = readVersion();

/** Opens the home and prepares to serve it. Rejects with HomeBusy or StoreError where the home cannot be had. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const services = await openServices({ ...options, version: VERSION });
  const host = options.host ?? '127.0.0.1';
  const startedAt = new Date(services.now()).toISOString();
  const token = randomBytes(32).toString('base64url');
  const watchers = new Set<() => void>();
  let facts: ListenerFacts = { url: null, problem: null };
  let listener: Listener | undefined;
  let stopping: Promise<void> | undefined;
  const control: ControlDeps = {
    version: VERSION,
    mode: options.mode,
    pid: process.pid,
    startedAt,
    store: services.store,
    vault: services.vault,
    cache: services.cache,
    recorder: services.recorder,
    moreNotices: () => [...services.tracing.notices, ...services.limitNotices()],
    probe: services.probe,
    routing: services.routing,
    lists: services.lists,
    replay: services.replay,
    listener: () => facts,
    stop: () => options.onStopAsked?.(),
    onFault: (error) => options.onFault?.(error),
    onStatusChange: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    signInUrl: () => signInUrl(),
    now: services.now,
    random: services.random,
  };
  const http = createControlHttp(control, {
    instanceToken: token,
    screens: options.screens,
    onNewSecret: () => services.refreshSecrets(),
  });
  const metrics = createMetricsDoor(services, VERSION, (error) => options.onFault?.(error));
  services.addSecrets(() => [token, ...http.sessionSecrets()]);
  services.vault.subscribe(() => tell());
  services.routing.watch(() => tell());
  const tell = () => {
    for (const watcher of watchers) watcher();
  };
  const signInUrl = () => (facts.url ? http.signInUrl(facts.url) : null);

  const endRests = restWhenQuiet({ active: () => services.pipeline.active, also: () => services.recorder.rest() });

  const start = async (): Promise<ListenerFacts> => {
    const { settings } = services.store.snapshot;
    const next = createListener({
      version: VERSION,
      rules: () => {
        const { allowedHosts, allowedOrigins } = services.store.snapshot.settings;
        return { allowedHosts, allowedOrigins };
      },
      handle: services.pipeline.handle,
      upgrade: services.pipeline.upgrade,
      refuse: services.pipeline.refuse,
      metrics: (request, response) => metrics.handle(request, response),
      unreadable: (problem) => answerUnreadable(problem, services),
      control: (request, response) => http.handle(request, response),
    });
    try {
      const port = await next.listen(options.port ?? settings.port, host);
      listener = next;
      const shown = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
      facts = { url: `http://${shown}:${port}`, problem: null };
      services.publicUrl = facts.url as string;
    } catch (error) {
      facts = { url: null, problem: explainListenError(error, options.port ?? settings.port, host) };
    }
    await writeInstance(services.store.home, {
      url: facts.url,
      pid: process.pid,
      token,
      startedAt,
      mode: options.mode,
      version: VERSION,
    }).catch((error) => options.onFault?.(error));
    tell();
    if (options.asksForModels !== false) services.lists.begin();
    return facts;
  };

  return {
    services,
    control,
    start,
    signInUrl,
    attachPort: async (port) => (await import('./control/port.ts')).attachControlPort(control, port),
    stop: (graceMs = 5000) => {
      stopping ??= (async () => {
        endRests();
        http.close();
        await listener?.close(graceMs);
        await removeInstance(services.store.home).catch((error) => options.onFault?.(error));
        await services.close();
      })();
      return stopping;
    },
  };
}

function explainListenError(error: unknown, port: number, host: string): { sentence: string; next: string } {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return {
        sentence: `Port ${port} is taken by another program.`,
        next: 'Choose another port (serve --port, or Settings), or end the program that uses it.',
      };
    case 'EACCES':
      return { sentence: `This user may not listen on port ${port}.`, next: 'Choose a port above 1023.' };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return { sentence: `This machine has no address ${host}.`, next: 'Use 127.0.0.1.' };
    default:
      return {
        sentence: `The gateway cannot listen on ${host}:${port} (${code ?? 'unknown error'}).`,
        next: 'Choose another port.',
      };
  }
}

/** From package.json, which lies beside the sources and, two folders up, beside what was built from them. */
function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === 'keyward' && found.version) return found.version;
    } catch {
      // Not there: the other place is tried, then the version is unknown.
    }
  }
  return '0.0.0';
}
