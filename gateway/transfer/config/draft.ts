/** What a configuration of another program asks for, in this gateway's terms: still to be compared with what is here. */
import { defaultBaseUrl, normaliseBaseUrl } from '../../providers/base-url.ts';
import { findPreset, presets } from '../../providers/presets.ts';
import type { Provider, Route, Settings } from '../../store/schema.ts';

export type ForeignFormat = 'litellm' | 'env' | 'one-api' | 'cc-switch';

export interface DraftProvider {
  /** Within the draft; also the id it would like to have. */
  readonly id: string;
  readonly preset?: string;
  readonly name?: string;
  readonly baseUrl?: string;
  readonly dialect?: Provider['dialect'];
  readonly settings?: Readonly<Record<string, string>>;
}

export interface DraftKey {
  /** Within the draft. */
  readonly ref: string;
  readonly provider: string;
  readonly secret: string;
  readonly label?: string;
  readonly disabled?: boolean;
}

export interface DraftTarget {
  /** Id of the draft. */
  readonly provider: string;
  readonly model: string;
  /** Ref of the draft. */
  readonly key?: string;
  readonly weight?: number;
}

export interface DraftRoute extends Pick<Route, 'name' | 'strategy'> {
  readonly targets: readonly DraftTarget[];
  readonly retries?: number;
}

export interface Note {
  readonly place: string;
  readonly sentence: string;
}

/** Collects what a reader finds; the same provider or key met twice is one. */
export class ConfigDraft {
  readonly format: ForeignFormat;
  readonly providers: DraftProvider[] = [];
  readonly keys: DraftKey[] = [];
  readonly routes: DraftRoute[] = [];
  readonly timeouts: Partial<Settings['timeouts']> = {};
  readonly notes: Note[] = [];
  readonly missing = new Set<string>();
  private readonly environment: Readonly<Record<string, string>>;
  private readonly ids = new Map<string, string>();

  constructor(format: ForeignFormat, environment: Readonly<Record<string, string>>) {
    this.format = format;
    this.environment = environment;
  }

  note(place: string, sentence: string): void {
    if (this.notes.length < 1000) this.notes.push({ place: place.slice(0, 200), sentence });
  }

  /** The value of an environment variable that the file names; undefined: it is not set, and is said to be missing. */
  variable(name: string): string | undefined {
    const value = Object.hasOwn(this.environment, name) ? this.environment[name] : undefined;
    if (!value) this.missing.add(name.slice(0, 200));
    return value || undefined;
  }

  /** Returns its id. Without a preset the address tells it, or it is a provider of its own kind. */
  provider(asked: Omit<DraftProvider, 'id'> & { readonly fallbackId: string }): string {
    const { fallbackId, ...given } = asked;
    const base = given.baseUrl === undefined ? undefined : normaliseBaseUrl(given.baseUrl);
    const address = base?.ok ? base.url : given.baseUrl;
    const preset = findPreset(given.preset) ?? (address === undefined ? undefined : presetAt(address));
    const isDefault = preset !== undefined && address !== undefined && sameAddress(address, defaultBaseUrl(preset));
    const provider = {
      ...given,
      preset: preset?.id,
      baseUrl: isDefault ? undefined : address,
      name: preset && (address === undefined || isDefault) ? undefined : given.name,
    };
    const known = JSON.stringify([provider.preset, provider.baseUrl, provider.dialect, provider.settings]);
    const there = this.ids.get(known);
    if (there !== undefined) return there;
    const plain = idOf(fallbackId);
    // A preset's name would be taken for that preset.
    const own = preset === undefined && findPreset(plain) ? `${plain.slice(0, 57)}-custom` : plain;
    const wish = preset && provider.baseUrl === undefined ? preset.id : own;
    const taken = new Set(this.providers.map((other) => other.id));
    let id = wish;
    for (let n = 2; taken.has(id); n += 1) id = `${wish.slice(0, 60)}-${n}`;
    this.ids.set(known, id);
    this.providers.push({ ...provider, id });
    return id;
  }

  /** Returns its ref. */
  key(provider: string, secret: string, more: { readonly label?: string; readonly disabled?: boolean } = {}): string {
    const there = this.keys.find((key) => key.provider === provider && key.secret === secret);
    if (there) return there.ref;
    const ref = `key-${this.keys.length}`;
    this.keys.push({ ref, provider, secret, ...more });
    return ref;
  }
}

/** A name as an id: what is not allowed becomes a dash. */
function idOf(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64);
  return id === '' || id === 'practice' ? 'imported' : id;
}

/** The preset that lives at this host, where only one does or its whole address begins the same. */
function presetAt(address: string): ReturnType<typeof findPreset> {
  const host = hostOf(address);
  if (host === undefined || /^(?:localhost|127\.|\[::1\])/.test(host)) return undefined;
  const here = presets.filter(({ baseUrls }) => baseUrls.some(({ url }) => hostOf(url) === host));
  const exact = here.find(({ baseUrls }) => baseUrls.some(({ url }) => address.startsWith(url)));
  return exact ?? (here.length === 1 ? here[0] : undefined);
}

function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

/** With or without `/v1`: programs differ in who adds it. */
function sameAddress(a: string, b: string): boolean {
  const bare = (url: string) => url.replace(/\/+$/, '').replace(/\/v\d+(?:beta)?$/, '');
  return bare(a) === bare(b);
}
