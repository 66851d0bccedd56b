/**
 * Experiments about the way to the provider. One request without a key answers them all: its recorded times and its error say
 * how far it came, and its answer's Date header what the provider's clock shows.
 */
import type { Cause } from '../causes.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { resolveUpstream } from '../providers/resolve.ts';
import type { Experiment, Plan, Tools } from './experiment.ts';
import type { Subject } from './subject.ts';
import type { Trial } from './trial.ts';

const REACH = 'reach';
/** Servers stamp whole seconds, and answers take their time: less is no fault of a clock. */
const WRONG_CLOCK_MS = 90_000;

async function planReach(subject: Subject, tools: Tools): Promise<Plan | string> {
  const url = addressOf(subject);
  if (subject.practice) return 'The practice provider is built in: there is no way to it.';
  if (!url) return 'The provider has no complete address here.';
  return {
    class: 'network',
    sends: [{ method: 'GET', host: url.host, path: url.pathname, withKey: null }],
    costUsd: 0,
    run: async () => {
      await tools.probe({ experiment: REACH, method: 'GET', url, headers: [], body: null });
    },
  };
}

function addressOf({ provider, preset }: Subject): URL | undefined {
  if (!provider) return undefined;
  const endpoint = { name: 'raw', family: 'raw', dialect: 'raw', upstreamPath: '', modelIn: 'none' } as const;
  const resolved = resolveUpstream(provider, preset, endpoint, undefined);
  return resolved.ok ? resolved.url : undefined;
}

function reached(trials: readonly Trial[]): Trial | undefined {
  return trials.find((trial) => trial.experiment === REACH);
}

const AWAY: readonly Cause[] = ['network_dns', 'network_refused', 'network_tls', 'upstream_timeout'];

export const reach: Experiment = {
  id: 'reach',
  title: 'Connect to the provider’s address without a key',
  plan: planReach,
  read(_subject, trials) {
    const trial = reached(trials);
    if (!trial) return undefined;
    const { attempt, capture } = trial;
    const host = hostOf(trial);
    const where = `capture ${capture.id}`;
    if (attempt.status !== undefined) {
      const evidence = { what: 'the address answers', where, value: `status ${attempt.status}` };
      return {
        probe: 'reach',
        sentence: `${host} answers now (status ${attempt.status}), without a key.`,
        captures: [capture.id],
        gives: { network_dns: -1.5, network_refused: -1.5, network_tls: -1.5 },
        evidence,
        rung: { check: 'reached', result: 'passed', evidence: [evidence] },
      };
    }
    const cause = capture.verdict?.cause ?? undefined;
    const evidence = { what: 'the address cannot be reached', where, value: attempt.outcome?.errorCode ?? 'no answer' };
    return {
      probe: 'reach',
      sentence: `${host} cannot be reached from here either: ${capture.verdict?.message ?? 'no answer came'}`,
      captures: [capture.id],
      gives: cause ? { [cause]: 3 } : {},
      evidence,
      rung: { check: 'reached', result: 'failed', evidence: [evidence] },
    };
  },
};

function hostOf(trial: Trial): string {
  return URL.canParse(trial.attempt.url) ? new URL(trial.attempt.url).host : trial.attempt.provider;
}

interface Link {
  readonly id: 'dns' | 'tcp' | 'tls';
  readonly title: string;
  readonly cause: Cause;
  readonly took: (trial: Trial) => number | undefined;
  readonly good: (host: string) => string;
  readonly bad: (host: string, code: string) => string;
}

const LINKS: readonly Link[] = [
  {
    id: 'dns',
    title: 'Look the host’s name up',
    cause: 'network_dns',
    took: ({ attempt }) => attempt.timings.dnsMs,
    good: (host) => `The name ${host} is found from here.`,
    bad: (host, code) => `The name ${host} is not found from here (${code}).`,
  },
  {
    id: 'tcp',
    title: 'Connect to host and port',
    cause: 'network_refused',
    took: ({ attempt }) => attempt.timings.connectMs,
    good: (host) => `Something listens at ${host}.`,
    bad: (host, code) => `Nothing listens at ${host} (${code}).`,
  },
  {
    id: 'tls',
    title: 'Look at the certificate',
    cause: 'network_tls',
    took: ({ attempt }) => attempt.timings.tlsMs,
    good: (host) => `The certificate of ${host} is trusted.`,
    bad: (host, code) => `The secure connection to ${host} fails (${code}).`,
  },
];

function linkExperiment({ id, title, cause, took, good, bad }: Link): Experiment {
  return {
    id,
    title,
    async plan(subject, tools) {
      if (id === 'tls' && addressOf(subject)?.protocol === 'http:')
        return 'The address is plain http: there is no certificate.';
      return planReach(subject, tools);
    },
    read(_subject, trials) {
      const trial = reached(trials);
      if (!trial) return undefined;
      const where = `capture ${trial.capture.id}`;
      const host = hostOf(trial);
      const code = trial.attempt.outcome?.errorCode ?? '';
      if (trial.capture.verdict?.cause === cause && trial.attempt.status === undefined) {
        return finding(id, trial, bad(host, code), { [cause]: 1.5 }, { what: `${id} fails`, where, value: code });
      }
      if (trial.attempt.status === undefined && !isAway(trial)) return undefined;
      if (id === 'tls' && !trial.attempt.url.startsWith('https:')) return undefined;
      const came = trial.attempt.status !== undefined || LINKS.findIndex((link) => link.id === id) < failedAt(trial);
      if (!came) return undefined;
      const ms = took(trial);
      const value = ms === undefined ? 'over an open connection' : `${Math.round(ms)} ms`;
      return finding(id, trial, good(host), { [cause]: -1 }, { what: `${id} works`, where, value });
    },
  };
}

function isAway({ capture }: Trial): boolean {
  return AWAY.some((cause) => cause === capture.verdict?.cause);
}

function failedAt({ capture }: Trial): number {
  const index = LINKS.findIndex(({ cause }) => cause === capture.verdict?.cause);
  return index === -1 ? 0 : index;
}

function finding(
  probe: Finding['probe'],
  trial: Trial,
  sentence: string,
  gives: Finding['gives'],
  evidence: Finding['evidence'],
): Finding {
  return { probe, sentence, captures: [trial.capture.id], gives, evidence };
}

export const [dns, tcp, tls] = LINKS.map(linkExperiment) as [Experiment, Experiment, Experiment];

export const clock: Experiment = {
  id: 'clock',
  title: 'Compare this clock with the provider’s',
  async plan(subject, tools) {
    return planReach(subject, tools);
  },
  read(_subject, trials) {
    const trial = trials.find((one) => dateOf(one) !== undefined);
    const theirs = trial && dateOf(trial);
    if (!trial || theirs === undefined) return undefined;
    const ours = trial.atMs + (trial.attempt.timings.firstByteMs ?? 0);
    const skewMs = ours - theirs;
    const wrong = Math.abs(skewMs) > WRONG_CLOCK_MS;
    const by = `${Math.round(Math.abs(skewMs) / 60_000)} minutes ${skewMs > 0 ? 'ahead' : 'behind'}`;
    return finding(
      'clock',
      trial,
      wrong ? `This computer’s clock is ${by} of the provider’s.` : 'This computer’s clock agrees with the provider’s.',
      wrong ? { clock_skew: 3.5 } : { clock_skew: -2.5 },
      {
        what: 'difference between the clocks',
        where: `capture ${trial.capture.id} response header date`,
        value: `${Math.round(skewMs / 1000)} s`,
      },
    );
  },
};

function dateOf({ attempt }: Trial): number | undefined {
  const text = attempt.responseHeaders?.find(([name]) => name.toLowerCase() === 'date')?.[1];
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
