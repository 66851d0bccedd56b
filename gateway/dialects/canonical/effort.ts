/**
 * Efforts and budgets of thinking. The numbers are Google's own equivalences for its OpenAI-compatible endpoint
 * (ai.google.dev/gemini-api/docs/openai#thinking: low 1,024, medium 8,192, high 24,576). Pure.
 */
import type { Effort, ReasoningWish } from './request.ts';

const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};

const EFFORTS: ReadonlySet<string> = new Set(['none', ...Object.keys(BUDGETS)]);

export function isEffort(value: unknown): value is Effort {
  return typeof value === 'string' && EFFORTS.has(value);
}

export function budgetOfEffort(effort: Exclude<Effort, 'none'>): number {
  return BUDGETS[effort];
}

export function effortOfBudget(budgetTokens: number): 'low' | 'medium' | 'high' {
  if (budgetTokens <= 2048) return 'low';
  return budgetTokens <= 16_384 ? 'medium' : 'high';
}

/** The effort that a wish amounts to; undefined where the provider shall decide. */
export function effortOf(wish: ReasoningWish): Effort | undefined {
  if (wish.mode === 'off') return 'none';
  if (wish.effort !== undefined) return wish.effort;
  return wish.budgetTokens === undefined ? undefined : effortOfBudget(wish.budgetTokens);
}
