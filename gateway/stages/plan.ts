/** What `route` decides: what may be asked, in which order, and how persistently. Pure. */
import type { Evidence } from '../exchange.ts';
import { BREAKER_DEFAULTS, type BreakerRules } from '../routing/breaker.ts';
import type { FactsLog } from '../routing/facts-log.ts';
import type { AttemptPolicy } from '../routing/policy.ts';
import { PRACTICE } from './resolve-target.ts';
import type { StageOutcome } from './stage.ts';
import type { ChosenTarget, UsableTarget } from './usable-target.ts';

export interface Plan {
  readonly entries: readonly [ChosenTarget, ...ChosenTarget[]];
  readonly policy: AttemptPolicy;
  readonly breaker: BreakerRules;
  /** What waits are drawn from. */
  readonly draw: number;
}

export interface RouteResult {
  readonly outcome: StageOutcome;
  readonly plan?: Plan;
}

type Usable = Extract<UsableTarget, { ok: true }>;

/** One entry for each key that may be used, or one without a key; what rests comes last, what rests longest at the very end. */
export function entriesOf(usable: readonly Usable[]): ChosenTarget[] {
  const fresh: ChosenTarget[] = [];
  const resting: { readonly entry: ChosenTarget; readonly untilMs: number }[] = [];
  for (const { target, keys } of usable) {
    if (keys.length === 0) fresh.push(target);
    for (const { key, resting: rest } of keys) {
      const entry = { ...target, key };
      if (rest) resting.push({ entry, untilMs: rest.untilMs });
      else fresh.push(entry);
    }
  }
  if (resting.length === 0) return fresh;
  return [...fresh, ...resting.sort((a, b) => a.untilMs - b.untilMs).map(({ entry }) => entry)];
}

export function planOf(
  entries: readonly ChosenTarget[],
  policy: AttemptPolicy,
  breaker: BreakerRules = BREAKER_DEFAULTS,
  draw = 0,
): Plan {
  const [first, ...others] = entries;
  if (!first) throw new Error('a plan with nothing in it');
  return { entries: [first, ...others], policy, breaker, draw };
}

/** The step of a plan; `facts` are what a replay needs to decide the same. */
export function planPassed(
  plan: Plan,
  facts: FactsLog,
  more: { readonly because?: string; readonly evidence?: readonly Evidence[] } = {},
): StageOutcome {
  const [first, ...others] = plan.entries;
  const recorded = facts.recorded();
  const { providerId, model, key, rule } = first;
  return {
    decision: 'passed',
    summary: summaryOf(first, others, more.because),
    rule,
    ...(recorded ? { input: { routing: recorded } } : {}),
    output: {
      provider: providerId,
      model,
      key: key?.id,
      keyVersion: key?.version,
      ...(others.length === 0 ? {} : { plan: plan.entries.map(describeEntry) }),
    },
    ...(more.evidence && more.evidence.length > 0 ? { evidence: more.evidence } : {}),
  };
}

function describeEntry({ providerId, model, key }: ChosenTarget): string {
  const to = model === undefined ? providerId : `${providerId}/${model.slice(0, 120)}`;
  return key ? `${to} with key ${key.label} (…${key.lastFour})` : to;
}

function summaryOf(first: ChosenTarget, others: readonly ChosenTarget[], because: string | undefined): string {
  const { providerId, model, routeName, key } = first;
  if (providerId === PRACTICE && others.length === 0) {
    return 'The practice provider answers: built in, no key, nothing leaves this machine.';
  }
  const to = model === undefined ? providerId : `${providerId}, model ${model.slice(0, 120)}`;
  const led = routeName === undefined ? `Goes to ${to}` : `Route "${routeName}" leads to ${to}`;
  const keyWords =
    providerId === PRACTICE ? '' : key ? `, with key "${key.label}" (…${key.lastFour})` : ', without a key';
  if (others.length === 0) return `${led}${keyWords}.`;
  const order = because === undefined ? '' : ` (${because})`;
  return `${led}${keyWords}${order}; if it fails, ${others.length} more may be asked: ${others.map(describeEntry).join(', ').slice(0, 400)}.`;
}
