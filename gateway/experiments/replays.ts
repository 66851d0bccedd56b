/**
 * Experiments that send the request itself once more with one thing changed, and unchanged beside it. With the practice
 * provider the change is rehearsed: its models can be told that a fix was carried out.
 */
import type { Cause } from '../causes.ts';
import { CAUSES } from '../causes.ts';
import { causeWords } from '../diagnosis/causes/index.ts';
import type { Finding } from '../diagnosis/finding.ts';
import type { FixId } from '../diagnosis/fixes.ts';
import { modelsOfPreset, nearestNames } from '../providers/catalogue.ts';
import { each, KEY_CAUSES, MODEL_CAUSES, REQUEST_CAUSES } from './cause-groups.ts';
import { type Edit, type Experiment, keyName, type Plan, type Tools } from './experiment.ts';
import { organisationHeaders } from './organisation-headers.ts';
import { mendedModel } from './practice-rehearsal.ts';
import { smallestBody } from './smallest-body.ts';
import { costsNothing, type Subject } from './subject.ts';
import { type Change, provenPair, type Trial } from './trial.ts';

/** The changed run first: where it does not help, the unchanged one is not needed, but the order keeps both side by side. */
async function planReplays(subject: Subject, tools: Tools, runs: readonly (readonly Edit[])[]): Promise<Plan | string> {
  const planned = [];
  for (const edits of runs) {
    const one = await tools.rehearse(edits);
    if (typeof one === 'string') return one;
    planned.push(one);
  }
  const free = costsNothing(subject);
  const costs = planned.map(({ costUsd }) => costUsd);
  const costUsd = free
    ? 0
    : costs.some((cost) => cost === null)
      ? null
      : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  return {
    class: costUsd === 0 ? 'free-call' : 'paid-call',
    sends: planned.map(({ sending }) => sending),
    costUsd,
    run: async () => {
      for (const edits of runs) await tools.replay(edits);
    },
  };
}

interface Swap {
  readonly id: 'other-key' | 'other-model' | 'minimal-request' | 'without-organisation-header' | 'other-base-url';
  readonly title: string;
  /** Fix that stands for the change where the practice provider answers. */
  readonly rehearsedBy: FixId;
  /** Any of these alone is this change. */
  readonly change: readonly Change[];
  readonly group: readonly Cause[];
  /** A sentence where the change cannot be made here. */
  readonly edits: (subject: Subject) => readonly Edit[] | string;
  readonly helped: (trial: Trial) => string;
  readonly didNot: (trial: Trial) => string;
}

const SWAPS: readonly Swap[] = [
  {
    id: 'other-key',
    title: 'Send the same request with another key, and unchanged beside it',
    rehearsedBy: 'replace-key',
    // A new secret in the old one's place is another key.
    change: ['key', 'key-version'],
    group: KEY_CAUSES,
    edits: ({ otherKeys, providerName }) => {
      const [other] = otherKeys;
      return other ? [{ path: 'key', value: other.id }] : `No other key of ${providerName} is stored here.`;
    },
    helped: ({ attempt }) =>
      `With the key ${attempt.key ? keyName(attempt.key) : 'of another account'} the same request is answered`,
    didNot: ({ attempt }) =>
      `With the key ${attempt.key ? keyName(attempt.key) : 'of another account'} the request fails as well.`,
  },
  {
    id: 'other-model',
    title: 'Send the same request to another model, and unchanged beside it',
    rehearsedBy: 'use-model',
    change: ['model'],
    group: MODEL_CAUSES,
    edits: (subject) => {
      const model = otherModel(subject);
      return model ? [{ path: 'model', value: model }] : 'No other model of this provider is known here.';
    },
    helped: ({ attempt }) => `The model “${attempt.model}” answers the same request`,
    didNot: ({ attempt }) => `The model “${attempt.model}” does not answer it either.`,
  },
  {
    id: 'minimal-request',
    title: 'Send the request in its smallest form, and unchanged beside it',
    rehearsedBy: 'edit-and-replay',
    change: ['body'],
    group: REQUEST_CAUSES,
    edits: (subject) =>
      smallestBody(subject.capture) ?? 'The body of this request has no smallest form that is known here.',
    helped: () => 'In its smallest form the request is answered',
    didNot: () => 'Even in its smallest form the request fails.',
  },
  {
    id: 'without-organisation-header',
    title: 'Send the request without the organisation’s headers, and unchanged beside it',
    rehearsedBy: 'edit-provider-headers',
    change: ['organisation-header'],
    group: ['key_mismatch'],
    edits: ({ attempt }) => {
      const names = organisationHeaders(attempt).filter((_, index) => index % 2 === 0);
      return names.length === 0
        ? 'The request names no organisation or project.'
        : names.map((name) => ({ path: `header.${name.toLowerCase()}` }));
    },
    helped: () => 'Without the organisation’s headers the same request is answered',
    didNot: () => 'Without the organisation’s headers the request fails as well.',
  },
  {
    id: 'other-base-url',
    title: 'Send the request to another base URL, and unchanged beside it',
    rehearsedBy: 'edit-base-url',
    change: ['base-url'],
    group: ['wrong_endpoint', 'network_dns', 'network_refused', 'key_wrong_provider'],
    edits: () => 'Which other base URL to try is not known here.',
    helped: ({ attempt }) => `At ${addressOf(attempt.url)} the same request is answered`,
    didNot: ({ attempt }) => `At ${addressOf(attempt.url)} the request fails as well.`,
  },
];

function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the other address';
}

function swapExperiment(swap: Swap): Experiment {
  return {
    id: swap.id,
    title: swap.title,
    async plan(subject, tools) {
      if (!subject.attempt) return 'Nothing was sent to a provider.';
      const edits = subject.practice
        ? [{ path: 'model', value: mendedModel(subject.capture, swap.rehearsedBy) }]
        : swap.edits(subject);
      if (typeof edits === 'string') return edits;
      return planReplays(subject, tools, [edits, []]);
    },
    read(subject, trials) {
      const replays = trials.filter(({ kind }) => kind === 'replay');
      const wanted: readonly Change[] = subject.practice ? [`mended:${swap.rehearsedBy}`] : swap.change;
      const isWanted = ([change]: readonly Change[]) => change !== undefined && wanted.includes(change);
      const changed = replays.find(({ changes }) => changes.length === 1 && isWanted(changes));
      if (!changed) return undefined;
      const { cause, status } = subject.capture;
      const pair = provenPair(replays, isWanted, {
        succeeded: ({ ok }) => ok,
        failedAlike: ({ ok, capture }) => !ok && capture.cause === cause && capture.status === status,
      });
      const where = `capture ${(pair?.changed ?? changed).capture.id}`;
      if (pair) {
        const group = subject.practice ? mendableBy(swap.rehearsedBy) : swap.group;
        const said = subject.practice ? REHEARSED[swap.id] : swap.helped(pair.changed);
        return {
          probe: swap.id,
          sentence: `${said}, and unchanged it still fails.`,
          captures: [pair.changed.capture.id, pair.unchanged.capture.id],
          gives: { ...each(group, 1), provider_outage: -3 },
          evidence: {
            what: 'one thing changed, and it is answered',
            where,
            value: `status ${pair.changed.capture.status ?? 'none'}`,
          },
          proves: group,
        };
      }
      const evidence = {
        what: `the request with one thing changed`,
        where,
        value: `status ${changed.capture.status ?? 'none'}`,
      };
      const base = { probe: swap.id, captures: [changed.capture.id], evidence } as const;
      if (changed.ok)
        return {
          ...base,
          sentence: `${subject.practice ? REHEARSED[swap.id] : swap.helped(changed)}; no unchanged run beside it failed, so nothing is proven.`,
          gives: {},
        };
      return { ...base, sentence: swap.didNot(changed), gives: each(swap.group, -1) };
    },
  };
}

const REHEARSED: Readonly<Record<Swap['id'], string>> = {
  'other-key': 'With another key, which the practice provider plays, the same request is answered',
  'other-model': 'With another model, which the practice provider plays, the same request is answered',
  'minimal-request': 'With the request corrected, which the practice provider plays, it is answered',
  'without-organisation-header':
    'Without the organisation’s headers, which the practice provider plays, the same request is answered',
  'other-base-url': 'At another base URL, which the practice provider plays, the same request is answered',
};

function mendableBy(fix: FixId): Cause[] {
  return CAUSES.filter((cause) => causeWords[cause].fixes.includes(fix));
}

/** The nearest name that the provider lists, else the nearest known or lately answered one; a far one only where none is near. */
function otherModel({ attempt, company, listed, preset, provider }: Subject): string | undefined {
  const asked = attempt?.model ?? '';
  const lately = company.flatMap((row) => (row.ok && row.model !== null ? [row.model] : []));
  const known = [...lately, ...modelsOfPreset(preset?.id ?? '')];
  const [near] = [listed, known].flatMap((names) => nearestNames(asked, others(names, asked), 1));
  // One that answered, then one that the provider has by its own word.
  const name = near ?? [...others(lately, asked), ...others(listed, asked), ...others(known, asked)][0];
  return name && provider ? `${provider.id}/${name}` : undefined;
}

function others(names: readonly string[], asked: string): string[] {
  return [...new Set(names)].filter((name) => name !== asked);
}

export const repeat: Experiment = {
  id: 'repeat',
  title: 'Send the same request again',
  async plan(subject, tools) {
    if (!subject.attempt) return 'Nothing was sent to a provider.';
    return planReplays(subject, tools, [[]]);
  },
  read(subject, trials): Finding | undefined {
    const trial = trials.find(({ kind, changes }) => kind === 'replay' && changes.length === 0);
    if (!trial) return undefined;
    const { capture } = trial;
    const evidence = {
      what: 'the same request again',
      where: `capture ${capture.id}`,
      value: `status ${capture.status ?? 'none'}`,
    };
    if (trial.ok) {
      return {
        probe: 'repeat',
        sentence: 'The same request is answered now: the fault has passed.',
        captures: [capture.id],
        gives: {
          ...each(
            [
              'provider_outage',
              'provider_overloaded',
              'network_reset_or_truncated',
              'upstream_timeout',
              'rate_limited',
            ],
            1.2,
          ),
          ...each(['key_expired', 'key_revoked', 'key_invalid_unknown', 'key_malformed', 'key_wrong_provider'], -2.5),
        },
        evidence,
      };
    }
    const same = capture.cause === subject.capture.cause;
    return {
      probe: 'repeat',
      sentence: same
        ? 'The same request fails again in the same way.'
        : `The same request fails again, this time otherwise: ${capture.message}`,
      captures: [capture.id],
      gives: same ? {} : capture.cause ? { [capture.cause]: 1 } : {},
      evidence,
    };
  },
};

const [otherKeyByReplay, otherModelReplay, minimalRequest, withoutHeaderReplay, otherBaseReplay] = SWAPS.map(
  swapExperiment,
) as [Experiment, Experiment, Experiment, Experiment, Experiment];

export { minimalRequest, otherBaseReplay, otherKeyByReplay, otherModelReplay, withoutHeaderReplay };
