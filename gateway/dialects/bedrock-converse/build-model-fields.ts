/**
 * What Converse has no field for and the model's maker has: thinking and `top_k`, in `additionalModelRequestFields`.
 * Sources: docs.aws.amazon.com/bedrock/latest/userguide (claude-messages-extended-thinking, adaptive thinking),
 * docs.aws.amazon.com/nova/latest/nova2-userguide (reasoningConfig), model cards of gpt-oss (reasoning_effort).
 */
import type { TargetFacts } from '../canonical/adapter.ts';
import { budgetOfEffort, effortOf, effortOfBudget } from '../canonical/effort.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { CanonicalRequest, Effort, Fields } from '../canonical/request.ts';
import { modelFamily } from './model-family.ts';

const LEAST_BUDGET = 1024;
const FALLBACK_MAX_TOKENS = 4096;

export interface ModelFields {
  readonly fields: Fields;
  readonly maxTokens?: number;
  /** With thinking on, Claude takes neither temperature nor top_k. */
  readonly thinking: boolean;
}

export function buildModelFields(request: CanonicalRequest, target: TargetFacts, losses: Losses): ModelFields {
  const family = modelFamily(target.model);
  const thought = buildReasoning(request, target, losses);
  const { topK } = request.sampling;
  const fields: Record<string, unknown> = { ...thought.fields };
  if (topK !== undefined) {
    if (family === 'claude' && !thought.thinking) fields.top_k = topK;
    else if (family === 'nova') fields.inferenceConfig = { topK };
    else
      losses.add('dropped', 'top_k', `${target.model} has no such parameter on Bedrock, or not with thinking.`, topK);
  }
  return { ...thought, fields };
}

function buildReasoning(request: CanonicalRequest, target: TargetFacts, losses: Losses): ModelFields {
  const wish = request.reasoning;
  const none: ModelFields = { fields: {}, maxTokens: request.maxTokens, thinking: false };
  if (wish === undefined || (wish.extra !== undefined && 'effortOnly' in wish.extra && wish.effort === undefined))
    return none;
  const effort = effortOf(wish);
  if (target.reasoning === false) {
    losses.add('dropped', 'reasoning', `${target.model} does not think.`);
    return none;
  }
  switch (modelFamily(target.model)) {
    case 'claude':
      return claude(request, target, losses);
    case 'nova': {
      if (effort === 'none' || effort === undefined) return none;
      const maxReasoningEffort = plainEffort(effort);
      return { ...none, fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort } } };
    }
    case 'gpt-oss':
      return effort === undefined || effort === 'none'
        ? none
        : { ...none, fields: { reasoning_effort: plainEffort(effort) } };
    case 'other':
      if (effort !== 'none')
        losses.add('dropped', 'reasoning', `How ${target.model} is told to think is not known.`, effort);
      return none;
  }
}

function plainEffort(effort: Exclude<Effort, 'none'>): 'low' | 'medium' | 'high' {
  return effortOfBudget(budgetOfEffort(effort));
}

function claude(request: CanonicalRequest, target: TargetFacts, losses: Losses): ModelFields {
  const wish = request.reasoning;
  const none: ModelFields = { fields: {}, maxTokens: request.maxTokens, thinking: false };
  if (!wish || wish.mode === 'off') return none;
  if (isForced(request)) {
    losses.add(
      'dropped',
      'reasoning',
      'Claude cannot think before a forced tool call; the tool choice is kept.',
      wish.effort,
    );
    return none;
  }
  if (lacksThinking(request)) {
    const why = 'The thinking before these tool results did not come back with them, so there can be none after them.';
    losses.add('dropped', 'reasoning', why, wish.effort);
    return none;
  }
  if (target.thinking === 'adaptive') {
    const effort = wish.effort === 'none' ? undefined : wish.effort === 'minimal' ? 'low' : wish.effort;
    const fields = defined({
      thinking: { type: 'adaptive' },
      output_config: effort === undefined ? undefined : { effort },
    });
    return { fields, maxTokens: request.maxTokens, thinking: true };
  }
  if (wish.mode === 'adaptive' && wish.effort === undefined) return none;
  const wanted = wish.budgetTokens ?? budgetOfEffort(wish.effort === 'none' ? 'low' : (wish.effort ?? 'medium'));
  const most = request.maxTokens ?? target.maxOutputTokens ?? wanted + FALLBACK_MAX_TOKENS;
  const budget = Math.max(LEAST_BUDGET, Math.min(wanted, most - 1));
  if (budget >= most) {
    losses.add('dropped', 'reasoning', `Thinking needs at least ${LEAST_BUDGET} tokens below max_tokens.`, wish.effort);
    return none;
  }
  if (wish.effort !== undefined)
    losses.add('renamed', 'reasoning_effort', 'This model takes a budget of tokens.', wish.effort, budget);
  else if (budget !== wanted)
    losses.add('clamped', 'thinking_budget', 'The budget must fit below max_tokens.', wanted, budget);
  const maxTokens = request.maxTokens ?? Math.min(budget + FALLBACK_MAX_TOKENS, most);
  return { fields: { thinking: { type: 'enabled', budget_tokens: budget } }, maxTokens, thinking: true };
}

function isForced({ toolChoice }: CanonicalRequest): boolean {
  return (
    toolChoice?.type === 'required' ||
    toolChoice?.type === 'tool' ||
    (toolChoice?.type === 'allowed' && toolChoice.required)
  );
}

/** Between a call and its result Claude wants the thinking that led to the call; programs of other dialects may have lost it. */
function lacksThinking(request: CanonicalRequest): boolean {
  const last = request.messages.findLastIndex((message) => message.role === 'assistant');
  const answered = request.messages.slice(last + 1).some((message) => message.role === 'tool');
  const first = request.messages[last]?.parts[0];
  const kept =
    first?.type === 'reasoning' &&
    (first.signature !== undefined || first.redacted !== undefined) &&
    (first.from === 'bedrock-converse' || first.from === 'anthropic-messages');
  return last !== -1 && answered && !kept;
}
