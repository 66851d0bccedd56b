/** Puts a scored failure into words: title, detail, alternatives, fixes, probes. Pure. */
import type { Cause } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import { calibrate, type Leading } from './calibrate.ts';
import { causeWords } from './causes/index.ts';
import type { SideWords } from './causes/words.ts';
import type { Contribution } from './contribution.ts';
import type { Explanation } from './explanation.ts';
import type { Facts } from './facts.ts';
import { maskSecrets } from './key-shape.ts';
import { PROBES } from './probes.ts';
import type { Scored } from './score.ts';
import type { Layer } from './unwrap/layer.ts';

const MAX_ALTERNATIVES = 4;
const WORTH_NAMING = 0.03;
const ALWAYS_NAMED = 2;

export interface Judgement {
  readonly cause: Cause;
  readonly confidence: number;
  readonly alternatives: Explanation['alternatives'];
  /** What speaks for the cause, the weightiest first, at most five. */
  readonly evidence: readonly Evidence[];
}

export function judge(scored: Scored): Judgement {
  const [top, ...others] = scored.ranking;
  const cause = top?.cause ?? 'other';
  const share = top?.share ?? 0;
  const confidence = top ? round(calibrate(top)) : 0;
  const rest = share < 1 ? (1 - confidence) / (1 - share) : 0;
  return {
    cause,
    confidence,
    alternatives: rivals(others, rest, confidence),
    evidence: supporting(scored.contributions, cause),
  };
}

/** Rivals worth naming; two of them at least where anything at all speaks for them, so that the reader sees what else it may be. */
function rivals(others: readonly Leading[], rest: number, confidence: number): Explanation['alternatives'] {
  return others
    .filter((other) => other.strongest > 0)
    .map((other) => ({ cause: other.cause, confidence: round(Math.min(other.share * rest, confidence)) }))
    .filter((other, index) => other.confidence >= WORTH_NAMING || index < ALWAYS_NAMED)
    .map((other) => ({ ...other, confidence: Math.max(other.confidence, 0.01) }))
    .slice(0, MAX_ALTERNATIVES);
}

function supporting(contributions: readonly Contribution[], cause: Cause): Evidence[] {
  const seen = new Set<string>();
  return contributions
    .filter((one) => (one.gives[cause] ?? 0) > 0)
    .sort((a, b) => (b.gives[cause] ?? 0) - (a.gives[cause] ?? 0))
    .map((one) => masked(one.evidence))
    .filter((evidence) => {
      const key = `${evidence.where}|${evidence.value}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, 5);
}

export function masked(evidence: Evidence): Evidence {
  return { ...evidence, value: maskSecrets(evidence.value) };
}

/** Fills `{provider}` and `{model}`; a sentence that begins with the provider begins with a capital. */
export function fill(text: string, names: { readonly provider: string; readonly model?: string }): string {
  const filled = text.replaceAll('{provider}', names.provider).replaceAll('{model}', names.model ?? 'that name');
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}

/** First the fact as it was recorded, then what it means. */
export function detailOf(facts: Facts, words: SideWords): string {
  const innermost = innermostLayer(facts);
  const quoted = innermost && flatMessage(innermost);
  const who = facts.providerName === 'the provider' ? 'The provider' : facts.providerName;
  let fact: string;
  if (facts.transport)
    fact = `The request failed on its way: ${[facts.transport.code, facts.transport.message].filter(Boolean).join(', ')}.`;
  else if (facts.status !== undefined)
    fact = `${who} answered ${facts.status}${quoted ? `: “${quoted}”` : ' without words'}.`;
  else fact = quoted ? `${who} answered: “${quoted}”.` : 'No answer was recorded.';
  const depth = innermost ? envelopesAround(innermost, facts.body.layers) : 0;
  const nested = depth > 1 ? ` (the innermost of ${depth} envelopes)` : '';
  return maskSecrets(
    `${fact}${nested} ${fill(words.means, { provider: facts.providerName, model: facts.model })}`.replace(
      /\.”\./g,
      '.”',
    ),
  );
}

function innermostLayer(facts: Facts): Layer | undefined {
  return facts.body.layers.findLast((layer) => (layer.message ?? '').trim().length > 3);
}

function flatMessage({ message = '' }: Layer): string {
  const flat = message.replace(/\s+/g, ' ').trim();
  return flat.length > 300 ? `${flat.slice(0, 300)}…` : flat;
}

/** Layers that hold this one, itself counted. Events of a stream and members of a list stand beside each other and hold nothing. */
function envelopesAround({ where }: Layer, layers: readonly Layer[]): number {
  const around = layers.filter(
    (layer) => layer.where === where || where.startsWith(`${layer.where}/`.replace('//', '/')),
  );
  return new Set(around.map((layer) => layer.where)).size;
}

/** Probes of the cause and of its strongest rival, with what each would tell. Nothing has been sent. */
export function probesFor(causes: readonly Cause[]): Explanation['probes'] {
  const ids = [...new Set(causes.flatMap((cause) => causeWords[cause].probes))].slice(0, 5);
  return ids.map((probe) => ({ probe, result: 'not-run', tells: PROBES[probe] }));
}

/** Short of an experiment nothing is proven. */
export function statusOf(confidence: number): Explanation['status'] {
  return confidence >= 0.7 ? 'likely' : 'possible';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
