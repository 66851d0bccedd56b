/** How breakers, limits and budgets stand, as Prometheus reads it. Labels are records of the configuration and known names. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LimitRefusals } from '../usage/limit-refusals.ts';
import type { BudgetFact } from './budget-facts.ts';

export interface RuleFacts {
  /** Breakers that are open or wait for a trial; a model that nobody here knows is `other`. */
  readonly circuits: readonly { readonly provider: string; readonly model: string; readonly trial: boolean }[];
  readonly refusals: LimitRefusals;
  readonly budgets: readonly BudgetFact[];
}

export function addRuleMetrics(registry: Registry, { circuits, refusals, budgets }: RuleFacts): void {
  const registers = [registry];
  const open = new Gauge({
    name: 'keyward_circuits_open',
    help: 'Targets that routes pass over (open) or are about to try again (trial).',
    labelNames: ['provider', 'model', 'state'],
    registers,
  });
  for (const { provider, model, trial } of circuits) open.inc({ provider, model, state: trial ? 'trial' : 'open' });
  const refused = new Counter({
    name: 'keyward_limit_refusals_total',
    help: 'Requests of apps that a limit or budget of this gateway refused.',
    labelNames: ['limit', 'of'],
    registers,
  });
  for (const { limit, of, count } of refusals) refused.inc({ limit, of }, count);
  const used = new Gauge({
    name: 'keyward_budget_used_ratio',
    help: 'Part of a budget that its period has spent; 1 is all of it.',
    labelNames: ['of', 'id', 'name', 'period'],
    registers,
  });
  for (const { of, id, name, period, share } of budgets) used.set({ of, id, name, period }, share);
}
