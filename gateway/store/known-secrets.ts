/** Which texts the redactor must never let through, as far as the configuration holds them. Pure. */
import { secretParts } from '../providers/sign-in.ts';
import type { Document } from './schema.ts';

export interface KnownSecret {
  /** The record it belongs to: a provider key's id, `providers/openai`, `settings`. */
  readonly id: string;
  readonly kind: 'provider-key' | 'provider-key-part' | 'header' | 'proxy-password';
  /** As stored; may be short or an everyday word (`ollama`) where a local runtime takes any key. */
  readonly text: string;
}

/** Names of fields that hold a secret, as opposed to an id, an address or a region. */
const SECRET_NAME = /secret|password|passwd|private_?key$|api_?key|(^|[_-])(key|token)$|auth|cookie|credential/i;

/** A provider key, and of a credential of several parts (one JSON object) each part that is secret by its name. */
export function secretsOfProviderKey(id: string, text: string): KnownSecret[] {
  const secrets: KnownSecret[] = [{ id, kind: 'provider-key', text }];
  if (!text.trimStart().startsWith('{')) return secrets;
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return secrets; // begins like JSON and is none: then it is one secret
  }
  for (const [name, value] of Object.entries(parts as Record<string, unknown>)) {
    if (typeof value !== 'string' || value === '' || !SECRET_NAME.test(name) || /^https?:/.test(value)) continue;
    secrets.push({ id, kind: 'provider-key-part', text: value });
  }
  for (const part of secretParts(text)) secrets.push({ id, kind: 'provider-key-part', text: part });
  return secrets;
}

/** Credentials that users put into extra headers or a proxy's URL. */
export function secretsOfDocument(document: Document): KnownSecret[] {
  const secrets: KnownSecret[] = [];
  for (const provider of document.providers) {
    for (const [name, value] of Object.entries(provider.headers)) {
      if (!SECRET_NAME.test(name)) continue;
      const text = value.replace(/^(bearer|basic)\s+/i, '');
      if (text !== '') secrets.push({ id: `providers/${provider.id}`, kind: 'header', text });
    }
  }
  const proxy = document.settings.proxyUrl;
  const password = proxy !== null && URL.canParse(proxy) ? decodeURIComponentSafely(new URL(proxy).password) : '';
  if (password !== '') secrets.push({ id: 'settings', kind: 'proxy-password', text: password });
  return secrets;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
