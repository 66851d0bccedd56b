/**
 * Which app sent this? Finds the gateway key wherever the contract accepts one and checks it. To a caller without a
 * valid key only what plainly cannot be a gateway key is told; the finer truth goes into the capture for the owner.
 */
import type { Cause } from '../causes.ts';
import type { Evidence, Exchange } from '../exchange.ts';
import { placeholderKind, recogniseKey } from '../providers/key-shape.ts';
import { checkGatewayKey, parseGatewayKey } from '../store/gateway-key.ts';
import type { GatewayKey } from '../store/schema.ts';
import { type Credential, findCredentials } from './credential.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';

const UNKNOWN = 'This gateway does not know that key.';

export function identify(exchange: Exchange, context: StageContext): StageOutcome {
  const credentials = findCredentials(exchange.request.rawHeaders, exchange.request.url);
  if (credentials.length === 0) return missing();
  const gatewayKeys = credentials.filter((credential) => credential.value.startsWith('kw_'));
  const [first, ...others] = gatewayKeys;
  if (!first) return notAGatewayKey(credentials[0] as Credential);
  if (others.some((other) => other.value !== first.value)) {
    return refuse({
      cause: 'key_malformed',
      message: `Two different gateway keys were sent (${gatewayKeys.map(placeOf).join(' and ')}); send one.`,
      evidence: gatewayKeys.map((credential) => ({
        what: 'gateway key',
        where: placeOf(credential),
        value: shapeOf(credential),
      })),
    });
  }
  if (first.scheme !== undefined && first.scheme !== 'bearer') {
    return refuse({
      cause: 'key_malformed',
      message: 'The gateway key must stand behind the word "Bearer" in the Authorization header.',
      evidence: [
        { what: 'scheme', where: placeOf(first), value: first.scheme === '' ? 'none' : first.scheme.slice(0, 20) },
      ],
    });
  }
  return checkKey(exchange, context, first);
}

function checkKey(exchange: Exchange, context: StageContext, credential: Credential): StageOutcome {
  exchange.credentialFrom = placeOf(credential);
  const evidence: Evidence[] = [{ what: 'gateway key', where: placeOf(credential), value: shapeOf(credential) }];
  const parsed = parseGatewayKey(credential.value);
  if (!parsed.ok) {
    return unknownKey('key_malformed', 'The gateway key is mistyped or cut off: its checksum does not fit.', evidence);
  }
  const key = context.config.gatewayKeys.get(parsed.id);
  if (!key) {
    return unknownKey(
      'key_invalid_unknown',
      `No gateway key with the id ${parsed.id} exists here (removed, or of another Keyward).`,
      evidence,
    );
  }
  const match = checkGatewayKey(key, credential.value, context.now());
  if (match === 'wrong') {
    return unknownKey(
      'key_invalid_unknown',
      `The id ${parsed.id} exists here, but the secret behind it is not that key's.`,
      evidence,
    );
  }
  const app = context.config.apps.get(key.app);
  exchange.caller = { gatewayKeyId: key.id, appId: key.app, appName: app?.name ?? key.app, label: key.label };
  if (app?.recording) exchange.recording = app.recording;
  return checkState(key, match, app?.name ?? key.app, context.now(), evidence);
}

/** Whoever holds the whole secret may know what became of it. */
function checkState(
  key: GatewayKey,
  match: 'current' | 'previous' | 'previous-expired',
  appName: string,
  now: number,
  evidence: Evidence[],
): StageOutcome {
  const origin = { from: 'gateway-key' as const, id: key.id };
  if (key.revokedAt !== null) {
    return refuse({
      cause: 'key_revoked',
      message: `This gateway key was revoked on ${key.revokedAt}.`,
      rule: { name: 'gateway-key.revoked', origin, value: key.revokedAt },
      evidence: [...evidence, { what: 'revoked at', where: `gateway key ${key.id}`, value: key.revokedAt }],
    });
  }
  if (match === 'previous-expired') {
    return refuse({
      cause: 'key_revoked',
      message: 'This gateway key was rotated, and the time of grace for the old one is over.',
      rule: { name: 'gateway-key.rotated', origin, value: key.previous?.until },
      evidence: [
        ...evidence,
        { what: 'old key good until', where: `gateway key ${key.id}`, value: key.previous?.until ?? '' },
      ],
    });
  }
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= now) {
    return refuse({
      cause: 'key_expired',
      message: `This gateway key expired on ${key.expiresAt}.`,
      rule: { name: 'gateway-key.expiry', origin, value: key.expiresAt },
      evidence: [...evidence, { what: 'expired at', where: `gateway key ${key.id}`, value: key.expiresAt }],
    });
  }
  const rotated = match === 'previous' ? `; it is the old one of a rotation, good until ${key.previous?.until}` : '';
  return {
    decision: 'passed',
    summary: `Gateway key ${key.id} of app ${appName}, active${key.expiresAt ? ` until ${key.expiresAt}` : ''}${rotated}.`,
    rule: { name: 'gateway-key', origin },
    output: { app: appName, gatewayKey: key.id },
  };
}

function missing(): StageOutcome {
  return refuse({
    cause: 'key_missing',
    message: 'No gateway key was sent. Put one in the Authorization header, behind the word "Bearer".',
    evidence: [{ what: 'credential', where: 'request headers', value: 'none' }],
  });
}

/** What can be told without helping anybody guess: it is no gateway key at all. */
function notAGatewayKey(credential: Credential): StageOutcome {
  const { value } = credential;
  const evidence = [{ what: 'credential', where: placeOf(credential), value: shapeOf(credential) }];
  const bare = value
    .replace(/^(?:bearer\s+)+/i, '')
    .replace(/^["'\u201c\u201d\u2018\u2019<\s]+|["'\u201c\u201d\u2018\u2019>\s]+$/g, '');
  if (bare !== value && bare.startsWith('kw_')) {
    return refuse({
      cause: 'key_malformed',
      message: 'The gateway key has quotes, a second "Bearer" or other characters around it; send the key alone.',
      evidence,
    });
  }
  if (placeholderKind(value) ?? placeholderKind(bare)) {
    return refuse({
      cause: 'key_malformed',
      message: 'A placeholder was sent in place of a gateway key; put the real key there.',
      evidence,
    });
  }
  const provider = recogniseKey(bare)[0];
  if (provider) {
    return refuse({
      cause: 'key_wrong_provider',
      message: `A key of ${provider.name} was sent; this address wants a gateway key (kw_…). Store the provider's key in Keyward and use a gateway key here.`,
      evidence: [...evidence, { what: 'shaped like a key of', where: placeOf(credential), value: provider.name }],
    });
  }
  return refuse({
    cause: 'key_invalid_unknown',
    message: UNKNOWN,
    ownerMessage: 'The credential that was sent is no gateway key (those start with kw_).',
    evidence,
  });
}

function unknownKey(ownerCause: Cause, ownerMessage: string, evidence: Evidence[]): StageOutcome {
  return refuse({ cause: 'key_invalid_unknown', message: UNKNOWN, ownerCause, ownerMessage, evidence });
}

function placeOf(credential: Credential): string {
  return credential.from === '?key=' ? 'query parameter key' : `header ${credential.from}`;
}

/** Enough to recognise a key by, not to use it: its public id and length for ours, length alone for others. */
function shapeOf({ value }: Credential): string {
  const id = /^kw_([A-Za-z0-9]{4,24})_/.exec(value)?.[1];
  return id ? `kw_${id}_…, ${value.length} characters` : `${value.length} characters`;
}
