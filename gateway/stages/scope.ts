/** What a gateway key's scope says about one target. Pure; `authorize` asks it of a request, `route` of each target of a route. */
import type { GatewayKey } from '../store/schema.ts';
import type { ResolvedTarget } from './resolve-target.ts';

/** Names that a model pattern may match: the one asked for, and `provider/model`. */
export function namesOf({ providerId, model, routeName }: ResolvedTarget, asked: string | undefined): string[] {
  if (asked === undefined) return [];
  return [routeName ?? asked, `${providerId}/${model}`];
}

/** What stands against it; undefined where nothing does. */
export function closedBy(
  { providers, models }: GatewayKey['scope'],
  providerId: string,
  names: readonly string[],
): 'providers' | 'models' | undefined {
  if (providers && !providers.includes(providerId)) return 'providers';
  // A raw request names no model, so a key that is limited to models cannot be held to its limits there.
  if (models && !names.some((name) => models.some((pattern) => matches(pattern, name)))) return 'models';
  return undefined;
}

/** `*` matches any run of characters; everything else is literal. */
export function matches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const parts = pattern.split('*');
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return position <= text.length - last.length;
}
