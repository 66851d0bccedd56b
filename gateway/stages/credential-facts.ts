/**
 * What there is to know of the credentials a caller sent, without the credentials: enough for `identify` to decide by,
 * then and again in a replay, and of no use to anybody who would like to use one. Recorded with the step.
 */
import { z } from 'zod';
import type { Exchange } from '../exchange.ts';
import { placeholderKind, recogniseKey } from '../providers/key-shape.ts';
import { checkGatewayKey, hashGatewayKey, parseGatewayKey } from '../store/gateway-key.ts';
import type { GatewayKey } from '../store/schema.ts';
import { type Credential, findCredentials } from './credential.ts';

export const credentialFactsSchema = z.object({
  /** `header authorization`, `query parameter key`. */
  place: z.string(),
  length: z.number(),
  /** Of an Authorization header: the word before the key, in lower case; empty where there was none. */
  scheme: z.string().optional(),
  form: z.enum(['gateway-key', 'wrapped-gateway-key', 'placeholder', 'provider-key', 'other']),
  /** The public part of a gateway key. */
  id: z.string().optional(),
  /** Whether the checksum of a gateway key fits. */
  whole: z.boolean().optional(),
  /**
   * Which generation of the key it is: keyed (with the home's salt) fingerprint of the hash that the store keeps for it,
   * so that a key rotated since is told from a current one. Only of whole gateway keys.
   */
  generation: z.string().optional(),
  /** Another gateway key than the first one that was sent. */
  differs: z.boolean().optional(),
  /** Name of the provider whose key it looks like. */
  provider: z.string().optional(),
});
export type CredentialFacts = z.infer<typeof credentialFactsSchema>;

type Match = 'current' | 'previous' | 'previous-expired' | 'wrong';

/** The credentials of an exchange as `identify` looks at them. */
export interface Presented {
  readonly facts: readonly CredentialFacts[];
  /** Is the gateway key that was sent this record's? */
  matches(record: GatewayKey, nowMs: number): Match;
}

/** From the request itself: the secret is at hand, and is compared in constant time. */
export function presentedBy(exchange: Exchange, fingerprint: (text: string) => string): Presented {
  const credentials = findCredentials(exchange.request.rawHeaders, exchange.request.url);
  const first = credentials.find(isGatewayKey)?.value;
  const hash = first === undefined ? '' : hashGatewayKey(first);
  return {
    facts: credentials.map((credential) => factsOf(credential, first, hash, fingerprint)),
    matches: (record, nowMs) => (first === undefined ? 'wrong' : checkGatewayKey(record, hash, nowMs)),
  };
}

/** From recorded facts: the generation tells which of a record's secrets it was. */
export function presentedAgain(facts: readonly CredentialFacts[], fingerprint: (text: string) => string): Presented {
  const generation = facts.find(({ form }) => form === 'gateway-key')?.generation;
  return {
    facts,
    matches: (record, nowMs) => {
      if (generation === undefined) return 'wrong';
      if (fingerprint(record.hash) === generation) return 'current';
      if (record.previous === null || fingerprint(record.previous.hash) !== generation) return 'wrong';
      return nowMs < Date.parse(record.previous.until) ? 'previous' : 'previous-expired';
    },
  };
}

/** Facts of a gateway key as an app would send it today; for a replay in another key's name. */
export function factsOfRecord(
  record: GatewayKey,
  place: string,
  fingerprint: (text: string) => string,
): CredentialFacts {
  const bearer = place === 'header authorization' ? { scheme: 'bearer' } : {};
  // kw_, id, _, 43 characters of secret, 6 of checksum: the form that `createGatewayKey` makes.
  const length = `kw_${record.id}_`.length + 49;
  const { id } = record;
  return { place, length, ...bearer, form: 'gateway-key', id, whole: true, generation: fingerprint(record.hash) };
}

function isGatewayKey({ value }: Credential): boolean {
  return value.startsWith('kw_');
}

function factsOf(
  credential: Credential,
  /** The first gateway key that was sent, and its hash. */
  first: string | undefined,
  hash: string,
  fingerprint: (text: string) => string,
): CredentialFacts {
  const { value, from } = credential;
  const place = from === '?key=' ? 'query parameter key' : `header ${from}`;
  const scheme = credential.scheme === undefined ? {} : { scheme: credential.scheme.slice(0, 20) };
  const common = { place, length: value.length, ...scheme };
  if (!isGatewayKey(credential)) return { ...common, ...foreignForm(value) };
  const parsed = parseGatewayKey(value);
  const id = parsed.ok ? parsed.id : /^kw_([A-Za-z0-9]{4,24})_/.exec(value)?.[1];
  const differs = value !== first;
  return {
    ...common,
    form: 'gateway-key',
    ...(id === undefined ? {} : { id }),
    whole: parsed.ok,
    ...(parsed.ok ? { generation: fingerprint(differs ? hashGatewayKey(value) : hash) } : {}),
    ...(differs ? { differs: true } : {}),
  };
}

/** What plainly is no gateway key. */
function foreignForm(value: string): Pick<CredentialFacts, 'form' | 'provider'> {
  const bare = value
    .replace(/^(?:bearer\s+)+/i, '')
    .replace(/^["'\u201c\u201d\u2018\u2019<\s]+|["'\u201c\u201d\u2018\u2019>\s]+$/g, '');
  if (bare !== value && bare.startsWith('kw_')) return { form: 'wrapped-gateway-key' };
  if (placeholderKind(value) ?? placeholderKind(bare)) return { form: 'placeholder' };
  const provider = recogniseKey(bare)[0];
  return provider ? { form: 'provider-key', provider: provider.name } : { form: 'other' };
}
