import { localSeconds } from '../local-time.ts';
import { targetName } from '../routing/routing-facts.ts';
import type { Status } from './contract/index.ts';
import { runDoctor } from './doctor.ts';
import { os } from './implementer.ts';
import { budgetNotices } from './limits.ts';
import { liveEvents } from './live.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

export function statusProcedures(deps: ControlDeps) {
  return {
    get: os.status.get.handler(() => statusOf(deps)),
    live: os.status.live.handler(({ signal }) => liveEvents(deps, signal)),
    stop: os.status.stop.handler(() => {
      deps.stop();
      return { done: true as const };
    }),
    signIn: os.status.signIn.handler(() => {
      const url = deps.signInUrl?.();
      if (url) return { url };
      const { problem } = deps.listener();
      throw new Problem(
        'FAILED',
        problem
          ? `The screens cannot be opened: ${problem.sentence}`
          : 'The screens are served only while Keyward runs.',
        problem?.next ?? 'Start it with `keyward serve`.',
      );
    }),
    doctor: os.status.doctor.handler(() => runDoctor(deps)),
  };
}

async function statusOf(deps: ControlDeps): Promise<Status> {
  const { store, vault, recorder } = deps;
  const { document } = store.snapshot;
  const counts = await recorder.count();
  const { url, problem } = deps.listener();
  return {
    version: deps.version,
    mode: deps.mode,
    url,
    problem: problem ? { ...problem } : null,
    home: store.home,
    pid: deps.pid,
    startedAt: deps.startedAt,
    configVersion: store.snapshot.version,
    vault: vault.status(),
    notices: [
      ...store.notices,
      ...vault.notices,
      ...recorder.notices,
      ...circuitNotices(deps),
      ...(await budgetNotices(deps)),
      ...(deps.moreNotices?.() ?? []),
    ].map((notice) => ({ ...notice })),
    counts: {
      providers: document.providers.length,
      keys: document.providerKeys.length,
      apps: document.apps.length,
      captures: counts.captures,
      failures: counts.failures,
    },
  };
}

/** A target that is passed over should be seen without looking for it. */
function circuitNotices({ routing, store, now }: ControlDeps): Status['notices'] {
  const routed = new Set(
    store.snapshot.document.routes.flatMap(({ targets }) =>
      targets.map(({ provider, model }) => targetName(provider, model)),
    ),
  );
  return routing
    .openTargets(now())
    .filter(({ target }) => routed.has(target))
    .map(({ target, open }) => ({
      id: `circuit-${target}`,
      level: 'warning' as const,
      sentence: `${target} is passed over by routes until ${localSeconds(open.untilMs)}: ${open.trip.message}`,
      next: 'It is tried again by itself then; Providers shows it, and can have it tried at once.',
    }));
}
