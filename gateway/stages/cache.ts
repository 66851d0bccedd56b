/**
 * Was the same asked before, and may the answer be given again? Reads rules from the snapshot and entries from the cache it
 * is given: the gateway's own, or in a replay what was recorded. Leaves no step where no cache is switched on.
 */
import { canonicalJson } from '../cache/canonical-json.ts';
import { type Asked, type AskedBy, sha256 } from '../cache/question-digest.ts';
import type { Found, KeptAnswer, Shape } from '../cache/response-cache.ts';
import type { CacheUse, Exchange } from '../exchange.ts';
import { leftOutOf, questionHead, type Subject, shapeOf, subjectNamed, subjectOf } from './cache-question.ts';
import { type CacheRule, cacheRule, hindranceOf, oldestTaken } from './cache-rules.ts';
import type { StageContext, StageOutcome } from './stage.ts';

/** What a stage may ask of the cache. */
export interface ExchangeCache {
  readonly asked: AskedBy;
  find(key: string, shapeDigest: string, nowMs: number, maxAgeMs: number): Found;
  /** Why it was not kept; undefined when it was. */
  keep(key: string, answer: KeptAnswer, shape: Shape, storedAt: number): string | undefined;
  readonly largestBytes: number;
  /** Why nothing is looked up at all. */
  readonly bypass?: string;
}

/** What is kept under which name, should the answer be worth it. */
export interface KeepPlan {
  readonly key: string;
  readonly shape: Shape;
  readonly rule: CacheRule;
}

export interface Lookup {
  readonly outcome: StageOutcome;
  readonly answer?: KeptAnswer;
  readonly plan?: KeepPlan;
}

/** Undefined where no cache is switched on for this exchange. Writes `exchange.cache`. */
export function lookUp(
  exchange: Exchange,
  { config, now, lists }: StageContext,
  cache: ExchangeCache,
  body: Buffer,
): Lookup | undefined {
  if (!mayBeCached(exchange)) return undefined;
  const rule = cacheRule(config.routes.get(exchange.askedModel ?? ''), config.settings);
  const subject = rule && subjectOf(exchange, config, lists);
  if (!rule || !subject) return undefined;
  const hindrance = hindranceOf(exchange, rule);
  if (hindrance) return notCached(exchange, rule, hindrance.why, hindrance);
  if (cache.bypass !== undefined) return notCached(exchange, rule, cache.bypass);
  const appId = exchange.caller?.appId ?? '';
  const shapeDigest = shapeOf(subject, appId, config, sha256);
  const asked = askedIn(exchange, subject, cache, body);
  if (shapeDigest === undefined || asked === undefined) {
    return notCached(exchange, rule, 'its body is nested too deeply, or no UTF-8, and cannot be compared.');
  }
  const plan: KeepPlan = {
    // Apps that share may still have edits of their own.
    key: `${rule.shared ? `* ${shapeDigest}` : appId} ${asked.digest}`,
    shape: { subject: subject.name, appId, digest: shapeDigest },
    rule,
  };
  const maxAgeMs = oldestTaken(exchange, rule.ttlMs);
  const found: Found = maxAgeMs === 0 ? REFRESH : cache.find(plan.key, shapeDigest, now(), maxAgeMs);
  return found.kind === 'hit' ? hit(exchange, rule, asked, found) : miss(exchange, plan, asked, found, maxAgeMs);
}

const REFRESH: Found = { kind: 'none' };

/** Kinds of request that have one answer; raw ones may be anything, and listings are made here. */
function mayBeCached({ endpoint }: Exchange): boolean {
  return (
    endpoint !== undefined &&
    endpoint.modelIn !== 'none' &&
    endpoint.modelIn !== 'query' &&
    endpoint.dialect !== 'openai-models'
  );
}

function askedIn(exchange: Exchange, subject: Subject, cache: ExchangeCache, body: Buffer): Asked | undefined {
  return cache.asked(questionHead(exchange, subject), body, () => spell(exchange, body));
}

/** Bytes that are no UTF-8 read alike and are not: such a body is not compared. */
function spell(exchange: Exchange, body: Buffer): string | undefined {
  const text = body.toString('utf8');
  if (text.includes('\ufffd') && !Buffer.from(text).equals(body)) return undefined;
  return canonicalJson(text, leftOutOf(exchange));
}

/** What an answer kept earlier would be shaped by now; undefined where there is nobody to ask any more. */
export function shapeNow({ subject, appId }: Shape, config: StageContext['config']): string | undefined {
  const found = config.apps.has(appId) ? subjectNamed(subject, config) : undefined;
  return found && shapeOf(found, appId, config, sha256);
}

function notCached(
  exchange: Exchange,
  rule: CacheRule,
  why: string,
  evidence?: { readonly where: string; readonly value: string },
): Lookup {
  exchange.cache = { state: 'off' };
  return {
    outcome: {
      decision: 'skipped',
      summary: `Not cached: ${why}`,
      rule: rule.rule,
      evidence: evidence && [{ what: 'why not', ...evidence }],
    },
  };
}

function hit(exchange: Exchange, rule: CacheRule, asked: Asked, found: Found & { kind: 'hit' }): Lookup {
  const { answer, ageMs } = found;
  const { usage, costUsd, of, provider, model } = answer;
  const saved = {
    ...(usage?.inputTokens === undefined ? {} : { inputTokens: usage.inputTokens }),
    ...(usage?.outputTokens === undefined ? {} : { outputTokens: usage.outputTokens }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
  exchange.cache = { state: 'hit', of, provider, ...(model === undefined ? {} : { model }), ageMs, saved };
  return {
    answer,
    outcome: {
      decision: 'answered',
      summary: `Answered from the cache, as ${of} was: the same was asked before. ${savedWords(saved)}`,
      rule: rule.rule,
      output: { cache: 'hit', asked: asked.shown, of, ageMs: Math.round(ageMs), ...saved },
    },
  };
}

function savedWords({ inputTokens, outputTokens, costUsd }: NonNullable<CacheUse['saved']>): string {
  if (inputTokens === undefined && outputTokens === undefined) return 'Nothing was sent.';
  const tokens = `${(inputTokens ?? 0) + (outputTokens ?? 0)} tokens`;
  return costUsd === undefined ? `Saved ${tokens}.` : `Saved ${tokens}, $${costUsd.toPrecision(3)}.`;
}

function miss(exchange: Exchange, plan: KeepPlan, asked: Asked, found: Found, maxAgeMs: number): Lookup {
  exchange.cache = { state: 'miss' };
  return {
    plan,
    outcome: {
      decision: 'passed',
      summary: missWords(found, maxAgeMs),
      rule: plan.rule.rule,
      output: { cache: 'miss', asked: asked.shown, reason: maxAgeMs === 0 ? 'refresh' : found.kind },
    },
  };
}

function missWords({ kind }: Found, maxAgeMs: number): string {
  if (maxAgeMs === 0) return 'The request wants a fresh answer (no-cache), so the cache was not asked.';
  switch (kind) {
    case 'expired':
      return 'Asked before, but longer ago than answers are kept.';
    case 'changed':
      return 'Asked before, but the configuration that shaped that answer has changed.';
    default:
      return 'Not in the cache.';
  }
}
