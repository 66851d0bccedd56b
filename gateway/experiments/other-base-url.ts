/** The experiment that looks for the right base URL: the free call at the usual paths of the provider's own host. */
import { joinPath } from '../providers/base-url.ts';
import { headerValue } from '../providers/headers.ts';
import { probePlan } from '../providers/probe.ts';
import type { Experiment } from './experiment.ts';
import { accepted, GONE, PRACTICE } from './free-calls.ts';
import { planChecks } from './key-check.ts';
import type { Subject } from './subject.ts';
import type { Trial } from './trial.ts';

/** Paths under which APIs of these forms are usually served. */
const USUAL_PATHS = ['/v1', '/v1beta', '/api/v1', '/openai/v1', '/api/openai/v1', ''] as const;

export const otherBaseUrl: Experiment = {
  id: 'other-base-url',
  title: 'Make the free call at the usual paths of the same host',
  async plan(subject, tools) {
    if (subject.practice) return PRACTICE;
    const { provider, preset, key } = subject;
    if (!provider || !subject.attempt) return 'Nothing was sent to a provider.';
    if (!key || !subject.sameSecret) return GONE;
    const secret = tools.openKey(key);
    if (secret === undefined) return 'The key store is locked.';
    const plan = probePlan(provider, preset, secret);
    if (!plan.ok) return `${plan.message} ${plan.next}`;
    const own = plan.url.pathname;
    const places = USUAL_PATHS.map((path) => joinPath(path === '' ? '/' : path, '/models')).filter(
      (path) => path !== own,
    );
    const urls = places.slice(0, 4).map((path) => new URL(path, plan.url.origin));
    return planChecks(subject, tools, 'other-base-url', [...urls.map((url) => ({ key, url })), { key }]);
  },
  read(subject, trials) {
    const found = trials.filter(({ experiment }) => experiment === 'other-base-url');
    const [latest] = found;
    if (!latest) return undefined;
    // Tried in order of how usual they are: the first that answers is meant.
    const good = found.findLast((trial) => trial.ok && accepted(subject, trial) && isList(trial));
    if (!good) {
      return {
        probe: 'other-base-url',
        sentence: 'The usual paths of this host answer no better.',
        captures: [latest.capture.id],
        gives: { wrong_endpoint: -1 },
        evidence: { what: 'usual paths tried', where: `capture ${latest.capture.id}`, value: String(found.length - 1) },
      };
    }
    const base = new URL(good.attempt.url);
    const address = `${base.origin}${base.pathname.replace(/\/models$/, '')}`;
    const own = found.find(
      (trial) => trial !== good && trial.attempt.url !== good.attempt.url && isOwn(subject, trial),
    );
    const proven = own !== undefined && !own.ok && own.attempt.status === subject.capture.status;
    return {
      probe: 'other-base-url',
      sentence: `At ${address} the same call is answered${proven ? ', and at the base URL set here it still fails' : ''}.`,
      captures: [good, own].flatMap((trial) => (trial ? [trial.capture.id] : [])),
      gives: { wrong_endpoint: 4 },
      evidence: { what: 'base URL that answers', where: `capture ${good.capture.id}`, value: address },
      ...(proven ? { proves: ['wrong_endpoint'] as const } : {}),
    };
  },
};

function isOwn({ provider, preset }: Subject, trial: Trial): boolean {
  const plan = provider && probePlan(provider, preset);
  return plan?.ok === true && new URL(trial.attempt.url).pathname === plan.url.pathname;
}

function isList(trial: Trial): boolean {
  return /json/i.test(headerValue((trial.attempt.responseHeaders ?? []).flat(), 'content-type') ?? '');
}
