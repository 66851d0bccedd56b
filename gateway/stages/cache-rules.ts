/** Whether, how long and for whom answers to an exchange are kept, and what in the request itself forbids it. Pure. */

import type { Exchange, Rule, RuleOrigin } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { Route, Settings } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';

export interface CacheRule {
  readonly ttlMs: number;
  /** One app may be given another's answer. */
  readonly shared: boolean;
  /** Also what would come out differently each time: requests with a temperature, answers that call tools, pictures. */
  readonly random: boolean;
  readonly rule: Rule;
}

/** What a route says goes before the settings, each point by itself. Undefined: the cache is not switched on. */
export function cacheRule(route: Route | undefined, settings: Settings): CacheRule | undefined {
  const { cache } = settings;
  const own = route?.cacheTtlMs;
  const ttlMs = own ?? cache.ttlMs;
  if (ttlMs === 0) return undefined;
  const origin: RuleOrigin =
    own === undefined ? { from: 'settings', path: 'cache.ttlMs' } : { from: 'route', name: route?.name ?? '' };
  return {
    ttlMs,
    shared: route?.cacheShared ?? cache.shared,
    random: route?.cacheRandom ?? cache.random,
    rule: { name: 'cache.ttl', origin, value: ttlMs },
  };
}

const switchedOn = new WeakMap<ConfigSnapshot, boolean>();

/** Whether any request could be answered from the cache; asked of every request, worked out once for each configuration. */
export function cachesAtAll(config: ConfigSnapshot): boolean {
  let known = switchedOn.get(config);
  if (known === undefined) {
    known =
      config.settings.cache.ttlMs > 0 || [...config.routes.values()].some(({ cacheTtlMs }) => (cacheTtlMs ?? 0) > 0);
    switchedOn.set(config, known);
  }
  return known;
}

/** A reason, as the end of a sentence that begins "Not cached: ". */
export interface Hindrance {
  readonly why: string;
  readonly where: string;
  readonly value: string;
}

/** What in the request forbids that its answer be kept or given again. */
export function hindranceOf(exchange: Exchange, rule: CacheRule): Hindrance | undefined {
  const { endpoint, request } = exchange;
  const control = directives(exchange);
  if (control.has('no-store')) {
    return { why: 'the request asks for it (no-store).', where: 'header cache-control', value: 'no-store' };
  }
  if (endpoint?.modelIn === 'multipart') {
    return { why: 'uploads are not.', where: 'request body', value: 'multipart/form-data' };
  }
  if (request.method !== 'POST' || exchange.json === undefined) {
    return { why: 'this kind of request is not.', where: 'request line', value: request.method };
  }
  return stateful(exchange) ?? (rule.random ? undefined : random(exchange));
}

/** Requests that do something besides being answered. */
function stateful(exchange: Exchange): Hindrance | undefined {
  const json = exchange.json as Record<string, unknown>;
  const why = 'the request changes something at the provider, which a kept answer would not.';
  switch (exchange.endpoint?.dialect) {
    case 'openai-responses': {
      if (json.conversation) return { why, where: '/conversation', value: 'set' };
      return json.background === true ? { why, where: '/background', value: 'true' } : undefined;
    }
    case 'openai-chat':
      return json.store === true ? { why, where: '/store', value: 'true' } : undefined;
    default:
      return undefined;
  }
}

/**
 * A temperature above zero asks, in so many words, for another answer each time, unless a seed asks for the same one. None
 * at all is left to the provider, and to whoever switched the cache on.
 */
function random(exchange: Exchange): Hindrance | undefined {
  const json = exchange.json as Record<string, unknown>;
  if (exchange.endpoint?.dialect === 'openai-images') {
    return { why: 'pictures come out differently each time.', where: 'request line', value: 'images' };
  }
  const gemini = exchange.endpoint?.dialect === 'gemini-generate';
  const options = gemini ? ((json.generationConfig ?? json.generation_config) as Record<string, unknown>) : json;
  const temperature = options?.temperature;
  if (typeof temperature !== 'number' || temperature <= 0 || typeof options?.seed === 'number') return undefined;
  return {
    why: 'the request asks for chance (a temperature above 0 without a seed).',
    where: gemini ? '/generationConfig/temperature' : '/temperature',
    value: String(temperature),
  };
}

/** The oldest answer that the request takes, in ms: 0 asks for a fresh one. */
export function oldestTaken(exchange: Exchange, ttlMs: number): number {
  const control = directives(exchange);
  if (control.has('no-cache')) return 0;
  const maxAge = Number(control.get('max-age') ?? Number.NaN);
  return Number.isFinite(maxAge) && maxAge >= 0 ? Math.min(ttlMs, maxAge * 1000) : ttlMs;
}

const NO_DIRECTIVES: ReadonlyMap<string, string> = new Map();

function directives(exchange: Exchange): ReadonlyMap<string, string> {
  const { rawHeaders } = exchange.request;
  const value = headerValue(rawHeaders, 'cache-control') ?? headerValue(rawHeaders, 'pragma');
  return value === undefined ? NO_DIRECTIVES : cacheDirectives(value);
}

/** `cache-control` as names and values, lower case (RFC 9111 §5.2). */
export function cacheDirectives(value: string): ReadonlyMap<string, string> {
  return new Map(
    value.split(',').map((part): [string, string] => {
      const [name = '', argument = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), argument.trim().replace(/^"|"$/g, '')];
    }),
  );
}
