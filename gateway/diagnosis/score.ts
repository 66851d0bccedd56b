/**
 * Weighs the facts of a failure: every signature that fits adds its log-odds to the causes it speaks for, and the sum is
 * turned into shares. Order never decides. Each contribution keeps its evidence.
 */
import { CAUSES, type Cause } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import type { Leading } from './calibrate.ts';
import type { Contribution } from './contribution.ts';
import type { Facts } from './facts.ts';
import { observe } from './observations.ts';
import { matchPresetRows } from './preset-rows.ts';
import { signatures } from './signatures/index.ts';
import { refinements } from './signatures/refinements.ts';
import type { Refinement, Signature, Weights } from './signatures/signature.ts';
import { STATUS_PRIORS } from './signatures/status-priors.ts';
import type { Piece } from './unwrap/layer.ts';

export interface Scored {
  /** Highest share first; every cause is in it. */
  readonly ranking: readonly Leading[];
  readonly contributions: readonly Contribution[];
}

/** What each further contribution for the same cause still adds: several phrasings of one message are one fact. */
const FURTHER_SHARE = [1, 0.4, 0.2, 0.1] as const;
const BASE_OTHER = 0.9;
const YIELDED_SHARE = 0.25;
/** A code that nobody has listed is read by the words it is made of; that is less than a listed code or a sentence. */
const BY_NAME_SHARE = 0.6;
const MOST_STRANGERS = 12;

/** `context` adds what is known beside the failure itself: the key's history, the company it failed in. */
export function score(facts: Facts, context: readonly Contribution[] = []): Scored {
  const contributions = [...collect(facts), ...context];
  const sums = CAUSES.map((cause) => sumFor(cause, contributions) + (cause === 'other' ? BASE_OTHER : 0));
  const highest = Math.max(...sums);
  const total = sums.reduce((sum, one) => sum + Math.exp(one - highest), 0);
  const ranking = CAUSES.map((cause, index) => ({
    cause,
    share: Math.exp((sums[index] ?? 0) - highest) / total,
    strongest: Math.max(0, ...contributions.map((one) => one.gives[cause] ?? 0)),
  })).sort((a, b) => b.share - a.share);
  return { ranking, contributions };
}

function sumFor(cause: Cause, contributions: readonly Contribution[]): number {
  let sum = 0;
  const readings: number[] = [];
  for (const { gives, reading } of contributions) {
    const weight = gives[cause];
    if (weight === undefined) continue;
    if (reading) readings.push(weight);
    else sum += weight;
  }
  readings.sort((a, b) => b - a);
  return readings.reduce((total, weight, index) => total + weight * (FURTHER_SHARE[index] ?? 0.05), sum);
}

function collect(facts: Facts): Contribution[] {
  const matched: [Signature, Evidence][] = [];
  const byName: [Signature, Evidence][] = [];
  const strangers = facts.body.codes.filter(({ text }) => !isKnownCode(text)).slice(0, MOST_STRANGERS);
  for (const signature of signatures) {
    const evidence = matchSignature(signature, facts);
    if (evidence) matched.push([signature, evidence]);
    const named = evidence ? undefined : matchCodeWords(signature, strangers, facts);
    if (named) byName.push([signature, named]);
  }
  const all = [...matched, ...byName];
  const read = (found: typeof matched, beside: typeof matched, share: number) =>
    found.map(
      ([signature, evidence]): Contribution => ({
        id: signature.id,
        gives: scaled(signature.gives, yields(signature, beside) ? share * YIELDED_SHARE : share),
        evidence,
        reading: true,
      }),
    );
  const found = [...read(matched, matched, 1), ...read(byName, all, BY_NAME_SHARE)];
  found.push(...matchPresetRows(facts), ...observe(facts));
  const seen = found.map((one) => one.id);
  for (const refinement of refinements) {
    const evidence = matchRefinement(refinement, facts, seen);
    if (evidence) found.push({ id: refinement.id, gives: refinement.gives, evidence });
  }
  for (const status of facts.statuses) {
    const prior = STATUS_PRIORS[status];
    if (prior)
      found.push({
        id: `status.${status}`,
        gives: prior,
        evidence: { what: 'status', where: 'response status', value: String(status) },
      });
  }
  return found;
}

function yields(signature: Signature, matched: readonly (readonly [Signature, Evidence])[]): boolean {
  return matched.some(([other]) => other !== signature && signature.yieldsTo?.some((id) => other.id.startsWith(id)));
}

function scaled(weights: Weights, factor: number): Weights {
  if (factor === 1) return weights;
  return Object.fromEntries(Object.entries(weights).map(([cause, weight]) => [cause, weight * factor]));
}

function matchSignature(signature: Signature, facts: Facts): Evidence | undefined {
  if (signature.status && !signature.status.some((status) => facts.statuses.includes(status))) return undefined;
  if (signature.service && !facts.services.some((service) => signature.service?.test(service))) return undefined;
  const evidence = matchCode(signature, facts) ?? matchMessage(signature, facts);
  if (!evidence || signature.not?.some((pattern) => pattern.test(facts.body.prose))) return undefined;
  return evidence;
}

function matchCode(signature: Signature, facts: Facts): Evidence | undefined {
  if (!signature.code) return undefined;
  for (const code of facts.body.codes) {
    if (signature.code.some((pattern) => pattern.test(code.text)))
      return { what: signature.says, where: `response body ${code.where}`, value: code.text };
  }
  return undefined;
}

const knownCodes = signatures.flatMap(({ code }) => code ?? []);

function isKnownCode(text: string): boolean {
  return knownCodes.some((pattern) => pattern.test(text));
}

function matchCodeWords(signature: Signature, strangers: readonly Piece[], facts: Facts): Evidence | undefined {
  if (signature.status && !signature.status.some((status) => facts.statuses.includes(status))) return undefined;
  if (signature.service && !facts.services.some((service) => signature.service?.test(service))) return undefined;
  for (const { text, where } of strangers) {
    const words = wordsOf(text);
    if (words === undefined || signature.not?.some((pattern) => pattern.test(words))) continue;
    if (signature.message?.some((pattern) => pattern.test(words)))
      return { what: signature.says, where: `response body ${where}`, value: text };
  }
  return undefined;
}

/** `AuthFailure.SecretIdNotFound` as `Auth Failure Secret Id Not Found`; undefined for what is no name of several words. */
function wordsOf(code: string): string | undefined {
  if (!/^[A-Za-z][\w.:-]{5,89}$/.test(code)) return undefined;
  const words = code
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[._:-]+/g, ' ')
    .trim();
  return words.includes(' ') ? words : undefined;
}

function matchMessage(signature: Signature, facts: Facts): Evidence | undefined {
  for (const pattern of signature.message ?? []) {
    if (!pattern.test(facts.body.prose)) continue;
    for (const piece of facts.body.pieces) {
      const match = pattern.exec(piece.text);
      if (match)
        return {
          what: signature.says,
          where: placeOf(piece.where),
          value: excerpt(piece.text, match.index, match[0].length),
        };
    }
    return { what: signature.says, where: 'response body', value: excerpt(facts.body.prose, 0, 80) };
  }
  return undefined;
}

function placeOf(where: string): string {
  return where === 'transport error' ? where : `response body ${where}`;
}

function excerpt(text: string, index: number, length: number): string {
  const from = Math.max(0, index - 40);
  const to = Math.min(text.length, index + Math.min(length, 160) + 60);
  return `${from > 0 ? '…' : ''}${text.slice(from, to).replace(/\s+/g, ' ').trim()}${to < text.length ? '…' : ''}`;
}

function matchRefinement(refinement: Refinement, facts: Facts, seen: readonly string[]): Evidence | undefined {
  const { flaws, header } = refinement;
  if (refinement.seen && !refinement.seen.some((id) => seen.includes(id))) return undefined;
  if (refinement.unseen?.some((id) => seen.includes(id))) return undefined;
  if (
    refinement.nothingElse &&
    seen.some((id) => !/^(?:request\.invalid-type|endpoint\.not-found-word|observed\.)/.test(id))
  )
    return undefined;
  if (refinement.status && !refinement.status.some((status) => facts.statuses.includes(status))) return undefined;
  if (refinement.service && !facts.services.some((service) => refinement.service?.test(service))) return undefined;
  if (refinement.local !== undefined && refinement.local !== facts.local) return undefined;
  if (refinement.form && !refinement.form.includes(facts.body.form)) return undefined;
  if (refinement.method && !refinement.method.test(facts.method ?? '')) return undefined;
  if (refinement.credentialSent !== undefined && refinement.credentialSent !== facts.credentialSent) return undefined;
  if (refinement.model && !refinement.model.test(facts.model ?? '')) return undefined;
  const address = `${facts.baseUrl ?? ''}${facts.path ?? ''}`;
  if (refinement.path && !refinement.path.test(address)) return undefined;
  if (header && !header[1].test(facts.responseHeaders.get(header[0]) ?? '')) return undefined;
  const finding = flaws && facts.keyFindings.find((one) => flaws.includes(one.flaw));
  if (flaws && !finding) return undefined;
  if (finding) return { what: `the key ${finding.says}`, where: finding.where, value: finding.shown };
  if (header)
    return {
      what: refinement.says,
      where: `response header ${header[0]}`,
      value: facts.responseHeaders.get(header[0]) ?? '',
    };
  if (refinement.model) return { what: refinement.says, where: 'request body /model', value: facts.model ?? '' };
  if (refinement.path) return { what: refinement.says, where: 'request address', value: address.slice(0, 160) };
  if (refinement.form) return { what: refinement.says, where: 'response body', value: facts.body.form };
  return { what: refinement.says, where: 'provider', value: facts.services[0] ?? facts.providerName };
}
