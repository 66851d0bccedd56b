/** `keyward doctor`: checks everything that a request depends on, and says what to do about what fails. */
import { access, constants, lstat, stat, statfs } from 'node:fs/promises';
import { localSeconds } from '../local-time.ts';
import type { DoctorCheck } from './contract/index.ts';
import { reachProvider } from './reach-provider.ts';
import { routeState } from './route-states.ts';
import type { ControlDeps } from './services.ts';
import { currentWeather } from './weather.ts';

/** A clock further off than this breaks signatures, tokens and certificates. */
const CLOCK_TOLERANCE_MS = 60_000;
const LOW_DISK_BYTES = 200 * 1024 * 1024;

export async function runDoctor(deps: ControlDeps): Promise<DoctorCheck[]> {
  const { home } = deps.store;
  const reaches = await Promise.all(
    deps.store.snapshot.document.providers
      .filter((provider) => provider.enabled)
      .map(async (provider) => ({ provider, reach: await reachProvider(deps, provider) })),
  );
  const notices = checkNotices(deps);
  // What was found and done about the home's permissions at the start says more than a second look at them.
  const told = notices.some(({ check }) => check.startsWith('home-'));
  return [
    ...(await checkHome(home)).filter(({ check }) => !(told && check === 'permissions')),
    ...notices,
    checkPort(deps),
    checkClock(
      reaches.flatMap(({ reach }) => reach.theirTimeMs ?? []),
      deps.now(),
    ),
    checkVault(deps),
    ...(await checkProxy(deps.store.snapshot.settings.proxyUrl, process.env)),
    ...reaches.map(({ provider, reach }): DoctorCheck => {
      const next = reach.reachable ? null : 'Check the network, the base URL and the proxy settings.';
      return {
        check: `provider ${provider.id}`,
        result: reach.reachable ? 'ok' : 'failed',
        sentence: reach.sentence,
        next,
      };
    }),
    ...checkRoutes(deps),
    ...(await currentWeather(deps))
      .filter(({ state, key }) => key === null && (state === 'troubled' || state === 'failing'))
      .map(
        ({ provider, sentence }): DoctorCheck => ({
          check: `weather ${provider}`,
          result: 'warning',
          sentence,
          next: 'See which of its keys: keyward weather. What failed: keyward captures list --failed.',
        }),
      ),
    ...(reaches.length === 0
      ? [
          {
            check: 'providers',
            result: 'skipped' as const,
            sentence: 'No provider is set up yet.',
            next: 'Add a key: keyward keys add --provider ID',
          },
        ]
      : []),
  ];
}

/** Targets that are passed over just now, one line each. */
function checkRoutes(deps: ControlDeps): DoctorCheck[] {
  return deps.store.snapshot.document.routes.flatMap((route) =>
    routeState(deps, route).targets.flatMap(({ provider, model, failure }): DoctorCheck[] => {
      if (!failure) return [];
      const sentence = `${provider}/${model} failed ${failure.failures} times and is passed over until ${localSeconds(Date.parse(failure.until))}: ${failure.sentence}`;
      const next = `Have it tried at once: keyward routes try ${route.name}`;
      return [{ check: `route ${route.name}`, result: 'warning', sentence, next }];
    }),
  );
}

/** Is the home there, ours alone, writable, and is there room? Reads only. */
export async function checkHome(home: string): Promise<DoctorCheck[]> {
  const found = await stat(home).catch(() => undefined);
  if (!found) {
    return [
      {
        check: 'home',
        result: 'warning',
        sentence: `There is no home at ${home} yet.`,
        next: '`keyward serve` makes one.',
      },
    ];
  }
  const writable = await access(home, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const checks: DoctorCheck[] = [
    writable
      ? { check: 'home', result: 'ok', sentence: `The home is ${home}.`, next: null }
      : {
          check: 'home',
          result: 'failed',
          sentence: `${home} cannot be read and written by this user.`,
          next: 'Give this user access to it.',
        },
    await checkPermissions(home),
  ];
  const disk = await statfs(home).catch(() => undefined);
  if (disk) {
    const freeBytes = disk.bavail * disk.bsize;
    const free = `${Math.round(freeBytes / 1024 / 1024).toLocaleString('en')} MB are free on the home's disk.`;
    checks.push(
      freeBytes < LOW_DISK_BYTES
        ? {
            check: 'disk',
            result: 'warning',
            sentence: `Only ${free}`,
            next: 'Free some space, or lower the retention of captures.',
          }
        : { check: 'disk', result: 'ok', sentence: free, next: null },
    );
  }
  return checks;
}

async function checkPermissions(home: string): Promise<DoctorCheck> {
  const check = 'permissions';
  if (process.platform === 'win32') {
    return { check, result: 'skipped', sentence: 'Windows keeps the per-user folder private by itself.', next: null };
  }
  const open: string[] = [];
  for (const name of ['', 'keyward.json', 'master.key', 'instance.json', 'captures.db', 'audit.jsonl']) {
    const found = await lstat(`${home}/${name}`).catch(() => undefined);
    if (found && !found.isSymbolicLink() && (found.mode & 0o077) !== 0) open.push(name || 'the home');
  }
  return open.length === 0
    ? { check, result: 'ok', sentence: 'Only you can read the home.', next: null }
    : {
        check,
        result: 'warning',
        sentence: `Other users can read ${open.join(', ')}.`,
        next: `chmod -R go-rwx ${home}`,
      };
}

function checkNotices({ store, vault, recorder, moreNotices }: ControlDeps): DoctorCheck[] {
  return [...store.notices, ...vault.notices, ...recorder.notices, ...(moreNotices?.() ?? [])]
    .filter((notice) => notice.level !== 'info')
    .map(({ id, level, sentence, next }) => ({
      check: id,
      result: level === 'error' ? ('failed' as const) : ('warning' as const),
      sentence,
      next,
    }));
}

function checkPort({ listener, store }: ControlDeps): DoctorCheck {
  const { url, problem } = listener();
  if (url) return { check: 'port', result: 'ok', sentence: `The gateway listens at ${url}.`, next: null };
  if (problem) return { check: 'port', result: 'failed', sentence: problem.sentence, next: problem.next };
  return {
    check: 'port',
    result: 'skipped',
    sentence: `The gateway is not running; it would listen on port ${store.snapshot.settings.port}.`,
    next: 'Start it with `keyward serve`, or open the desktop app.',
  };
}

/** Several providers' clocks agree with each other far more often than with a wrong one of ours. */
function checkClock(theirTimesMs: readonly number[], nowMs: number): DoctorCheck {
  const check = 'clock';
  if (theirTimesMs.length === 0) {
    return {
      check,
      result: 'skipped',
      sentence: 'No provider answered that the clock could be compared with.',
      next: null,
    };
  }
  const sorted = theirTimesMs.map((time) => nowMs - time).sort((a, b) => a - b);
  const offMs = sorted[Math.floor(sorted.length / 2)] as number;
  if (Math.abs(offMs) <= CLOCK_TOLERANCE_MS) {
    return { check, result: 'ok', sentence: "This computer's clock agrees with the providers'.", next: null };
  }
  return {
    check,
    result: 'failed',
    sentence: `This computer's clock is ${Math.round(Math.abs(offMs) / 1000)} seconds ${offMs > 0 ? 'ahead' : 'behind'}.`,
    next: 'Switch on setting the time automatically.',
  };
}

function checkVault({ vault }: ControlDeps): DoctorCheck {
  const { state, sentence, next, keychain } = vault.status();
  const result = state !== 'unlocked' ? 'failed' : keychain?.weak ? 'warning' : 'ok';
  return { check: keychain ? 'keychain' : 'vault', result, sentence, next };
}

/** What stands between this computer and the providers, as far as settings and environment tell. */
export async function checkProxy(
  setting: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  const found = setting ?? env.HTTPS_PROXY ?? env.https_proxy ?? env.ALL_PROXY ?? env.all_proxy;
  const from = setting ? 'the settings' : 'the environment';
  if (!found) {
    checks.push({
      check: 'proxy',
      result: 'ok',
      sentence: 'No proxy is set; providers are asked directly.',
      next: null,
    });
  } else if (!URL.canParse(found)) {
    checks.push({
      check: 'proxy',
      result: 'failed',
      sentence: `The proxy in ${from} is no address.`,
      next: 'Write it as http://proxy.example.com:3128.',
    });
  } else {
    const { host } = new URL(found);
    const bypassed = env.NO_PROXY ?? env.no_proxy;
    const sentence = `Providers are asked through the proxy ${host} (from ${from})${bypassed && !setting ? `, except ${bypassed}` : ''}.`;
    checks.push({ check: 'proxy', result: 'ok', sentence, next: null });
  }
  const authorities = env.NODE_EXTRA_CA_CERTS;
  if (authorities) {
    const readable = await access(authorities, constants.R_OK).then(
      () => true,
      () => false,
    );
    checks.push(
      readable
        ? {
            check: 'certificates',
            result: 'ok',
            sentence: `Further certificate authorities come from ${authorities}.`,
            next: null,
          }
        : {
            check: 'certificates',
            result: 'failed',
            sentence: `NODE_EXTRA_CA_CERTS names ${authorities}, which cannot be read.`,
            next: 'Correct the path or make the file readable.',
          },
    );
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    checks.push({
      check: 'tls',
      result: 'warning',
      sentence: 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the check of certificates off.',
      next: "Remove it; name your company's authority in NODE_EXTRA_CA_CERTS instead.",
    });
  }
  return checks;
}
