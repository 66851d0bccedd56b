/** The canonical form as a prediction. Source: replicate.com/docs/reference/http (predictions.create), input-fields.ts. */
import { versionOf } from '../../providers/replicate.ts';
import type { TargetFacts } from '../canonical/adapter.ts';
import { budgetOfEffort, effortOf } from '../canonical/effort.ts';
import { checkForeign, checkTarget, dropExtra, samplingName } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import { createLosses, type Losses, type Result } from '../canonical/losses.ts';
import type { CanonicalRequest, Fields, ProviderDialect, Sampling } from '../canonical/request.ts';
import { buildPrompt } from './build-prompt.ts';
import { type InputFields, inputFields } from './input-fields.ts';

const OWN: ProviderDialect = 'replicate-predictions';
const NO_INPUT = 'This model has no such input on Replicate.';

/** The wire body, or a refusal. */
export function buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields> {
  const losses = createLosses();
  const fields = inputFields(target.model);
  checkForeign(request, OWN, losses);
  checkTarget(request, target, losses);
  refuseTools(request, losses);
  if (!fields.known) {
    const why =
      'The inputs of this model are not known here: common names are used, and what it does not know it ignores.';
    losses.add('defaulted', 'model', why);
  }
  // Who it is stays untold.
  if (request.userId !== undefined) losses.add('dropped', 'user', 'Replicate has no such field.');
  if (request.serviceTier !== undefined && request.serviceTier !== 'auto')
    losses.add('dropped', 'service_tier', 'Replicate has no such tier.', request.serviceTier);
  dropExtra(request.metadata, 'metadata', request.from, OWN, losses);
  const input = defined({
    ...buildPrompt(request, fields, losses),
    [fields.maxTokens]: maxTokens(request.maxTokens, fields, losses),
    ...buildSampling(request.sampling, fields, losses),
    ...buildStop(request.stopSequences ?? [], fields, losses),
    ...buildThinking(request, fields, losses),
    ...buildVerbosity(request.verbosity, fields, losses),
  });
  const version = versionOf(target.model);
  return losses.close<Fields>(defined({ version, input, stream: request.stream ? true : undefined }));
}

function refuseTools(request: CanonicalRequest, losses: Losses): void {
  if (request.tools.length === 0) return;
  if (request.toolChoice?.type === 'none') {
    losses.add('dropped', 'tools', 'Models on Replicate call no tools, and none was to be called.');
    return;
  }
  losses.refuse('tools', 'Models on Replicate take a prompt and give a text; they cannot call tools.');
}

function maxTokens(wish: number | undefined, fields: InputFields, losses: Losses): number | undefined {
  const { leastTokens, maxTokens: name } = fields;
  if (wish === undefined || leastTokens === undefined || wish >= leastTokens) return wish;
  losses.add('clamped', 'max_tokens', `This model's ${name} begins at ${leastTokens}.`, wish, leastTokens);
  return leastTokens;
}

function buildSampling(sampling: Sampling, fields: InputFields, losses: Losses): Fields {
  const input: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(sampling) as [keyof Sampling, number | boolean | undefined][]) {
    if (value === undefined || (key === 'n' && value === 1)) continue;
    const name = fields.sampling[key];
    if (name !== undefined) input[name] = value;
    else if (key === 'logprobs' && value === true)
      losses.refuse('logprobs', 'Models on Replicate give no log probabilities.');
    else losses.add('dropped', samplingName(key), NO_INPUT, value);
  }
  return input;
}

function buildStop(stops: readonly string[], fields: InputFields, losses: Losses): Fields {
  if (stops.length === 0) return {};
  if (fields.stop === undefined) {
    losses.refuse('stop', 'This model takes no stop sequences on Replicate.');
    return {};
  }
  if (stops.some((stop) => stop.includes(',')))
    losses.refuse('stop', 'On Replicate stop sequences are parted by commas, so that none can hold one.');
  return { [fields.stop]: stops.join(',') };
}

function buildThinking({ reasoning: wish, from }: CanonicalRequest, fields: InputFields, losses: Losses): Fields {
  if (wish === undefined) return {};
  dropExtra(wish.extra, 'thinking', from, OWN, losses);
  const effort = effortOf(wish);
  const on = wish.mode !== 'off' && effort !== 'none';
  if (fields.effort !== undefined && effort !== undefined) return { [fields.effort]: effort };
  if (fields.thinkingBudget === undefined) {
    if (on) losses.add('dropped', 'thinking', NO_INPUT, effort);
    return {};
  }
  if (!on)
    return fields.thinkingSwitch === undefined ? { [fields.thinkingBudget]: 0 } : { [fields.thinkingSwitch]: false };
  const budget = wish.budgetTokens ?? (effort === undefined ? undefined : budgetOfEffort(effort));
  if (wish.budgetTokens === undefined && budget !== undefined)
    losses.add('renamed', 'reasoning_effort', 'The model takes a budget of tokens.', effort, budget);
  return defined({
    ...(fields.thinkingSwitch === undefined ? {} : { [fields.thinkingSwitch]: true }),
    [fields.thinkingBudget]: budget,
  });
}

function buildVerbosity(wish: string | undefined, fields: InputFields, losses: Losses): Fields {
  if (wish === undefined) return {};
  if (fields.verbosity !== undefined) return { [fields.verbosity]: wish };
  losses.add('dropped', 'verbosity', NO_INPUT, wish);
  return {};
}
