/** Finding records by what people call them. Pure. */
import { nearestNames } from '../providers/catalogue.ts';
import type { App, Document, GatewayKey, Provider, ProviderKey } from '../store/schema.ts';
import { Problem } from './problem.ts';

/** NOT_FOUND with the nearest name there is. `next` is what to do when there is none near. */
export function notFound(kind: string, asked: string, known: Iterable<string>, next: string): Problem {
  const [nearest] = nearestNames(asked, known, 1);
  return new Problem(
    'NOT_FOUND',
    `There is no ${kind} "${clip(asked)}" here.`,
    nearest === undefined ? next : `Did you mean "${nearest}"? ${next}`,
  );
}

type Records = Pick<Document, 'providers' | 'providerKeys' | 'apps' | 'gatewayKeys'>;

export function findProviderRecord(document: Records, id: string): Provider {
  const provider = document.providers.find((each) => each.id === id);
  if (provider) return provider;
  const known = document.providers.map((each) => each.id);
  throw notFound('provider', id, known, '`keyward providers list` shows those that are set up.');
}

/** By id, else by a label or last four characters that only one key has. */
export function findProviderKey(document: Records, asked: string): ProviderKey {
  const keys = document.providerKeys;
  const byId = keys.find((key) => key.id === asked);
  if (byId) return byId;
  const named = keys.filter((key) => key.label === asked || key.lastFour === asked);
  if (named.length === 1) return named[0] as ProviderKey;
  if (named.length > 1)
    throw ambiguous(
      'provider key',
      asked,
      named.map((key) => `${key.id} (${key.provider})`),
    );
  throw notFound(
    'provider key',
    asked,
    keys.flatMap((key) => [key.id, key.label]),
    '`keyward keys list` shows the keys there are.',
  );
}

/** By id, else by name; case counts only where it tells two apart. */
export function findApp(document: Records, asked: string): App {
  const byId = document.apps.find((app) => app.id === asked);
  if (byId) return byId;
  const exact = document.apps.filter((app) => app.name === asked);
  const named = exact.length > 0 ? exact : document.apps.filter((app) => sameName(app.name, asked));
  if (named.length === 1) return named[0] as App;
  if (named.length > 1) {
    throw ambiguous(
      'app',
      asked,
      named.map((app) => `${app.id}${app.owner ? ` (of ${app.owner})` : ''}`),
    );
  }
  throw notFound(
    'app',
    asked,
    document.apps.map((app) => app.name),
    'Add it with `keyward apps add NAME`.',
  );
}

/** By public id, with or without what surrounds it in a whole key. */
export function findGatewayKey(document: Records, asked: string): GatewayKey {
  const id = /^kw_([a-z0-9]+)/.exec(asked)?.[1] ?? asked;
  const byId = document.gatewayKeys.find((key) => key.id === id);
  if (byId) return byId;
  const named = document.gatewayKeys.filter((key) => key.label !== '' && key.label === asked);
  if (named.length === 1) return named[0] as GatewayKey;
  if (named.length > 1)
    throw ambiguous(
      'gateway key',
      asked,
      named.map((key) => key.id),
    );
  throw notFound(
    'gateway key',
    id,
    document.gatewayKeys.map((key) => key.id),
    '`keyward gateway-keys list` shows the keys there are.',
  );
}

export function sameName(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { sensitivity: 'accent' }) === 0;
}

function ambiguous(kind: string, asked: string, ids: readonly string[]): Problem {
  return new Problem(
    'CONFLICT',
    `"${clip(asked)}" names more than one ${kind}: ${ids.slice(0, 5).join(', ')}.`,
    'Give the id of the one that is meant.',
  );
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
