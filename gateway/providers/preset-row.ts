/** The listing of presets, as the control contract shows it. */
import { defaultBaseUrl } from './base-url.ts';
import type { Preset } from './preset-schema.ts';
import { isSupported, needsKey, presetDialect, type UpstreamDialect, whyUnsupported } from './presets.ts';

/** A line of the preset listing (the control contract's PresetRow). */
export interface PresetRow {
  id: string;
  name: string;
  group: string;
  region: string;
  aliases: string[];
  dialect: UpstreamDialect;
  supported: boolean;
  unsupportedBecause?: string;
  baseUrls: { url: string; use: string }[];
  settings: { name: string; title: string; required: boolean; example?: string; note?: string; choices?: string[] }[];
  needsKey: boolean;
  keyHint: string;
  urls: {
    keys: string | null;
    billing: string | null;
    limits: string | null;
    status: string | null;
    docs: string | null;
  };
  env: string[];
}

/** The row of a preset. A setting counts as required only where the default base URL cannot be built without it. */
export function presetRow(preset: Preset): PresetRow {
  const unsupportedBecause = whyUnsupported(preset);
  const { billing, limits, status, docs } = preset.urls;
  const keys = keyPage(preset);
  const defaultUrl = defaultBaseUrl(preset);
  const urls = preset.baseUrls.map(({ url, use }) => ({ url, use }));
  urls.sort((a, b) => Number(b.url === defaultUrl) - Number(a.url === defaultUrl));
  return {
    id: preset.id,
    name: preset.name,
    group: preset.group,
    region: preset.region,
    aliases: [...preset.aliases],
    dialect: presetDialect(preset),
    supported: unsupportedBecause === undefined,
    ...(unsupportedBecause === undefined ? {} : { unsupportedBecause }),
    baseUrls: urls,
    settings: preset.settings.map(({ name, label, example, note, choices, required }) => ({
      name,
      title: label,
      required: isSupported(preset) ? defaultUrl.includes(`{${name}}`) : required,
      ...(example === undefined ? {} : { example }),
      ...(note === undefined ? {} : { note }),
      ...(choices === undefined ? {} : { choices: [...choices] }),
    })),
    needsKey: needsKey(preset),
    keyHint: preset.key.description,
    urls: { keys, billing, limits, status, docs },
    env: [...preset.env],
  };
}

/** Where a person makes a new key; null where that is no web page. */
export function keyPage(preset: Preset | undefined): string | null {
  const page = preset?.urls.keys ?? null;
  return page !== null && /^https?:\/\/[^\s{}]+$/.test(page) ? page : null;
}
