import { createPrivateKey } from 'node:crypto';
import { analysePaste } from '../providers/paste.ts';
import { BEDROCK, pastedParts } from '../providers/paste-parts.ts';
import { readGoogleCredential } from '../providers/sign-in.ts';
import { VERTEX } from '../providers/vertex.ts';
import type { Provider } from '../store/schema.ts';
import type { PasteAnalysis } from './contract/index.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

export interface Secret {
  readonly text: string;
  readonly fingerprint: string;
  /** Four characters; of a short secret, where four would be a good part of it, fewer behind dots. Never empty. */
  readonly lastFour: string;
}

/** Part of a credential of several parts that is sent as the key, by the names people give it. */
const KEY_PART = ['apiKey', 'api_key', 'key', 'token'] as const;

/** What a paste is, and whether it is stored already (best: at that provider). */
export function analyseSecret(
  { store, vault }: Pick<ControlDeps, 'store' | 'vault'>,
  text: string,
  preset: string | undefined,
  provider: string | undefined,
): PasteAnalysis {
  const stored = (secret: string) => {
    const fingerprint = vault.fingerprint(secret);
    const twins = store.snapshot.document.providerKeys.filter((key) => key.fingerprint === fingerprint);
    return (twins.find((key) => key.provider === provider) ?? twins[0])?.id ?? null;
  };
  return analysePaste(text, { provider: preset, stored });
}

/** The secret as it will be kept: cleaned of what was pasted along. Refuses what would certainly be a mistake. */
export function takeSecret(deps: Pick<ControlDeps, 'store' | 'vault'>, pasted: string, provider: Provider): Secret {
  const several = signInCredential(pasted, provider) ?? credentialOfParts(pasted);
  if (several) {
    return { text: several.text, fingerprint: deps.vault.fingerprint(several.text), lastFour: lastFourOf(several.key) };
  }
  const analysis = analyseSecret(deps, pasted, provider.preset ?? undefined, provider.id);
  if (!analysis.usable || analysis.cleaned === null) {
    throw new Problem('INVALID', analysis.sentence, 'Nothing was saved. Copy the key again and paste it whole.');
  }
  const text = analysis.cleaned;
  return { text, fingerprint: deps.vault.fingerprint(text), lastFour: lastFourOf(text) };
}

/** AWS's parts and Google's files, which sign in and are not sent; undefined for keys that are sent as they are. */
function signInCredential(
  pasted: string,
  provider: Provider,
): { readonly text: string; readonly key: string } | undefined {
  if (provider.preset !== BEDROCK && provider.preset !== VERTEX) return undefined;
  const parts = pastedParts(pasted);
  if (!parts || parts.preset !== provider.preset) return undefined;
  if (!parts.ok) throw new Problem('INVALID', parts.message, `${parts.next} Nothing was saved.`);
  const google = readGoogleCredential(parts.text);
  if (google.ok && google.value.type === 'service_account' && !isPrivateKey(google.value.privateKey)) {
    throw new Problem(
      'INVALID',
      'The private key in this service-account file cannot be read: it was altered or cut.',
      'Download the file again. Nothing was saved.',
    );
  }
  return { text: parts.text, key: parts.naming };
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === 'private';
  } catch {
    return false;
  }
}

/** One JSON object for credentials of several parts; undefined for anything else. */
function credentialOfParts(pasted: string): { readonly text: string; readonly key: string } | undefined {
  if (!pasted.trimStart().startsWith('{')) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(pasted);
  } catch {
    return undefined; // a key in braces, a cut file: the analysis words it
  }
  if (typeof parts !== 'object' || parts === null || 'private_key' in parts || pastedParts(pasted)) return undefined;
  for (const name of KEY_PART) {
    const value = (parts as Record<string, unknown>)[name];
    if (typeof value === 'string' && value.trim() !== '') {
      return { text: JSON.stringify({ ...parts, [name]: value.trim() }), key: value.trim() };
    }
  }
  throw new Problem(
    'INVALID',
    'This JSON has no part that could be sent as a key.',
    `Call that part ${KEY_PART[0]}, as in {"apiKey": "…"}. Nothing was saved.`,
  );
}

function lastFourOf(key: string): string {
  if (key.length >= 12) return key.slice(-4);
  const shown = Math.floor(key.length / 4);
  return (shown === 0 ? '' : key.slice(-shown)).padStart(4, '•');
}
