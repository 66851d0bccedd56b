/** The door of the experiments: what could be tried on a capture, trying it, and what all tries so far show. */
import type { Capture } from '../captures/capture.ts';
import type { Cause } from '../causes.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { PROBES, type ProbeId } from '../diagnosis/probes.ts';
import { experimentsFor, proposedFor } from './catalogue.ts';
import type { Experiment, Plan, Tools } from './experiment.ts';
import type { Subject } from './subject.ts';
import { readTrials, type Trial } from './trial.ts';

export interface Proposal {
  readonly id: ProbeId;
  readonly title: string;
  readonly tells: string;
  /** A sentence where it cannot be made here. */
  readonly plan: Plan | string;
}

/** Those that would tell the causes apart, the leading one's first, each with what it would send. Sends nothing. */
export async function proposeExperiments(
  subject: Subject,
  causes: readonly Cause[],
  tools: Tools,
): Promise<Proposal[]> {
  const known = new Map(experimentsFor(subject).map((experiment) => [experiment.id, experiment]));
  const proposals: Proposal[] = [];
  for (const id of proposedFor(causes)) {
    const experiment = known.get(id);
    const plan = experiment ? await experiment.plan(subject, tools) : BY_HAND[id];
    if (plan === undefined) continue;
    proposals.push({
      id,
      title: experiment?.title ?? capitalised(PROBES[id].split(':')[0] ?? id),
      tells: tellsOf(id),
      plan,
    });
  }
  return proposals;
}

/** What only a person can look at. */
const BY_HAND: Partial<Record<ProbeId, string>> = {
  'status-page': 'A page to look at: Keyward asks nobody but the provider’s own API.',
  'balance-page': 'A page to look at, for whoever may sign in there.',
  'other-network': 'Another network is needed: a telephone’s, or one without the VPN.',
  'raw-answer': 'Nothing to send: the recorded answer is in the capture.',
  'same-request-through-gateway': 'The request went through this gateway already.',
  'direct-call': 'This gateway sends what it gets byte for byte; a call past it shows nothing more.',
};

function tellsOf(id: ProbeId): string {
  const tells = PROBES[id].split(': ')[1] ?? PROBES[id];
  return capitalised(tells);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * What experiments show, by now: those that look at what is here, where one of the causes asks for them, and all that were
 * ever run on this capture, by whomever.
 */
export function findingsOf(
  subject: Subject,
  related: readonly Capture[],
  causes: readonly Cause[],
  tools: Pick<Tools, 'openKey'>,
): Finding[] {
  if (!subject.attempt) return [];
  const trials = readTrials(subject, related);
  const proposed = new Set(proposedFor(causes));
  const findings = experimentsFor(subject).flatMap(
    (experiment) => read(experiment, subject, trials, proposed, tools) ?? [],
  );
  // Proof first, then what was sent, then what was only looked at.
  return findings.sort((a, b) => weightOf(b) - weightOf(a));
}

function weightOf(finding: Finding): number {
  return finding.proves ? 2 : finding.captures.length > 0 ? 1 : 0;
}

function read(
  experiment: Experiment,
  subject: Subject,
  trials: readonly Trial[],
  proposed: ReadonlySet<ProbeId>,
  tools: Pick<Tools, 'openKey'>,
): Finding | undefined {
  const found = experiment.read(subject, trials, tools);
  if (!found || proposed.has(found.probe) || found.proves) return found;
  // Not asked for by these causes: worth a word where it was made for itself, or where it speaks for something.
  const made = trials.some(({ capture, kind, experiment: name }) => {
    return found.captures.includes(capture.id) && (kind === 'replay' || name === found.probe);
  });
  const speaks = found.captures.length > 0 && Object.values(found.gives).some((weight) => weight >= SPEAKS);
  return made || speaks ? found : undefined;
}

const SPEAKS = 2;
