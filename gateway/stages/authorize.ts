/** May this gateway key do this: endpoint, provider, model, asserted user? Reads the key's scope, nothing else. */
import type { Exchange } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { GatewayKey } from '../store/schema.ts';
import { resolveAsked } from './resolve-asked.ts';
import { findProvider, targetsOfRoute } from './resolve-target.ts';
import { closedBy, matches, namesOf } from './scope.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';

export function authorize(exchange: Exchange, context: StageContext): StageOutcome {
  const key = context.config.gatewayKeys.get(exchange.caller?.gatewayKeyId ?? '');
  if (!key) throw new Error('authorize before identify');
  return checkUser(exchange, key) ?? checkEndpoint(exchange, key) ?? checkTarget(exchange, key, context) ?? passed(key);
}

function passed(key: GatewayKey): StageOutcome {
  const { providers, models, endpoints } = key.scope;
  const limited = providers || models || endpoints || key.users.length > 0;
  return {
    decision: 'passed',
    summary: limited
      ? 'Everything asked for lies within the scope of the gateway key.'
      : 'This gateway key may do everything.',
    rule: { name: 'scope', origin: { from: 'gateway-key', id: key.id }, value: key.scope },
  };
}

/** Only where the key is bound to users is the asserted one compared (contract, "User binding"). */
function checkUser(exchange: Exchange, key: GatewayKey): StageOutcome | undefined {
  const asserted = assertedUser(exchange);
  if (asserted) exchange.userAsserted = asserted;
  if (key.users.length === 0) return undefined;
  const rule = { name: 'users', origin: { from: 'gateway-key' as const, id: key.id }, value: key.users };
  if (!asserted) {
    return refuse({
      cause: 'key_mismatch',
      message: 'This gateway key is bound to named users, and the request names none (send x-keyward-user).',
      rule,
      evidence: [{ what: 'user asserted', where: 'request', value: 'none' }],
    });
  }
  if (key.users.includes(asserted.value)) return undefined;
  return refuse({
    cause: 'key_mismatch',
    message: 'This gateway key belongs to another user than the request names.',
    ownerMessage: `The request names user "${clip(asserted.value)}" (${asserted.from}); this gateway key is bound to ${key.users.join(', ')}.`,
    rule,
    evidence: [{ what: 'user asserted', where: asserted.from, value: clip(asserted.value) }],
  });
}

/** Precedence: `x-keyward-user`, `safety_identifier`, `user`, `metadata.user_id`. */
function assertedUser(exchange: Exchange): { value: string; from: string } | undefined {
  const header = headerValue(exchange.request.rawHeaders, 'x-keyward-user');
  if (header) return { value: header, from: 'header x-keyward-user' };
  const json = exchange.json as Record<string, unknown> | undefined;
  if (!json) return undefined;
  for (const name of ['safety_identifier', 'user']) {
    const value = json[name];
    if (typeof value === 'string' && value !== '') return { value, from: `/${name}` };
  }
  const userId = (json.metadata as Record<string, unknown> | null | undefined)?.user_id;
  return typeof userId === 'string' && userId !== '' ? { value: userId, from: '/metadata/user_id' } : undefined;
}

function checkEndpoint(exchange: Exchange, key: GatewayKey): StageOutcome | undefined {
  const name = exchange.endpoint?.name ?? '';
  const allowed = key.scope.endpoints;
  if (!allowed || allowed.some((pattern) => matches(pattern, name))) return undefined;
  return refuse({
    cause: 'permission_missing',
    message: `This gateway key may not use ${name}.`,
    ownerMessage: `The gateway key's scope allows the endpoints ${allowed.join(', ')}; the request is for ${name}.`,
    rule: { name: 'scope.endpoints', origin: { from: 'gateway-key', id: key.id }, value: allowed },
    evidence: [{ what: 'endpoint', where: 'request line', value: name }],
  });
}

function checkTarget(exchange: Exchange, key: GatewayKey, context: StageContext): StageOutcome | undefined {
  const { providers, models } = key.scope;
  if (!providers && !models) return undefined;
  const targets = scopeTargets(exchange, context);
  const target = targets[0];
  if (!target) return undefined;
  // Of a route, what is left within the scope may answer; `route` leaves the rest out.
  const closures = targets.map(({ providerId, names }) => closedBy(key.scope, providerId, names));
  const closed = closures[0];
  if (!closed || closures.includes(undefined)) return undefined;
  if (closed === 'providers') {
    // A caller that asked for a model alone is told of the model: it knows nothing of the provider behind it.
    const { askedModel, endpoint } = exchange;
    const named =
      endpoint?.name === 'raw' || askedModel?.startsWith(`${target.providerId}/`) || askedModel === undefined;
    return refuse({
      cause: 'permission_missing',
      message: named
        ? `This gateway key may not use provider ${target.providerId}.`
        : `No provider that this gateway key may use serves ${clip(askedModel)} here.`,
      ownerMessage: `The gateway key's scope allows the providers ${providers?.join(', ')}; this request goes to ${target.providerId}.`,
      rule: { name: 'scope.providers', origin: { from: 'gateway-key', id: key.id }, value: providers },
      evidence: [{ what: 'provider', where: 'model', value: target.providerId }],
    });
  }
  const asked = exchange.askedModel;
  return refuse({
    cause: asked === undefined ? 'permission_missing' : 'model_no_access',
    message:
      asked === undefined
        ? exchange.endpoint?.name === 'raw'
          ? 'This gateway key is limited to certain models, so raw access is closed to it.'
          : 'This gateway key is limited to certain models, and the request names none: name one of them.'
        : `This gateway key may not use model ${clip(asked)}.`,
    ownerMessage: `The gateway key's scope allows the models ${models?.join(', ')}${asked === undefined ? '' : `; the request asks for ${clip(asked)}`}.`,
    rule: { name: 'scope.models', origin: { from: 'gateway-key', id: key.id }, value: models },
    evidence: [{ what: 'model', where: '/model', value: clip(asked ?? 'none') }],
    param: 'model',
  });
}

/** Where it may go, with the names that a model pattern may match. Empty where `route` will refuse anyway. */
function scopeTargets(exchange: Exchange, { config, lists }: StageContext): { providerId: string; names: string[] }[] {
  const { endpoint, askedModel } = exchange;
  if (endpoint?.name === 'raw') {
    const found = findProvider(endpoint.provider ?? '', config);
    return found ? [{ providerId: found.providerId, names: [] }] : [];
  }
  if (endpoint?.dialect === 'openai-models') return [];
  const resolution = resolveAsked(exchange, config, lists);
  if (!resolution.ok) return [];
  const { target } = resolution;
  const targets = target.routeName === undefined ? [target] : targetsOfRoute(target.routeName, config).found;
  return targets.map((each) => ({ providerId: each.providerId, names: namesOf(each, askedModel) }));
}

function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
