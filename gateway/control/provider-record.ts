/** Making a provider's record of what a person gave: preset, base URL, settings, headers. Pure. */
import type { Endpoint } from '../exchange.ts';
import { defaultBaseUrl, normaliseBaseUrl, WIRE_FORMAT_OF } from '../providers/base-url.ts';
import { nearestNames } from '../providers/catalogue.ts';
import { isHeaderName, isHeaderValue } from '../providers/headers.ts';
import { presetRow } from '../providers/preset-row.ts';
import { findPreset, type Preset, presetDialect, presets, whyUnsupported } from '../providers/presets.ts';
import { baseFor, ownEndpoint } from '../providers/provider-base.ts';
import { idSchema, type Provider } from '../store/schema.ts';
import { notFound } from './names.ts';
import { Problem } from './problem.ts';

export const PRACTICE_ID = 'practice';

export interface ProviderInput {
  readonly id: string;
  readonly preset?: string;
  readonly name?: string;
  readonly baseUrl?: string;
  readonly dialect?: Provider['dialect'];
  readonly settings?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The record, or a Problem that says what is missing. An id alone means the preset of that name (or alias). */
export function makeProvider(input: ProviderInput, nowMs: number): Provider {
  const preset = presetOf(input);
  const id = input.preset === undefined && preset ? preset.id : input.id.trim().toLowerCase();
  if (id === PRACTICE_ID) {
    throw new Problem(
      'CONFLICT',
      'The practice provider is built in.',
      'Ask for practice/ok; nothing has to be added.',
    );
  }
  const form = idSchema.safeParse(id);
  if (!form.success) {
    throw new Problem(
      'INVALID',
      `"${id.slice(0, 64)}" cannot be a provider's id.`,
      `Please ${form.error.issues[0]?.message}.`,
    );
  }
  const unsupported = preset && whyUnsupported(preset);
  if (unsupported) {
    throw new Problem('REFUSED', unsupported, 'Reach the same models through another provider, such as OpenRouter.');
  }
  const provider: Provider = {
    id,
    preset: preset?.id ?? null,
    // Also under one of the preset's other names it is the preset's provider, not one of the owner's own naming.
    name: input.name?.trim() || (preset && findPreset(id) === preset ? preset.name : input.id.trim()),
    dialect: dialectOf(input, preset),
    settings: cleanSettings(input.settings ?? {}, preset),
    headers: cleanHeaders(input.headers ?? {}),
    enabled: true,
    createdAt: new Date(nowMs).toISOString(),
  };
  if (input.baseUrl !== undefined && input.baseUrl.trim() !== '') provider.baseUrl = cleanBaseUrl(input.baseUrl);
  refuseIncomplete(provider, preset);
  return provider;
}

/** Trimmed, `https://` put in front, a copied endpoint cut off; a Problem for what is no address. */
export function cleanBaseUrl(text: string): string {
  const base = normaliseBaseUrl(text);
  if (!base.ok) throw new Problem('INVALID', base.message, base.next);
  return base.url;
}

/** Only settings that the preset knows; a mistyped one would be ignored silently. */
export function cleanSettings(
  settings: Readonly<Record<string, string>>,
  preset: Preset | undefined,
): Provider['settings'] {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (preset && !preset.settings.some((setting) => setting.name === name)) {
      const names = preset.settings.map((setting) => setting.name);
      const [nearest] = nearestNames(name, names, 1);
      throw new Problem(
        'INVALID',
        `${preset.name} has no setting "${name.slice(0, 60)}".`,
        nearest
          ? `Did you mean "${nearest}"?`
          : names.length > 0
            ? `It has ${names.join(', ')}.`
            : 'It needs no settings.',
      );
    }
    if (value.trim() !== '') clean[name] = value.trim();
  }
  return clean;
}

/** Names of headers that would carry a key: those are kept sealed, as provider keys, or not at all. */
const KEY_HEADER = /^(?:authorization|proxy-authorization|cookie|api-key|x-api-key|x-goog-api-key)$/i;

export function cleanHeaders(headers: Readonly<Record<string, string>>): Provider['headers'] {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderName(name) || !isHeaderValue(value)) {
      throw new Problem(
        'INVALID',
        `The header "${name.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)}" cannot be sent: an unusual character is in its name or value.`,
        "Write it as 'Name: value'.",
      );
    }
    if (KEY_HEADER.test(name)) {
      throw new Problem(
        'INVALID',
        `The header ${name} would hold a key, and extra headers are kept unencrypted.`,
        'Store the key with `keyward keys add`; Keyward puts it into the right header.',
      );
    }
    clean[name] = value.trim();
  }
  return clean;
}

/** The address requests go to, settings filled in; as far as it is known where something is missing. */
export function resolvedBaseUrl(provider: Provider): string {
  const preset = findPreset(provider.preset);
  const base = baseFor(provider, preset, endpointOf(provider), undefined);
  if (base.ok) return base.url;
  return provider.baseUrl ?? (preset ? defaultBaseUrl(preset) : '');
}

function endpointOf(provider: Provider): Endpoint {
  return ownEndpoint(provider, '', 'raw');
}

function presetOf(input: ProviderInput): Preset | undefined {
  if (input.preset !== undefined) {
    const preset = findPreset(input.preset);
    if (preset) return preset;
    throw unknownPreset(input.preset);
  }
  const preset = findPreset(input.id);
  if (preset || input.baseUrl) return preset;
  throw unknownPreset(input.id);
}

export function unknownPreset(asked: string): Problem {
  return notFound(
    'provider preset',
    asked,
    presets.flatMap((preset) => [preset.id, ...preset.aliases]),
    '`keyward providers presets` lists them; any other needs --base-url.',
  );
}

function dialectOf(input: ProviderInput, preset: Preset | undefined): Provider['dialect'] {
  const dialect = input.dialect ?? (preset ? presetDialect(preset) : 'openai-chat');
  if (dialect !== 'other' && WIRE_FORMAT_OF[dialect] === undefined) {
    throw new Problem(
      'REFUSED',
      `Keyward does not speak the dialect ${dialect} yet.`,
      'Use openai-chat, openai-responses, anthropic-messages, gemini, bedrock-converse, cohere-v2, watsonx-chat or replicate-predictions; or `other` for /p/ requests only.',
    );
  }
  return dialect;
}

function refuseIncomplete(provider: Provider, preset: Preset | undefined): void {
  const missing = preset
    ? presetRow(preset).settings.filter(({ name, required }) => required && !provider.settings[name])
    : [];
  if (provider.baseUrl === undefined && missing.length > 0) {
    const [first] = missing;
    throw new Problem(
      'INVALID',
      `${preset?.name} needs ${missing.map(({ title }) => `"${title}"`).join(' and ')}.`,
      `Give it with --set ${first?.name}=${first?.example ?? 'VALUE'}, or the whole address with --base-url.`,
    );
  }
  const base = baseFor(provider, preset, endpointOf(provider), undefined);
  // Azure's deployment comes with the model that is asked for, so its place may stay open here.
  if (!base.ok && provider.baseUrl !== undefined) throw new Problem('INVALID', base.message, base.next);
}
