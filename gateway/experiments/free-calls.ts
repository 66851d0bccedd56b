/** Experiments with the provider's free call: they spend nothing, and their pairs prove faults of the key and the address. */
import type { Finding } from '../diagnosis/finding.ts';
import { among, CREDENTIAL_CAUSES, each } from './cause-groups.ts';
import { type Experiment, keyName } from './experiment.ts';
import { judgeCheck, planChecks } from './key-check.ts';
import { modelsListed } from './model-list.ts';
import { isOrganisationHeader, organisationHeaders } from './organisation-headers.ts';
import type { Subject } from './subject.ts';
import { provenPair, type Trial } from './trial.ts';

export const GONE = 'The key that was used is no longer stored here, or was replaced since.';
export const PRACTICE = 'The practice provider has no keys.';

/** Causes that a key has wherever it is used: one that is accepted has none of them. */
const REFUSED_KEY = [
  'key_missing',
  'key_malformed',
  'key_wrong_provider',
  'key_invalid_unknown',
  'key_expired',
  'key_revoked',
] as const;

/** Accepted by the provider as a key, whatever it thought of the request. */
export function accepted(subject: Subject, trial: Trial): boolean {
  return judgeCheck(subject, trial)?.state === 'valid';
}

/** Refused for the same reason as the request, or at least for the key with the same status. */
function refusedAlike(subject: Subject, trial: Trial): boolean {
  if (accepted(subject, trial) || trial.attempt.status === undefined) return false;
  const { cause, status } = subject.capture;
  const found = trial.capture.verdict?.cause;
  return found === cause || (trial.attempt.status === status && among(CREDENTIAL_CAUSES, found));
}

function checks(trials: readonly Trial[]): Trial[] {
  return trials.filter(
    ({ kind, experiment }) => kind === 'probe' && experiment !== 'reach' && experiment !== 'other-base-url',
  );
}

export const listModels: Experiment = {
  id: 'list-models',
  title: 'List the models with the key that was used',
  async plan(subject, tools) {
    if (subject.practice) return PRACTICE;
    if (!subject.key || !subject.sameSecret) return GONE;
    return planChecks(subject, tools, 'list-models', [{ key: subject.key }]);
  },
  read(subject, trials) {
    const trial = checks(trials).find(({ changes }) => changes.length === 0);
    const judged = trial && judgeCheck(subject, trial);
    if (!trial || !judged) return undefined;
    const where = `capture ${trial.capture.id}`;
    const base = { probe: 'list-models', captures: [trial.capture.id] } as const;
    if (judged.state === 'valid') return { ...base, ...acceptedKey(subject, trials, where) };
    const evidence = {
      what: 'the key is refused now as well',
      where,
      value: `status ${trial.attempt.status ?? trial.attempt.outcome?.errorCode ?? 'none'}`,
    };
    if (judged.state === 'unreachable') {
      return { ...base, sentence: judged.sentence, gives: judged.cause ? { [judged.cause]: 1.5 } : {}, evidence };
    }
    return {
      ...base,
      sentence: judged.sentence,
      gives: judged.cause ? { [judged.cause]: 0.8 } : {},
      evidence,
      rung: { check: 'key_accepted', result: 'failed', evidence: [evidence] },
    };
  },
};

function acceptedKey(
  subject: Subject,
  trials: readonly Trial[],
  where: string,
): Pick<Finding, 'sentence' | 'gives' | 'evidence' | 'rung'> {
  const model = subject.attempt?.model;
  const listed = modelsListed(trials);
  const has = model !== undefined && listed?.names.includes(model);
  const evidence = { what: 'the key is accepted now', where, value: 'status 200' };
  const passing = among(CREDENTIAL_CAUSES, subject.capture.cause) && subject.capture.status === 401;
  const about =
    !listed || model === undefined
      ? ''
      : has
        ? `, and “${model}” is in its list`
        : `, but “${model}” is not in its list`;
  const gives = {
    // Stronger than any words: the very secret that was refused is taken.
    ...each(REFUSED_KEY, passing ? -7 : -4),
    account_disabled: -2,
    ...(passing ? { provider_outage: 5, permission_missing: 1 } : {}),
    ...(listed && model !== undefined
      ? has
        ? { model_not_found: -3, model_no_access: 1 }
        : { model_not_found: 1.5, model_no_access: 0.8 }
      : {}),
  };
  return {
    sentence: `${subject.providerName} accepts the key for its free call${about}.`,
    gives,
    evidence,
    rung: { check: 'key_accepted', result: 'passed', evidence: [evidence] },
  };
}

/** The free form: the same free call with either key. What only the request itself shows is tried with it, in replays.ts. */
export const otherKeyByFreeCall: Experiment = {
  id: 'other-key',
  title: 'Make the provider’s free call with another key, and with this one beside it',
  async plan(subject, tools) {
    if (subject.practice) return PRACTICE;
    const [other] = subject.otherKeys;
    if (!other) return `No other key of ${subject.providerName} is stored here.`;
    if (!subject.key || !subject.sameSecret) return GONE;
    return planChecks(subject, tools, 'other-key', [{ key: other }, { key: subject.key }]);
  },
  read(subject, trials) {
    const found = checks(trials);
    const pair = provenPair(found, ([change]) => change === 'key', {
      succeeded: (trial) => accepted(subject, trial),
      failedAlike: (trial) => refusedAlike(subject, trial),
    });
    const other = found.find(({ changes }) => changes.length === 1 && changes[0] === 'key');
    if (!other) return undefined;
    if (pair) {
      const used = pair.changed.attempt.key;
      const name = used ? keyName(used) : 'another key';
      return {
        probe: 'other-key',
        sentence: `With the key ${name} the same call is answered, and with this key it is still refused: the fault lies in this key.`,
        captures: [pair.changed.capture.id, pair.unchanged.capture.id],
        gives: { ...each(CREDENTIAL_CAUSES, 1), provider_outage: -5, region_blocked: -3, clock_skew: -3 },
        evidence: {
          what: 'another key is accepted where this one is refused',
          where: `capture ${pair.changed.capture.id}`,
          value: name,
        },
        proves: CREDENTIAL_CAUSES,
      };
    }
    return withoutProof(subject, found, other);
  },
};

function withoutProof(subject: Subject, found: readonly Trial[], other: Trial): Finding {
  const own = found.find(({ changes }) => changes.length === 0);
  const captures = [other, own].flatMap((trial) => (trial ? [trial.capture.id] : []));
  const used = other.attempt.key;
  const name = used ? keyName(used) : 'another key';
  const where = `capture ${other.capture.id}`;
  if (accepted(subject, other)) {
    return {
      probe: 'other-key',
      sentence: `With the key ${name} the call is answered, and now with this key, too: the fault has passed, or lies in the request.`,
      captures,
      gives: { provider_outage: 1 },
      evidence: { what: 'both keys are accepted now', where, value: name },
    };
  }
  const alike = refusedAlike(subject, other);
  if (!alike || !wasGood(subject, used?.id)) {
    return {
      probe: 'other-key',
      sentence: `The key ${name} is refused as well, and nothing shows that it ever worked: that tells neither way.`,
      captures,
      gives: {},
      evidence: { what: 'another key is refused as well', where, value: `status ${other.attempt.status ?? 'none'}` },
    };
  }
  return {
    probe: 'other-key',
    sentence: `The key ${name}, which worked before, is refused in the same way: the fault is not this key’s.`,
    captures,
    gives: { provider_outage: 9, account_disabled: 6, ...each([...REFUSED_KEY, 'key_mismatch'], -4) },
    evidence: { what: 'a key that worked before is refused in the same way', where, value: name },
  };
}

/** Known to have worked before this failure: by an answered exchange, or by the last check of its health. */
function wasGood({ snapshot, company, capture }: Subject, keyId: string | undefined): boolean {
  const key = keyId === undefined ? undefined : snapshot.providerKeys.get(keyId);
  if (!key) return false;
  if (key.health.state === 'valid') return true;
  return company.some(
    (row) => row.ok && row.keyId === key.id && row.keyVersion === key.version && row.id !== capture.id,
  );
}

export const withoutOrganisationHeader: Experiment = {
  id: 'without-organisation-header',
  title: 'Make the free call without the organisation’s headers, and with them beside it',
  async plan(subject, tools) {
    if (subject.practice) return PRACTICE;
    const names = organisationHeaders(subject.attempt)
      .filter((_, index) => index % 2 === 0)
      .map((name) => name.toLowerCase());
    if (names.length === 0) return 'The request names no organisation or project.';
    if (!subject.key || !subject.sameSecret) return GONE;
    return planChecks(subject, tools, 'without-organisation-header', [
      { key: subject.key, omitHeaders: names },
      { key: subject.key },
    ]);
  },
  read(subject, trials) {
    const found = checks(trials);
    const pair = provenPair(found, ([change]) => change === 'organisation-header', {
      succeeded: (trial) => accepted(subject, trial),
      failedAlike: (trial) => refusedAlike(subject, trial),
    });
    const changed = found.find(({ changes }) => changes.length === 1 && changes[0] === 'organisation-header');
    if (!changed) return undefined;
    const [name = 'the header'] = (subject.attempt?.requestHeaders ?? []).flatMap(([one]) =>
      isOrganisationHeader(one) ? [one] : [],
    );
    const where = `capture ${changed.capture.id}`;
    if (pair) {
      return {
        probe: 'without-organisation-header',
        sentence: `Without ${name} the same call is answered, and with it it is still refused: the key belongs to another organisation or project.`,
        captures: [pair.changed.capture.id, pair.unchanged.capture.id],
        gives: { key_mismatch: 5 },
        evidence: {
          what: `the key is accepted without ${name}`,
          where,
          value: `status ${pair.changed.attempt.status}`,
        },
        proves: ['key_mismatch'],
      };
    }
    const good = accepted(subject, changed);
    return {
      probe: 'without-organisation-header',
      sentence: good
        ? `Without ${name} the call is answered, and now with it, too.`
        : `Without ${name} the key is refused as well.`,
      captures: [changed.capture.id],
      gives: good ? {} : { key_mismatch: -2 },
      evidence: { what: `the call without ${name}`, where, value: `status ${changed.attempt.status ?? 'none'}` },
    };
  },
};
