/**
 * Thinking, and what does not go with it. Source: docs.claude.com/en/build-with-claude/extended-thinking: a budget is at
 * least 1,024 and less than `max_tokens`; with thinking on, no forced tool, no `temperature`, no `top_k`, `top_p` from
 * 0.95. Newer models think as they see fit and take an effort (…/adaptive-thinking, …/effort).
 */
import type { TargetFacts } from '../canonical/adapter.ts';
import { budgetOfEffort } from '../canonical/effort.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { CanonicalRequest, Effort, Fields } from '../canonical/request.ts';

const LEAST_BUDGET = 1024;
/** Accepted by every Claude model; used where neither the caller nor the catalogue says more. */
const FALLBACK_MAX_TOKENS = 4096;

export interface Thinking {
  readonly thinking?: Fields;
  readonly effort?: Effort;
  readonly maxTokens: number;
  /** Whether the rules for requests with thinking hold. */
  readonly on: boolean;
}

export function buildThinking(request: CanonicalRequest, target: TargetFacts, losses: Losses): Thinking {
  const thinking = decide(request, target, losses);
  if (request.maxTokens === undefined) {
    losses.add('defaulted', 'max_tokens', 'Anthropic requires it.', undefined, thinking.maxTokens);
  }
  return thinking;
}

function decide(request: CanonicalRequest, target: TargetFacts, losses: Losses): Thinking {
  const own = request.from === 'anthropic-messages';
  const wish = request.reasoning;
  const maxTokens = request.maxTokens ?? target.maxOutputTokens ?? FALLBACK_MAX_TOKENS;
  if (wish === undefined) return { maxTokens, on: false };
  if (target.reasoning === false) {
    losses.add('dropped', 'reasoning', `${target.model} does not think.`);
    return { maxTokens, on: false };
  }
  const display = wish.visible === undefined ? undefined : wish.visible ? 'summarized' : 'omitted';
  if (own) {
    const { effortOnly, ...rest } = wish.extra ?? {};
    const type = wish.mode === 'on' ? 'enabled' : wish.mode === 'off' ? 'disabled' : 'adaptive';
    const thinking =
      effortOnly === true ? undefined : defined({ type, budget_tokens: wish.budgetTokens, display, ...rest });
    return { thinking, effort: wish.effort, maxTokens, on: wish.mode !== 'off' && thinking !== undefined };
  }
  if (wish.mode === 'off') return { thinking: { type: 'disabled' }, maxTokens, on: false };
  if (isForced(request)) {
    losses.add(
      'dropped',
      'reasoning',
      'Anthropic cannot think before a forced tool call; the tool choice is kept.',
      wish.effort,
    );
    return { maxTokens, on: false };
  }
  if (lacksThinking(request)) {
    losses.add(
      'dropped',
      'reasoning',
      'The thinking before these tool results did not come back with them, so there can be none after them.',
      wish.effort,
    );
    return { maxTokens, on: false };
  }
  if (target.thinking === 'adaptive') {
    const effort = wish.effort === 'none' ? undefined : wish.effort === 'minimal' ? 'low' : wish.effort;
    if (effort !== wish.effort)
      losses.add('clamped', 'reasoning_effort', "Anthropic's least effort is low.", wish.effort, effort);
    return { thinking: defined({ type: 'adaptive', display }), effort, maxTokens, on: true };
  }
  if (wish.mode === 'adaptive' && wish.effort === undefined) return { maxTokens, on: false };
  return withBudget(
    request,
    wish.budgetTokens ?? budgetOfEffort(wish.effort === 'none' ? 'low' : (wish.effort ?? 'medium')),
    target,
    maxTokens,
    losses,
  );
}

function withBudget(
  request: CanonicalRequest,
  wanted: number,
  target: TargetFacts,
  maxTokens: number,
  losses: Losses,
): Thinking {
  const effort = request.reasoning?.effort;
  const most = request.maxTokens === undefined ? (target.maxOutputTokens ?? wanted + maxTokens) : maxTokens;
  const budget = Math.max(LEAST_BUDGET, Math.min(wanted, most - 1));
  if (budget >= most) {
    losses.add('dropped', 'reasoning', `Thinking needs at least ${LEAST_BUDGET} tokens below max_tokens.`, effort);
    return { maxTokens, on: false };
  }
  if (effort !== undefined)
    losses.add('renamed', 'reasoning_effort', 'This model takes a budget of tokens.', effort, budget);
  else if (budget !== wanted)
    losses.add('clamped', 'thinking_budget', 'The budget must fit below max_tokens.', wanted, budget);
  const room = request.maxTokens === undefined ? Math.min(budget + maxTokens, most) : maxTokens;
  return { thinking: { type: 'enabled', budget_tokens: budget }, maxTokens: Math.max(room, budget + 1), on: true };
}

/**
 * "When thinking is enabled, a final assistant message must start with a thinking block": between a call and its result
 * the API wants the thinking that led to the call, which programs of other dialects may have lost.
 */
function lacksThinking(request: CanonicalRequest): boolean {
  const last = request.messages.findLastIndex((message) => message.role === 'assistant');
  const answered = request.messages.slice(last + 1).some((message) => message.role === 'tool');
  const first = request.messages[last]?.parts[0];
  return last !== -1 && answered && !(first?.type === 'reasoning' && first.from === 'anthropic-messages');
}

function isForced(request: CanonicalRequest): boolean {
  const choice = request.toolChoice;
  return choice?.type === 'required' || choice?.type === 'tool' || (choice?.type === 'allowed' && choice.required);
}
