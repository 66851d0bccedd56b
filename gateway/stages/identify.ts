/**
 * Which app sent this? Decides by the facts of the credentials, the configuration and the clock; the secret itself is
 * looked at elsewhere (credential-facts.ts), so that a replay decides again without it. To a caller without a valid key
 * only what plainly cannot be a gateway key is told; the finer truth goes into the capture for the owner.
 */
import type { Cause } from '../causes.ts';
import type { Evidence, Exchange, Family } from '../exchange.ts';
import type { GatewayKey } from '../store/schema.ts';
import type { CredentialFacts, Presented } from './credential-facts.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';

const UNKNOWN = 'This gateway does not know that key.';

export function identify(exchange: Exchange, context: StageContext, presented: Presented): StageOutcome {
  const { facts } = presented;
  const outcome = decide(exchange, context, presented);
  return facts.length === 0 ? outcome : { ...outcome, input: { credentials: facts } };
}

function decide(exchange: Exchange, context: StageContext, presented: Presented): StageOutcome {
  const { facts } = presented;
  if (facts.length === 0) return missing(exchange.endpoint?.family);
  const gatewayKeys = facts.filter(({ form }) => form === 'gateway-key');
  const [first] = gatewayKeys;
  if (!first) return notAGatewayKey(facts[0] as CredentialFacts);
  if (gatewayKeys.some(({ differs }) => differs)) {
    return refuse({
      cause: 'key_malformed',
      message: `Two different gateway keys were sent (${gatewayKeys.map(({ place }) => place).join(' and ')}); send one.`,
      evidence: gatewayKeys.map((key) => ({ what: 'gateway key', where: key.place, value: shapeOf(key) })),
    });
  }
  if (first.scheme !== undefined && first.scheme !== 'bearer') {
    return refuse({
      cause: 'key_malformed',
      message: 'The gateway key must stand behind the word "Bearer" in the Authorization header.',
      evidence: [{ what: 'scheme', where: first.place, value: first.scheme === '' ? 'none' : first.scheme }],
    });
  }
  return checkKey(exchange, context, first, presented);
}

function checkKey(
  exchange: Exchange,
  context: StageContext,
  sent: CredentialFacts,
  presented: Presented,
): StageOutcome {
  exchange.credentialFrom = sent.place;
  const evidence: Evidence[] = [{ what: 'gateway key', where: sent.place, value: shapeOf(sent) }];
  if (!sent.whole) {
    return unknownKey('key_malformed', 'The gateway key is mistyped or cut off: its checksum does not fit.', evidence);
  }
  const key = context.config.gatewayKeys.get(sent.id ?? '');
  if (!key) {
    return unknownKey(
      'key_invalid_unknown',
      `No gateway key with the id ${sent.id} exists here (removed, or of another Keyward).`,
      evidence,
    );
  }
  const match = presented.matches(key, context.now());
  if (match === 'wrong') {
    return unknownKey(
      'key_invalid_unknown',
      `The id ${sent.id} exists here, but the secret behind it is not that key's.`,
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
      message: `This gateway key was replaced by a newer one and is no longer good (since ${key.previous?.until ?? 'then'}); use the new one.`,
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

/** Where each dialect's own clients put their key. */
const USUAL_PLACE: Readonly<Partial<Record<Family, string>>> = {
  anthropic: 'the x-api-key header (or in Authorization, behind the word "Bearer")',
  gemini: 'the x-goog-api-key header (or in the query, as ?key=)',
};

function missing(family: Family | undefined): StageOutcome {
  const place = USUAL_PLACE[family ?? 'openai'] ?? 'the Authorization header, behind the word "Bearer"';
  return refuse({
    cause: 'key_missing',
    message: `No gateway key was sent. Put one in ${place}.`,
    evidence: [{ what: 'credential', where: 'request headers', value: 'none' }],
  });
}

/** What can be told without helping anybody guess: it is no gateway key at all. */
function notAGatewayKey(sent: CredentialFacts): StageOutcome {
  const evidence = [{ what: 'credential', where: sent.place, value: shapeOf(sent) }];
  switch (sent.form) {
    case 'wrapped-gateway-key':
      return refuse({
        cause: 'key_malformed',
        message: 'The gateway key has quotes, a second "Bearer" or other characters around it; send the key alone.',
        evidence,
      });
    case 'placeholder':
      return refuse({
        cause: 'key_malformed',
        message: 'A placeholder was sent in place of a gateway key; put the real key there.',
        evidence,
      });
    case 'provider-key':
      return refuse({
        cause: 'key_wrong_provider',
        message: `A key of ${sent.provider} was sent; this address wants a gateway key (kw_…). Store the provider's key in Keyward and use a gateway key here.`,
        evidence: [...evidence, { what: 'shaped like a key of', where: sent.place, value: sent.provider ?? '' }],
      });
    default:
      return refuse({
        cause: 'key_invalid_unknown',
        message: UNKNOWN,
        ownerMessage: 'The credential that was sent is no gateway key (those start with kw_).',
        evidence,
      });
  }
}

function unknownKey(ownerCause: Cause, ownerMessage: string, evidence: Evidence[]): StageOutcome {
  return refuse({ cause: 'key_invalid_unknown', message: UNKNOWN, ownerCause, ownerMessage, evidence });
}

/** Enough to recognise a key by, not to use it: its public id and length for ours, length alone for others. */
function shapeOf({ form, id, length }: CredentialFacts): string {
  return form === 'gateway-key' && id !== undefined ? `kw_${id}_…, ${length} characters` : `${length} characters`;
}
