/** A home as the control interface would show it: enough of everything that every screen has something to draw. */
import { readFileSync } from 'node:fs';
import type {
  AppRow,
  AuditRow,
  GatewayKeyRow,
  KeyRow,
  PresetRow,
  ProviderRow,
  Route,
  Settings,
  Snippet,
} from '../../../gateway/control/contract/index.ts';
import { settingsSchema } from '../../../gateway/store/schema.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

export interface SampleHome {
  presets: PresetRow[];
  providers: ProviderRow[];
  keys: KeyRow[];
  apps: AppRow[];
  gatewayKeys: GatewayKeyRow[];
  routes: Route[];
  settings: Settings;
  snippets: Snippet[];
  audit: AuditRow[];
}

/** What is read of the built-in list; see gateway/providers/presets.ts for the real reading. */
interface PresetFile extends Omit<PresetRow, 'dialect' | 'supported' | 'settings' | 'needsKey' | 'keyHint'> {
  dialect: string;
  settings: { name: string; title?: string; required?: boolean; example?: string }[];
  auth: { kind: string };
  key?: { description: string };
}

export function samplePresets(): PresetRow[] {
  const file = new URL('../../../gateway/providers/data/providers.json', import.meta.url);
  const { providers } = JSON.parse(readFileSync(file, 'utf8')) as { providers: PresetFile[] };
  return providers.map((preset) => ({
    id: preset.id,
    name: preset.name,
    group: preset.group,
    region: preset.region,
    aliases: preset.aliases,
    dialect: ['openai-chat', 'anthropic-messages', 'gemini', 'bedrock-converse', 'cohere-v2'].includes(preset.dialect)
      ? (preset.dialect as PresetRow['dialect'])
      : 'other',
    supported: ['openai-chat', 'anthropic-messages', 'gemini'].includes(preset.dialect),
    baseUrls: preset.baseUrls,
    settings: preset.settings.map((setting) => ({
      name: setting.name,
      title: setting.title ?? setting.name,
      required: setting.required ?? true,
      example: setting.example,
    })),
    needsKey: preset.auth.kind !== 'none',
    keyHint: preset.key?.description ?? '',
    urls: preset.urls,
    env: preset.env,
  }));
}

export function emptyHome(nowMs: number): SampleHome {
  return {
    presets: samplePresets(),
    providers: [provider('practice', 'Practice', 'http://practice.invalid', nowMs, { practice: true })],
    keys: [],
    apps: [],
    gatewayKeys: [],
    routes: [],
    settings: settingsSchema.parse({}),
    snippets: snippets(),
    audit: [],
  };
}

export function fullHome(nowMs: number): SampleHome {
  const ago = (ms: number) => new Date(nowMs - ms).toISOString();
  const home = emptyHome(nowMs);
  home.providers.push(
    provider('openai', 'OpenAI', 'https://api.openai.com/v1', nowMs, { keys: 2 }),
    provider('anthropic', 'Anthropic', 'https://api.anthropic.com/v1', nowMs, {
      keys: 1,
      dialect: 'anthropic-messages',
    }),
    provider('google-gemini', 'Google Gemini', 'https://generativelanguage.googleapis.com/v1beta', nowMs, {
      keys: 1,
      dialect: 'gemini',
    }),
    provider('ollama', 'Ollama', 'http://127.0.0.1:11434/v1', nowMs, {}),
    provider('house-llm', 'house-llm', 'https://llm.example.com/v1', nowMs, {
      preset: null,
      enabled: false,
      headers: { 'X-Team': 'search' },
    }),
  );
  home.keys.push(
    key('pk_a1b2c3d4', 'openai', 'personal', '4f2a', 'valid', 'Works.', ago(3 * MINUTE), {
      lastUsedAt: ago(2 * MINUTE),
    }),
    key(
      'pk_b2c3d4e5',
      'openai',
      'work',
      'Qx91',
      'revoked',
      'Rejected by OpenAI: the key was deleted.',
      ago(42 * MINUTE),
      {
        cause: 'key_revoked',
        status: 401,
        lastUsedAt: ago(42 * MINUTE),
        version: 3,
      },
    ),
    key(
      'pk_c3d4e5f6',
      'anthropic',
      'Claude Code',
      'kQAA',
      'out_of_credit',
      'Out of credit at Anthropic: the balance is too low.',
      ago(5 * MINUTE),
      {
        cause: 'quota_exhausted',
        status: 400,
        lastUsedAt: ago(5 * MINUTE),
      },
    ),
    key('pk_d4e5f6a7', 'google-gemini', 'default', 'x7Yc', 'valid', 'Works.', ago(2 * DAY), {
      expires: new Date(nowMs + 5 * DAY).toISOString(),
    }),
  );
  home.apps.push(
    app('app_cursor01', 'Cursor', 'Ana', 1, ago(2 * MINUTE), nowMs),
    app('app_claude01', 'Claude Code', 'Ana', 1, ago(5 * MINUTE), nowMs),
    app('app_nightly1', 'nightly-report', null, 2, ago(7 * 3_600_000), nowMs),
    app('app_openweb1', 'Open WebUI', 'Family', 0, null, nowMs),
  );
  home.gatewayKeys.push(
    gatewayKey('k7f3a9', 'Cursor', 'app_cursor01', 'laptop', 'active', nowMs, {
      lastUsedAt: ago(2 * MINUTE),
      scope: { providers: ['openai'], models: ['openai/gpt-5*'] },
      limits: { rpm: 60, budgetDayUsd: 5 },
    }),
    gatewayKey('m2x8q1', 'Claude Code', 'app_claude01', 'agent', 'active', nowMs, {
      lastUsedAt: ago(5 * MINUTE),
      expires: new Date(nowMs + 3 * DAY).toISOString(),
    }),
    gatewayKey('p9z4t6', 'nightly-report', 'app_nightly1', 'server', 'expired', nowMs, { expires: ago(7 * 3_600_000) }),
    gatewayKey('r5v1w2', 'nightly-report', 'app_nightly1', 'old server', 'revoked', nowMs, {
      revokedAt: ago(12 * DAY),
    }),
  );
  home.routes.push({
    name: 'fast',
    targets: [
      { provider: 'openai', model: 'gpt-5-mini' },
      { provider: 'anthropic', model: 'claude-haiku-4-5' },
      { provider: 'openai', model: 'gpt-5-nano' },
    ],
    strategy: 'fallback',
    retries: 1,
    timeouts: { firstByteMs: 30_000 },
    recording: null,
  });
  home.audit.push(
    {
      time: ago(42 * MINUTE),
      actor: 'gateway',
      action: 'key.health',
      version: 14,
      subject: 'pk_b2c3d4e5',
      before: { state: 'valid' },
      after: { state: 'revoked' },
    },
    {
      time: ago(3 * 3_600_000),
      actor: 'screen',
      action: 'gateway-key.edit',
      version: 13,
      subject: 'k7f3a9',
      before: { limits: {} },
      after: { limits: { rpm: 60 } },
    },
    {
      time: ago(2 * DAY),
      actor: 'cli',
      action: 'key.add',
      version: 12,
      subject: 'pk_d4e5f6a7',
      after: { provider: 'google-gemini', label: 'default' },
    },
  );
  return home;
}

function provider(id: string, name: string, baseUrl: string, nowMs: number, more: Partial<ProviderRow>): ProviderRow {
  return {
    id,
    preset: id,
    name,
    dialect: 'openai-chat',
    baseUrl,
    settings: {},
    headers: {},
    enabled: true,
    createdAt: new Date(nowMs - 90 * DAY).toISOString(),
    practice: false,
    keys: 0,
    ...more,
  };
}

export function key(
  id: string,
  providerId: string,
  label: string,
  lastFour: string,
  health: KeyRow['health'],
  sentence: string,
  checkedAt: string | null,
  more: Partial<Pick<KeyRow, 'lastUsedAt' | 'expires' | 'version' | 'disabled'>> & {
    cause?: KeyRow['healthDetail']['cause'];
    status?: number;
  } = {},
): KeyRow {
  const { cause = null, status = null, ...rest } = more;
  return {
    id,
    provider: providerId,
    label,
    lastFour,
    fingerprint: `fp_${lastFour}`,
    version: 1,
    health,
    healthDetail: {
      state: health,
      sentence,
      cause,
      checkedAt,
      source: checkedAt ? 'probe' : 'none',
      status,
      since: checkedAt,
    },
    createdAt: checkedAt ?? new Date(0).toISOString(),
    replacedAt: null,
    limits: {},
    expires: null,
    disabled: false,
    lastUsedAt: null,
    replaceUrl:
      providerId === 'openai' ? 'https://platform.openai.com/api-keys' : 'https://console.anthropic.com/settings/keys',
    ...rest,
  };
}

function app(id: string, name: string, owner: string | null, keys: number, used: string | null, nowMs: number): AppRow {
  return {
    id,
    name,
    owner,
    recording: null,
    createdAt: new Date(nowMs - 60 * DAY).toISOString(),
    gatewayKeys: keys,
    lastUsedAt: used,
  };
}

export function gatewayKey(
  id: string,
  appName: string,
  appId: string,
  label: string,
  state: GatewayKeyRow['state'],
  nowMs: number,
  more: Partial<GatewayKeyRow> = {},
): GatewayKeyRow {
  return {
    id,
    app: appName,
    appId,
    label,
    state,
    lastFour: id.slice(0, 4),
    createdAt: new Date(nowMs - 60 * DAY).toISOString(),
    expires: null,
    revokedAt: null,
    scope: {},
    limits: {},
    users: [],
    graceUntil: null,
    lastUsedAt: null,
    ...more,
  };
}

function snippets(): Snippet[] {
  const url = 'http://127.0.0.1:4141';
  return [
    {
      id: 'curl',
      program: 'curl',
      language: 'bash',
      sentence: 'Run this in a terminal.',
      text: `curl ${url}/v1/chat/completions \\\n  -H "authorization: Bearer KEY" \\\n  -H "content-type: application/json" \\\n  -d '{"model":"practice/ok","messages":[{"role":"user","content":"Hello!"}]}'`,
    },
    {
      id: 'python-openai',
      program: 'Python (OpenAI SDK)',
      language: 'python',
      sentence: 'Set the base URL and the key where the client is made.',
      text: `from openai import OpenAI\n\nclient = OpenAI(base_url="${url}/v1", api_key="KEY")`,
    },
    {
      id: 'claude-code',
      program: 'Claude Code',
      language: 'bash',
      sentence: 'Set these before starting claude.',
      text: `export ANTHROPIC_BASE_URL=${url}\nexport ANTHROPIC_AUTH_TOKEN=KEY`,
    },
    {
      id: 'cursor',
      program: 'Cursor',
      language: 'text',
      sentence: 'Settings → Models → OpenAI API key.',
      text: `Base URL  ${url}/v1\nAPI key   KEY`,
    },
  ];
}
