/** Chooses the targets: provider, model and provider key, and their order; says by which rule, and what is missing. */
import type { Exchange } from '../exchange.ts';
import { listEvidence, listsInWords } from '../models/list-words.ts';
import { nearestNames } from '../providers/catalogue.ts';
import { FactsLog } from '../routing/facts-log.ts';
import { policyFor } from '../routing/policy.ts';
import { NO_FACTS } from '../routing/routing-facts.ts';
import { entriesOf, planOf, planPassed, type RouteResult } from './plan.ts';
import { planRoute } from './plan-route.ts';
import { resolveAsked } from './resolve-asked.ts';
import { findProvider, type ResolvedTarget } from './resolve-target.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';
import { usableTarget } from './usable-target.ts';

export function route(exchange: Exchange, context: StageContext): RouteResult {
  const resolved = resolve(exchange, context);
  if (!resolved.target) return { outcome: resolved.outcome as StageOutcome };
  const { target } = resolved;
  exchange.routeName = target.routeName;
  const log = new FactsLog(context.routing ?? NO_FACTS);
  if (target.routeName !== undefined) return planRoute(exchange, context.config, target.routeName, log);
  const usable = usableTarget(target, context.config, log, exchange.receivedAt);
  if (!usable.ok) return { outcome: usable.outcome };
  const plan = planOf(entriesOf([usable]), policyFor(undefined, context.config.settings));
  return { plan, outcome: planPassed(plan, log) };
}

function resolve(
  exchange: Exchange,
  { config, lists }: StageContext,
): { target?: ResolvedTarget; outcome?: StageOutcome } {
  const { endpoint, askedModel } = exchange;
  if (endpoint?.name === 'raw') {
    const name = endpoint.provider ?? '';
    const found = findProvider(name, config);
    if (found)
      return { target: { ...found, rule: { name: 'raw', origin: { from: 'request', where: 'path' }, value: name } } };
    const nearest = nearestNames(name, config.providers.keys());
    const hint = nearest.length > 0 ? ` Did you mean /p/${nearest[0]}/…?` : '';
    return {
      outcome: refuse({
        cause: 'gateway_config',
        message: `No provider called "${name.slice(0, 120)}" is set up in this gateway.${hint}`,
        evidence: [{ what: 'provider asked for', where: 'path', value: name.slice(0, 120) }],
      }),
    };
  }
  const resolution = resolveAsked(exchange, config, lists);
  if (resolution.ok) return { target: resolution.target };
  return {
    outcome: refuse({
      cause: resolution.cause,
      message: resolution.message,
      ...(resolution.missing ? { ownerMessage: `${resolution.message} ${listsInWords(resolution.missing)}` } : {}),
      param: 'model',
      rule: resolution.rule,
      evidence: [
        { what: 'model asked for', where: '/model', value: (askedModel ?? '').slice(0, 120) },
        ...resolution.nearest.map((name) => ({ what: 'nearest name here', where: 'model catalogue', value: name })),
        ...(resolution.missing ? listEvidence(resolution.missing) : []),
      ],
    }),
  };
}
