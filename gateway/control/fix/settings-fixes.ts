/** Fixes about the gateway's own settings, its routes and its vault. */
import { modelIdsOf } from '../../models/merged-models.ts';
import type { Route, Settings } from '../../store/schema.ts';
import { Problem } from '../problem.ts';
import { type FixAction, type FixContext, type Need, needed } from './fix-action.ts';

const MEGABYTE = 1024 * 1024;

function megabytesNeed({ deps, capture }: FixContext): Need {
  const now = deps.store.snapshot.settings.maxBodyBytes;
  const wanted = Math.max(now * 2, capture.request.body.sizeBytes * 1.25);
  return {
    name: 'megabytes',
    title: 'the largest request in megabytes',
    secret: false,
    suggested: String(Math.ceil(wanted / MEGABYTE)),
  };
}

export const raiseBodyBound: FixAction = {
  changes: true,
  sentence: (context) => {
    const { suggested } = megabytesNeed(context);
    return `Lets the gateway take requests of up to ${context.values.megabytes?.trim() || suggested} MB.`;
  },
  needs: (context) => [megabytesNeed(context)],
  async apply(context) {
    const megabytes = positive(needed(context, megabytesNeed(context)), 'The bound');
    await context.client.settings.set({ maxBodyBytes: Math.round(megabytes * MEGABYTE) });
    return { sentence: `The gateway takes requests of up to ${megabytes} MB now.` };
  },
};

type Timeout = keyof Settings['timeouts'];

/** The wait that ran out. */
function timeoutOf({ capture }: FixContext): Timeout {
  const code = capture.attemptList.at(-1)?.outcome?.errorCode ?? '';
  if (/BODY_TIMEOUT/.test(code)) return 'idleMs';
  if (/TOTAL_TIMEOUT/.test(code)) return 'totalMs';
  return /CONNECT|ETIMEDOUT/.test(code) ? 'connectMs' : 'firstByteMs';
}

const WAITS: Readonly<Record<Timeout, string>> = {
  connectMs: 'a connection',
  firstByteMs: 'the beginning of an answer',
  idleMs: 'the next piece of an answer',
  totalMs: 'a whole answer',
};

function secondsNeed(context: FixContext): Need {
  const now = context.deps.store.snapshot.settings.timeouts[timeoutOf(context)];
  return {
    name: 'seconds',
    title: `seconds to wait for ${WAITS[timeoutOf(context)]}`,
    secret: false,
    suggested: String(Math.ceil((now * 2) / 1000)),
  };
}

export const raiseTimeout: FixAction = {
  changes: true,
  sentence: (context) => {
    const seconds = context.values.seconds?.trim() || secondsNeed(context).suggested;
    return `Waits up to ${seconds} seconds for ${WAITS[timeoutOf(context)]}, and sends the request again.`;
  },
  needs: (context) => [secondsNeed(context)],
  async apply(context) {
    const seconds = positive(needed(context, secondsNeed(context)), 'The wait');
    const which = timeoutOf(context);
    const timeouts = { ...context.deps.store.snapshot.settings.timeouts, [which]: Math.round(seconds * 1000) };
    await context.client.settings.set({ timeouts });
    return { sentence: `The gateway waits up to ${seconds} seconds for ${WAITS[which]} now.` };
  },
};

const PROXY: Need = {
  name: 'proxy',
  title: 'the proxy’s address (http://proxy.example.com:3128)',
  secret: false,
  suggested: null,
};

export const setProxy: FixAction = {
  changes: true,
  sentence: ({ values }) => `Sends what goes out through ${values.proxy?.trim() || 'a proxy'}, and the request again.`,
  needs: () => [PROXY],
  async apply(context) {
    const proxyUrl = needed(context, PROXY);
    await context.client.settings.set({ proxyUrl });
    return { sentence: 'What goes out goes through that proxy now.' };
  },
};

const PASSPHRASE: Need = {
  name: 'passphrase',
  title: 'the passphrase of the key store',
  secret: true,
  suggested: null,
};

export const unlockVault: FixAction = {
  changes: false,
  sentence: () => 'Unlocks the key store, and sends the request again.',
  needs: () => [PASSPHRASE],
  async apply(context) {
    const status = await context.client.vault.unlock({ passphrase: needed(context, PASSPHRASE) });
    if (status.state !== 'unlocked') throw new Problem('LOCKED', status.sentence, status.next);
    return { sentence: 'The key store is unlocked.' };
  },
};

function targetNeed({ capture, deps }: FixContext): Need {
  const near = capture.steps
    .flatMap((step) => step.evidence ?? [])
    .find(({ what }) => what.startsWith('nearest name'))?.value;
  return { name: 'model', title: 'provider/model to lead to', secret: false, suggested: near ?? firstModel(deps) };
}

function firstModel({ store, lists }: FixContext['deps']): string | null {
  const usable = store.snapshot.document.providers.find(
    ({ id, enabled }) =>
      enabled && (store.snapshot.keysByProvider.get(id) ?? []).some((key) => key.disabledAt === null),
  );
  const model = usable && modelIdsOf(usable, lists)[0];
  return usable && model ? `${usable.id}/${model}` : null;
}

export const editRoute: FixAction = {
  changes: true,
  sentence: (context) => {
    const to = context.values.model?.trim() || targetNeed(context).suggested;
    return `Lets "${String(context.fix.action?.name ?? '')}" lead to ${to ?? 'another model'}, for every app that asks for it.`;
  },
  needs: (context) => [targetNeed(context)],
  async apply(context) {
    const name = context.fix.action?.name;
    const target = needed(context, targetNeed(context));
    const slash = target.indexOf('/');
    if (typeof name !== 'string' || slash < 1) {
      throw new Problem('INVALID', `"${target.slice(0, 80)}" is no provider/model.`, 'Write it as openai/gpt-4o-mini.');
    }
    const first = { provider: target.slice(0, slash), model: target.slice(slash + 1) };
    const known = context.deps.store.snapshot.routes.get(name);
    const route: Route = known
      ? { ...known, targets: [first, ...known.targets.slice(1)] }
      : { name, targets: [first], strategy: 'fallback', recording: null };
    await context.client.routes.set(route);
    return { sentence: `"${name}" leads to ${target} now.` };
  },
};

function positive(text: string, what: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Problem('INVALID', `${what} must be a number above 0.`, null);
}
