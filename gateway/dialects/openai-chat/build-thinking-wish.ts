/**
 * How much to think, in the words of the provider: OpenAI's `reasoning_effort` and the switches of its look-alikes
 * (`thinkingSwitch` of canonical/wire-quirks.ts).
 */
import type { TargetFacts } from '../canonical/adapter.ts';
import { budgetOfEffort, effortOf } from '../canonical/effort.ts';
import { dropExtra } from '../canonical/foreign.ts';
import type { Losses } from '../canonical/losses.ts';
import type { CanonicalRequest, Effort, Fields, ReasoningWish, TranslatedDialect } from '../canonical/request.ts';
import type { ThinkingSwitch } from '../canonical/wire-quirks.ts';

const OWN: TranslatedDialect = 'openai-chat';

/** The members that say it; none where nothing was wished. */
export function buildThinkingWish(request: CanonicalRequest, target: TargetFacts, losses: Losses): Fields {
  const wish = request.reasoning;
  if (target.thinkingNeedsStream && !request.stream) {
    const why = 'Outside a stream this model answers without thinking only.';
    if (wish === undefined || wish.mode === 'off') losses.add('defaulted', 'enable_thinking', why, undefined, false);
    else losses.add('dropped', 'thinking', why);
    return { enable_thinking: false };
  }
  if (wish === undefined) return {};
  if (target.reasoning === false) {
    losses.add('dropped', 'reasoning', `${target.model} does not reason.`);
    return {};
  }
  if (request.from !== OWN) dropExtra(wish.extra, 'thinking', request.from, OWN, losses);
  const by = target.thinkingSwitch ?? 'effort';
  if (by !== 'effort') return buildSwitch(by, wish, losses);
  const effort = effortOf(wish);
  if (wish.budgetTokens !== undefined && wish.mode === 'on') {
    losses.add('renamed', 'thinking.budget_tokens', 'OpenAI knows efforts, not budgets.', wish.budgetTokens, effort);
  } else if (effort === undefined) {
    losses.add('dropped', 'thinking', 'How much to think is left to the model.', wish.mode);
  }
  return effort === undefined ? {} : { reasoning_effort: effort };
}

function buildSwitch(by: Exclude<ThinkingSwitch, 'effort'>, wish: ReasoningWish, losses: Losses): Fields {
  const effort = effortOf(wish);
  const on = effort !== 'none';
  const amount = wish.budgetTokens ?? wish.effort;
  switch (by) {
    case 'none':
      losses.add('dropped', 'thinking', 'How much to think is the model’s own affair at this provider.', effort);
      return {};
    case 'reasoning':
      return { reasoning: !on ? { enabled: false } : withAmount(wish, effort) };
    case 'enable_thinking': {
      if (!on) return { enable_thinking: false };
      const budget = wish.budgetTokens ?? (effort === undefined ? undefined : budgetOfEffort(effort));
      if (wish.budgetTokens === undefined && budget !== undefined) {
        losses.add('renamed', 'reasoning_effort', 'The provider knows budgets, not efforts.', effort, budget);
      }
      return { enable_thinking: true, ...(budget === undefined ? {} : { thinking_budget: budget }) };
    }
    default:
      if (on && amount !== undefined) {
        losses.add('clamped', 'thinking', 'The provider knows thinking on or off, not how much.', amount, 'on');
      }
      return onOrOff(by, on);
  }
}

function onOrOff(by: ThinkingSwitch, on: boolean): Fields {
  switch (by) {
    case 'thinking.type':
      return { thinking: { type: on ? 'enabled' : 'disabled' } };
    case 'reasoning.enabled':
      return { reasoning: { enabled: on } };
    default:
      return { [by]: { enable_thinking: on } };
  }
}

function withAmount(wish: ReasoningWish, effort: Effort | undefined): Fields {
  if (wish.effort === undefined && wish.budgetTokens !== undefined) return { max_tokens: wish.budgetTokens };
  return effort === undefined ? { enabled: true } : { effort };
}
