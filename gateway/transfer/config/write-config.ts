/** From the store's document to a configuration file: what may be read by anybody, and apart from it what may not. Pure. */
import { headerSort, urlSpans } from '../../captures/credential-names.ts';
import { secretsOfDocument } from '../../store/known-secrets.ts';
import type { Document, GatewayKey, ProviderKey } from '../../store/schema.ts';
import { configFileHead } from './config-file.ts';
import type { SecretAt } from './seal-file.ts';

export interface WriteConfigDeps {
  readonly madeBy: string;
  /** The secret of a provider key; undefined where it cannot be had. */
  readonly secretOf: ((key: ProviderKey) => string | undefined) | undefined;
  /** What a text looks like without the secrets in it. */
  readonly clean: (text: string) => string;
}

export interface WrittenConfig {
  readonly open: object;
  /** In the order in which they are put back. */
  readonly secrets: readonly SecretAt[];
}

/** `secretOf` undefined: for a file that is not sealed, for which no secret needs to be opened. */
export function writeConfig(document: Document, { madeBy, secretOf, clean }: WriteConfigDeps): WrittenConfig {
  const secrets: SecretAt[] = [];
  const open = {
    ...configFileHead(madeBy),
    settings: document.settings,
    providers: document.providers,
    providerKeys: document.providerKeys.map((key, at) => {
      const secret = secretOf?.(key);
      if (secret !== undefined) secrets.push([`/providerKeys/${at}/secret`, secret]);
      return openKey(key);
    }),
    apps: document.apps,
    gatewayKeys: document.gatewayKeys.map((key, at) => {
      secrets.push([`/gatewayKeys/${at}/hash`, key.hash]);
      if (key.previous) secrets.push([`/gatewayKeys/${at}/previous`, key.previous]);
      return openGatewayKey(key);
    }),
    routes: document.routes,
  };
  const omitted: SecretAt[] = [];
  const known = secretsOfDocument(document).map(({ text }) => text);
  const cleaned = withoutSecrets(open, (text, path) => {
    const plain = withoutCredentials(text, path, known, clean);
    if (plain !== text) omitted.push([pointerOf(path), text]);
    return plain;
  }) as object;
  const pointers = omitted.map(([pointer]) => pointer);
  return {
    open: pointers.length > 0 ? { ...cleaned, omitted: pointers } : cleaned,
    secrets: [...secrets, ...omitted],
  };
}

function openKey({ sealed: _s, version: _v, fingerprint: _f, health: _h, history: _i, ...key }: ProviderKey) {
  return key;
}

function openGatewayKey({ hash: _hash, previous: _previous, ...key }: GatewayKey) {
  return key;
}

type Path = readonly (string | number)[];

/** Undefined: the field goes. */
function withoutCredentials(
  text: string,
  path: Path,
  known: readonly string[],
  clean: (text: string) => string,
): string | undefined {
  // The value of a header, with its name as the field's or beside it.
  const name = path.at(-2) === 'headers' ? String(path.at(-1)) : undefined;
  if (name !== undefined && (headerSort(name) !== 'plain' || known.some((secret) => text.includes(secret)))) {
    return undefined;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    let plain = text;
    for (const { start, end } of urlSpans(text).reverse()) plain = plain.slice(0, start) + plain.slice(end);
    return clean(plain.replace('://@', '://'));
  }
  return clean(text);
}

function withoutSecrets(
  value: unknown,
  plain: (text: string, path: Path) => string | undefined,
  path: Path = [],
): unknown {
  if (typeof value === 'string') return plain(value, path);
  if (Array.isArray(value)) return value.map((item, at) => withoutSecrets(item, plain, [...path, at]));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withoutSecrets(field, plain, [...path, name])]);
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Puts secrets back where they stood; a place that is not there is passed over. */
export function putBack(file: object, secrets: readonly SecretAt[]): void {
  for (const [pointer, value] of secrets) {
    const parts = pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = parts.pop();
    let at: unknown = file;
    for (const part of parts) {
      at =
        typeof at === 'object' && at !== null && Object.hasOwn(at, part)
          ? (at as Record<string, unknown>)[part]
          : undefined;
    }
    if (last === undefined || last === '__proto__' || typeof at !== 'object' || at === null) continue;
    (at as Record<string, unknown>)[last] = value;
  }
}
