/**
 * What makes two requests the same question: endpoint, whom it goes to, the body whatever the order of its members, the
 * query and the headers that change meaning. Not: whose question it is, how it is signed, who the end user is said to be.
 */
import type { LeftOut } from '../cache/canonical-json.ts';
import type { Exchange } from '../exchange.ts';
import type { ModelLists } from '../models/listed.ts';
import { findPreset } from '../providers/presets.ts';
import type { Provider, Route } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { resolveAsked } from './resolve-asked.ts';
import { PRACTICE } from './resolve-target.ts';

/** Whom a request goes to, as far as the cache cares. */
export interface Subject {
  /** `route NAME` or `target PROVIDER/MODEL`. */
  readonly name: string;
  readonly route?: Route;
  readonly providers: readonly string[];
}

/** Undefined where it leads nowhere: `route` says why. */
export function subjectOf(
  exchange: Exchange,
  config: ConfigSnapshot,
  lists: ModelLists | undefined,
): Subject | undefined {
  const route = config.routes.get(exchange.askedModel ?? '');
  if (route) {
    return { name: `route ${route.name}`, route, providers: route.targets.map(({ provider }) => provider) };
  }
  const resolution = resolveAsked(exchange, config, lists);
  if (!resolution.ok) return undefined;
  const { providerId, model } = resolution.target;
  return { name: `target ${providerId}/${model ?? ''}`, providers: [providerId] };
}

/** The same again from its name, for judging what was kept earlier. */
export function subjectNamed(name: string, config: ConfigSnapshot): Subject | undefined {
  if (name.startsWith('route ')) {
    const route = config.routes.get(name.slice('route '.length));
    return route && { name, route, providers: route.targets.map(({ provider }) => provider) };
  }
  const target = name.slice('target '.length);
  return { name, providers: [target.slice(0, target.indexOf('/'))] };
}

const shapes = new WeakMap<ConfigSnapshot, Map<string, string>>();
const REMEMBERED_SHAPES = 4096;

/**
 * All of the configuration that could make the answer another one: the route, its providers, their keys. Equal texts, equal
 * answers; undefined where there is nobody to ask any more. `digest` makes it short.
 */
export function shapeOf(
  subject: Subject,
  appId: string,
  config: ConfigSnapshot,
  digest: (text: string) => string,
): string | undefined {
  const known = shapes.get(config) ?? new Map<string, string>();
  shapes.set(config, known);
  const name = `${appId} ${subject.name}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const facts = shapeFacts(subject, appId, config);
  if (!facts) return undefined;
  const shape = digest(JSON.stringify(facts));
  if (known.size < REMEMBERED_SHAPES) known.set(name, shape);
  return shape;
}

function shapeFacts({ route, providers }: Subject, appId: string, config: ConfigSnapshot): unknown {
  const facts: unknown[] = [];
  for (const id of new Set(providers)) {
    const provider = config.providers.get(id);
    if (!provider && id !== PRACTICE) return undefined;
    const keys = (config.keysByProvider.get(id) ?? []).map((key) => [key.id, key.version, key.disabledAt]);
    facts.push([provider && providerFacts(provider), keys]);
  }
  const edits = config.apps.get(appId)?.transform;
  if (!route) return { providers: facts, edits };
  // How long, for whom and how answers are recorded does not change them.
  const {
    cacheTtlMs: _ttl,
    cacheRandom: _random,
    cacheShared: _shared,
    recording: _recording,
    limits: _limits,
    ...asked
  } = route;
  return { route: asked, providers: facts, edits };
}

/** A preset is named by its base URLs too: an update of the product may bring others. */
function providerFacts({ name: _name, createdAt: _created, ...provider }: Provider): unknown {
  return { ...provider, baseUrls: findPreset(provider.preset)?.baseUrls };
}

/** Say who asks or for whom, and are not repeated in the answer. Responses repeats them, so there they count. */
const SAYS_WHO: Readonly<Record<string, LeftOut>> = {
  'openai-chat': [['model'], ['user'], ['safety_identifier'], ['prompt_cache_key']],
  'openai-completions': [['model'], ['user']],
  'openai-embeddings': [['model'], ['user']],
  'openai-images': [['model'], ['user']],
  'anthropic-messages': [['model'], ['metadata', 'user_id']],
  'anthropic-count-tokens': [['model'], ['metadata', 'user_id']],
};
const MODEL_ONLY: LeftOut = [['model']];
const NOTHING: LeftOut = [];

/** The model counts as whom it goes to, under whichever name it was asked. */
export function leftOutOf(exchange: Exchange): LeftOut {
  const { endpoint } = exchange;
  if (endpoint?.modelIn !== 'body') return NOTHING;
  return SAYS_WHO[endpoint.dialect] ?? MODEL_ONLY;
}

const MEANINGFUL = /^(?:anthropic-(?:version|beta)|openai-(?:beta|organization|project)|x-goog-user-project)$/i;

/** Everything of the question but its body. */
export function questionHead(exchange: Exchange, subject: Subject): string {
  const { endpoint, request } = exchange;
  const headers: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] as string;
    if (MEANINGFUL.test(name)) headers.push(`${name.toLowerCase()}: ${request.rawHeaders[at + 1]}`);
  }
  // Repeated lines keep their order among themselves; that of different names means nothing.
  headers.sort((one, other) => {
    const [a, b] = [one.split(':', 1)[0] as string, other.split(':', 1)[0] as string];
    return a < b ? -1 : a > b ? 1 : 0;
  });
  return [endpoint?.name, exchange.stream ? 'stream' : 'whole', subject.name, queryOf(request.url), ...headers].join(
    '\n',
  );
}

/** Parameters by name, without the credential that may stand among them. */
function queryOf(url: string): string {
  const mark = url.indexOf('?');
  if (mark === -1) return '';
  const parameters = new URLSearchParams(url.slice(mark + 1));
  parameters.delete('key');
  parameters.sort();
  return parameters.toString();
}
