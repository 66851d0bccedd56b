/**
 * Looks at a credential (or the stand-in a record holds, or the masked one a provider echoes) for what is wrong with its
 * shape. Says nothing about keys that look right: the shape cannot tell an expired key from a good one.
 */
import { isIssuedFor, type KeyForm, keyForms, MANDATORY_PREFIX } from './key-forms.ts';

const KEY_FLAWS = [
  'empty',
  'quoted',
  'line-break',
  'stray-space',
  'invisible-character',
  'doubled-scheme',
  'no-scheme',
  'placeholder',
  'unexpanded-variable',
  'programming-literal',
  'url',
  'not-a-key',
  'too-short',
  'two-keys',
  'other-provider',
  'wrong-kind',
  'session-token',
] as const;

export type KeyFlaw = (typeof KEY_FLAWS)[number];

/** Flaws seen while the credential was at hand, as a capture kept them; names unknown to this version are passed over. */
export function recordedFlaws(
  seen: readonly { readonly flaw: string; readonly where: string; readonly says: string; readonly shown: string }[],
): KeyFinding[] {
  return seen.flatMap((one) => {
    const flaw = KEY_FLAWS.find((known) => known === one.flaw);
    return flaw ? [{ ...one, flaw }] : [];
  });
}

export interface KeyFinding {
  readonly flaw: KeyFlaw;
  /** Header name, `message` for an echo. */
  readonly where: string;
  /** A short plain statement: "stands in quotes". */
  readonly says: string;
  /** The key, masked. */
  readonly shown: string;
}

export interface KeyPlace {
  readonly where: string;
  /** An Authorization header carries a scheme word before the key. */
  readonly withScheme: boolean;
  /** Middle characters were replaced by the provider (`sk-ab***yz`). */
  readonly echoed?: boolean;
}

const PLACEHOLDER =
  /^(?:[<[{(].{1,60}[>\]})]|x{4,}|\*{4,}|\.{3,}|-+|(?:sk|key|api|gsk|pplx|token)[-_]?(?:x{3,}|\.{3}|\*{3,}|0{6,}|1234.{0,20})|(?:your|my|the|insert|enter|paste|put|add|replace|change|change_?me|some|any|fake|dummy|test|sample|example|placeholder|secret|none|no|not|todo|foo|bar|abc|anything|empty|default|personal)(?![a-z0-9]).{0,60}|(?:0?1?2345.{0,10}|0{6,}|1{6,}|abc123.{0,6}|asdf.{0,10}|qwerty.{0,10}))$/i;
const PLACEHOLDER_INSIDE =
  /(?:your|my)[-_ ]?(?:own[-_ ]?)?[\w-]{0,20}[-_ ]?(?:key|token|secret|here)|api[-_ ]?key[-_ ]?(?:here|goes)|<[a-z][\w -]{0,40}>|[-_](?:here|goes-here|changeme)$|^(?:openai|anthropic|azure|api|secret|access|auth)[-_]?(?:api)?[-_]?(?:key|token)$|[-_]api[-_]key$|x{8,}/i;
const VARIABLE =
  /^(?:\$\{?[A-Za-z_][\w.]*\}?|%[A-Za-z_]\w*%|\{\{.{1,80}\}\}|\$\(.{1,80}\)|process\.env\.\w+|os\.environ.{0,60}|env[:.]\w+|[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30})*_(?:API_)?(?:KEY|TOKEN|SECRET))$/;
const LITERAL = /^(?:undefined|null|none|nil|nan|true|false|\[object object\]|string|str|bytes)$/i;

/** No key is longer; a hostile header is not looked at beyond it. */
const MAX_KEY_CHARACTERS = 2_000;

/** `value` is the header's value as sent; `services` are the ids the request went to (may be empty). */
export function inspectKey(value: string, place: KeyPlace, services: readonly string[]): KeyFinding[] {
  const findings: KeyFinding[] = [];
  const add = (flaw: KeyFlaw, says: string): void => {
    findings.push({ flaw, where: place.where, says, shown: maskKey(value.slice(0, MAX_KEY_CHARACTERS).trim()) });
  };
  let key = value.slice(0, MAX_KEY_CHARACTERS);
  if (place.withScheme) {
    const scheme = /^\s*(bearer|basic|token|apikey|key)(?:\s+|$)/i.exec(key);
    if (scheme) key = key.slice(scheme[0].length);
    else if (key.trim() !== '' && !/^\s*[A-Za-z0-9-]{3,30}\s+\S/.test(key))
      add('no-scheme', 'comes without the word Bearer before it');
    if (scheme && /^basic$/i.test(scheme[1] ?? '')) return findings;
  }
  if (key.trim() === '') {
    add('empty', 'is empty');
    return findings;
  }
  if (/^\s*bearer\s/i.test(key)) {
    add('doubled-scheme', 'has the word Bearer twice');
    key = key.replace(/^\s*bearer\s+/i, '');
  }
  // What a capture holds in a credential's place has spaces of its own.
  if (/^\s*⟦redacted[^⟧]*⟧/.test(key)) return findings;
  if (/[\r\n]|\\n|\\r|%0a/i.test(key)) add('line-break', 'contains a line break');
  else if (key !== key.trim() || (/\S\s+\S/.test(key) && !place.echoed)) add('stray-space', 'contains a stray space');
  if (/[\u00A0\u200B-\u200F\u2010-\u2015\u2018-\u201F\u2028-\u202F\u2060\uFEFF\uFF01-\uFF5E]/.test(key)) {
    add('invisible-character', 'contains a character that only looks like a plain one');
  } else if (/[^\x20-\x7E\s•…⟦⟧]/.test(key)) add('invisible-character', 'contains a character that no key has');
  key = key.replace(/\\[nrt]|%0[ad]/gi, '').trim();
  if (/^\\?["'`“”‘’]|["'`“”‘’]$/.test(key)) {
    add('quoted', 'stands in quotation marks');
    key = key.replace(/^\\?["'`“”‘’]+|\\?["'`“”‘’]+$/g, '');
  }
  const described = describe(key.trim(), place, services);
  if (described) add(...described);
  return findings;
}

/** What the bare key is: a placeholder, a variable, a word, another issuer's. The first that fits is said, no more. */
function describe(key: string, place: KeyPlace, services: readonly string[]): readonly [KeyFlaw, string] | undefined {
  if (key === '') return ['empty', 'is empty'];
  if (isRedacted(key)) return undefined;
  if (LITERAL.test(key)) {
    return ['programming-literal', `is the word "${key}", so the program had no key to send`];
  }
  if (PLACEHOLDER.test(key) && !STAND_IN.test(key)) return ['placeholder', 'is a placeholder from an example'];
  if (VARIABLE.test(key)) return ['unexpanded-variable', 'is the name of a variable instead of its content'];
  if (ADDRESS.test(key) || (place.echoed && /^https?/i.test(key))) return ['url', 'is a web address'];
  if (PLACEHOLDER_INSIDE.test(key) && !STAND_IN.test(key)) {
    return ['placeholder', 'is a placeholder from an example'];
  }
  const form = keyForms().find((one) => key.startsWith(one.prefix));
  return form ? describeForm(key, form, services) : describeFormless(key, place, services);
}

function describeForm(key: string, form: KeyForm, services: readonly string[]): readonly [KeyFlaw, string] | undefined {
  if (form.prefix.length >= 4 && key.slice(form.prefix.length).includes(form.prefix)) {
    return ['two-keys', 'holds two keys run together'];
  }
  if (services.length > 0 && !isIssuedFor(form, services)) return ['other-provider', `looks like ${form.name}`];
  if (form.kind === undefined || form.kind === 'cloud-access-key') return undefined;
  if (form.kind === 'session') return ['session-token', `is ${form.name}`];
  return ['wrong-kind', `is ${form.name}, not an API key`];
}

/** No known prefix: where this provider's keys always have one, a long key is somebody else's and a short one is none. */
function describeFormless(
  key: string,
  place: KeyPlace,
  services: readonly string[],
): readonly [KeyFlaw, string] | undefined {
  const expected = services.map((service) => MANDATORY_PREFIX[service]).find((prefixes) => prefixes !== undefined);
  if (expected === undefined || expected.some((prefix) => key.startsWith(prefix)) || STAND_IN.test(key)) {
    const short = place.echoed && !/[*•]/.test(key) && key.length < 12;
    return short ? ['too-short', 'is too short for a key'] : undefined;
  }
  // A masked echo keeps the length of what it hides.
  return key.length < 24
    ? ['not-a-key', `does not begin like a key of this provider (${expected[0]}…) and is too short for any`]
    : ['other-provider', `does not begin like a key of this provider (${expected[0]}…)`];
}

/** Whoever wrote the record put this in place of a real key: its length and letters tell nothing. */
const STAND_IN = /FAKE(?!Y)/;
const ADDRESS = /^(?:https?|wss?):\/*|^localhost[:/]|^www\./i;

/** Replaced by whoever quoted it: nothing can be said about its shape. */
function isRedacted(key: string): boolean {
  return (
    /^(?:\*+|x{3,}|•+|…|\.{3,}|[\w-]{0,14}(?:\.{3,}|…|\*{3,}|•{3,})|<?\[?\(?(?:redacted|hidden|masked|removed|secret|censored|token|key)\)?\]?>?|⟦.*⟧)$/i.test(
      key,
    ) || /⟦|redacted/i.test(key)
  );
}

/** First six and last four characters, or stars for what is short. */
export function maskKey(key: string): string {
  if (/[*•…]{2,}/.test(key)) return key.slice(0, 80);
  if (key.length <= 16) return key.length <= 6 ? key : `${key.slice(0, 6)}…`;
  return `${key.slice(0, 6)}…${key.slice(-4)}`;
}

/** The key that a provider repeats in its message ("Incorrect API key provided: sk-ab***yz."), without the full stop. */
export function echoedKey(prose: string): string | undefined {
  const found =
    /(?:incorrect|invalid|expired|wrong|unknown|bad)\s(?:api[ _-]?key|token|key)[^:\n,;|]{0,30}:\s{0,2}(\S{1,220}(?:\s?["'”])?)/i.exec(
      prose,
    ) ??
    /\bkey=(\S{1,200})\snot found/i.exec(prose) ??
    /\breceived\s?=\s?(["'`][^"'`\n]{4,200}["'`]|[^\s"'`,;]{4,200})/i.exec(prose) ??
    ECHO_STRICT.exec(prose);
  const value = found?.[1]?.replace(/[.,;)\]}]+$/, '');
  if (
    value === undefined ||
    /^(?:the|your|you|a|an|see|please|check|https?:\/\/(?:docs|platform|console))/i.test(value)
  )
    return undefined;
  return value;
}

const ECHO_STRICT =
  /(?:provided|passed|received|supplied)\s(?:api\s)?(?:key|token)\s{0,2}[:=]?\s{0,2}(["'`][^"'`\n]{4,200}["'`])/i;

/** Replaces anything in a text that looks like a whole secret, so that an explanation never repeats one. */
export function maskSecrets(text: string): string {
  return text.replace(
    /\b(?:sk|rk|pk|gsk|xai|hf|pplx|r8|nvapi|csk|tgp_v1|fw|kw|ghp|gho|ghs|github_pat|xoxb|glpat|jina|dapi|SG|ya29|AIza|AKIA|ASIA|eyJ)[-_.A-Za-z0-9]{16,400}/g,
    (secret) => maskKey(secret),
  );
}
