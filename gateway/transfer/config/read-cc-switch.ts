/**
 * CC Switch's `config.json` and its exports: profiles of Claude Code, Codex and Gemini CLI, each with an address and a key.
 * The form: farion1231/cc-switch src-tauri/src/provider.rs (`settingsConfig`) and app_config.rs (one section a program).
 */
import { ConfigDraft } from './draft.ts';
import { type Fields, fieldsOf, textOf } from './values.ts';

const PROGRAMS = ['claude', 'claude-desktop', 'codex', 'gemini'] as const;
const NOT_PROFILES = new Set(['version', 'current', 'providers']);

export function isCcSwitch(json: unknown): boolean {
  const whole = fieldsOf(json);
  if (!whole) return false;
  return profilesOf(whole).some(([, , profile]) => fieldsOf(profile.settingsConfig) !== undefined);
}

export function readCcSwitch(json: unknown): ConfigDraft {
  const draft = new ConfigDraft('cc-switch', {});
  const whole = fieldsOf(json) ?? {};
  for (const [program, id, profile] of profilesOf(whole)) {
    const name = textOf(profile.name) ?? id;
    readProfile(draft, program, name, fieldsOf(profile.settingsConfig) ?? {});
  }
  for (const section of Object.keys(whole)) {
    if (NOT_PROFILES.has(section) || (PROGRAMS as readonly string[]).includes(section)) continue;
    draft.note(section, 'This section has no counterpart here.');
  }
  return draft;
}

/** Older files hold Claude's profiles alone, without a section. */
function profilesOf(whole: Fields): [program: string, id: string, profile: Fields][] {
  const sections: [string, unknown][] = PROGRAMS.map((program) => [program, fieldsOf(whole[program])?.providers]);
  if (fieldsOf(whole.providers)) sections.push(['claude', whole.providers]);
  return sections.flatMap(([program, profiles]) =>
    Object.entries(fieldsOf(profiles) ?? {}).flatMap(([id, value]): [string, string, Fields][] => {
      const profile = fieldsOf(value);
      return profile ? [[program, id, profile]] : [];
    }),
  );
}

function readProfile(draft: ConfigDraft, program: string, name: string, settings: Fields): void {
  const place = `${program} ${name}`;
  const { baseUrl, key, dialect, preset } = program === 'codex' ? codexOf(settings) : environmentOf(program, settings);
  if (!key && !baseUrl) {
    draft.note(place, 'It signs in with an account, not with a key: there is nothing to take over.');
    return;
  }
  const provider = draft.provider({
    preset: baseUrl ? undefined : preset,
    name,
    baseUrl,
    dialect: baseUrl ? dialect : undefined,
    fallbackId: name,
  });
  if (key) draft.key(provider, key, { label: name });
  else draft.note(place, 'It holds no key.');
}

interface Profile {
  readonly baseUrl?: string;
  readonly key?: string;
  readonly dialect: 'anthropic-messages' | 'openai-chat' | 'openai-responses' | 'gemini';
  readonly preset: string;
}

function environmentOf(program: string, settings: Fields): Profile {
  const env = fieldsOf(settings.env) ?? {};
  const first = (...names: string[]) => names.map((name) => textOf(env[name])).find(Boolean);
  return program === 'gemini'
    ? {
        baseUrl: first('GOOGLE_GEMINI_BASE_URL'),
        key: first('GEMINI_API_KEY', 'GOOGLE_API_KEY'),
        dialect: 'gemini',
        preset: 'google-gemini',
      }
    : {
        baseUrl: first('ANTHROPIC_BASE_URL'),
        key: first('ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY'),
        dialect: 'anthropic-messages',
        preset: 'anthropic',
      };
}

/** The key in `auth`, the address in a TOML text, of which two lines are needed. */
function codexOf(settings: Fields): Profile {
  const toml = textOf(settings.config)?.slice(0, 100_000) ?? '';
  const line = (name: string) =>
    new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*["']([^"'\\r\\n]+)["']`, 'm').exec(toml)?.[1];
  return {
    baseUrl: line('base_url'),
    key: textOf(fieldsOf(settings.auth)?.OPENAI_API_KEY) ?? line('experimental_bearer_token'),
    dialect: line('wire_api') === 'responses' ? 'openai-responses' : 'openai-chat',
    preset: 'openai',
  };
}
