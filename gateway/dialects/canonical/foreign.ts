/**
 * What every builder asks of a request that came in another dialect: is there something only that dialect can do, and
 * which of its unknown fields stay behind? And what every builder asks of its target. Pure but for the ledger it fills.
 */
import type { TargetFacts } from './adapter.ts';
import type { Losses } from './losses.ts';
import type { CanonicalRequest, Fields, ProviderDialect } from './request.ts';

/** Fills the ledger with what another dialect's request holds that `own` cannot say; refuses what would change it. */
export function checkForeign(request: CanonicalRequest, own: ProviderDialect, losses: Losses): void {
  if (request.from === own) return;
  for (const { param, why } of request.onlyHere) losses.refuse(param, why);
  const n = request.sampling.n;
  if (n !== undefined && n > 1) {
    losses.refuse('n', `${n} answers to one request cannot be translated from ${request.from} to ${own}; ask for one.`);
  }
  dropExtra(request.extra, '', request.from, own, losses);
}

/** The fields of `extra` for their own dialect; for any other they are listed as dropped and nothing is returned. */
export function dropExtra(
  extra: Fields | undefined,
  at: string,
  from: ProviderDialect,
  own: ProviderDialect,
  losses: Losses,
): Fields | undefined {
  if (extra === undefined || from === own) return extra;
  for (const [name, value] of Object.entries(extra)) {
    // Nobody but OpenAI stores answers: the wish not to is granted.
    if (name === 'store' && value === false) continue;
    // A text in a field that nobody here knows may be a key or a person: it is not told.
    const told = typeof value === 'string' ? undefined : value;
    losses.add('dropped', at === '' ? name : `${at}.${name}`, `${own} has no field for it.`, told);
  }
  return undefined;
}

/** Refuses what the target's model is known not to do. */
export function checkTarget(request: CanonicalRequest, target: TargetFacts, losses: Losses): void {
  if (target.images === false) {
    for (const message of request.messages) {
      if (message.parts.some((part) => part.type === 'image')) {
        losses.refuse(message.at, `${target.model} reads text only, and this message holds an image.`);
      }
    }
  }
  if (target.tools === false && request.tools.length > 0 && request.toolChoice?.type !== 'none') {
    losses.refuse('tools', `${target.model} cannot call tools.`);
  }
  if (target.jsonSchema === false && request.responseFormat?.type === 'json-schema') {
    losses.refuse('response_format', `${target.model} cannot keep to a JSON schema.`);
  }
}

/** Lists numbers that the target has no field for. */
export function dropSampling(
  request: CanonicalRequest,
  names: readonly (keyof CanonicalRequest['sampling'])[],
  own: ProviderDialect,
  losses: Losses,
): void {
  for (const name of names) {
    const value = request.sampling[name];
    if (value !== undefined) losses.add('dropped', samplingName(name), `${own} has no such parameter.`, value);
  }
}

/** OpenAI's name of a number, in which ledgers speak of it. */
export function samplingName(name: keyof CanonicalRequest['sampling']): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
