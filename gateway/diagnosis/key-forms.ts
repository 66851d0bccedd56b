/**
 * How credentials look, as data: issuers by prefix. Presets say which shapes name their provider; this list adds the
 * services outside the presets and the things that are no API key at all.
 */
import { presets } from '../providers/presets.ts';

export interface KeyForm {
  readonly prefix: string;
  /** Preset ids or service names that issue such credentials. */
  readonly issuers: readonly string[];
  /** What it is where it is not an ordinary API key. */
  readonly kind?: 'session' | 'management' | 'identifier' | 'cloud-access-key' | 'publishable' | 'webhook-secret';
  readonly name: string;
}

const OTHERS: readonly KeyForm[] = [
  { prefix: 'sk-ant-oat', issuers: ['anthropic'], kind: 'session', name: 'a Claude subscription token' },
  { prefix: 'sk-ant-ort', issuers: ['anthropic'], kind: 'session', name: 'a Claude refresh token' },
  { prefix: 'sk-ant-sid', issuers: ['anthropic'], kind: 'session', name: 'a Claude web session' },
  { prefix: 'sk-ant-admin', issuers: ['anthropic'], kind: 'management', name: 'an Anthropic administration key' },
  { prefix: 'sk-ant-', issuers: ['anthropic'], name: 'an Anthropic key' },
  { prefix: 'sk-admin-', issuers: ['openai'], kind: 'management', name: 'an OpenAI administration key' },
  { prefix: 'sess-', issuers: ['openai'], kind: 'session', name: 'an OpenAI web session' },
  { prefix: 'sk-or-', issuers: ['openrouter'], name: 'an OpenRouter key' },
  { prefix: 'sk-kimi-', issuers: ['kimi-coding'], name: 'a Kimi Code key' },
  { prefix: 'sk-lf-', issuers: ['langfuse'], name: 'a Langfuse key' },
  { prefix: 'pk-lf-', issuers: ['langfuse'], name: 'a Langfuse public key' },
  { prefix: 'lsv2_', issuers: ['langsmith'], name: 'a LangSmith key' },
  { prefix: 'con-', issuers: ['continue'], name: 'a Continue key' },
  { prefix: 'tvly-', issuers: ['tavily'], name: 'a Tavily key' },
  { prefix: 'sk_live_', issuers: ['stripe'], name: 'a Stripe live key' },
  { prefix: 'sk_test_', issuers: ['stripe'], name: 'a Stripe test key' },
  { prefix: 'rk_live_', issuers: ['stripe'], name: 'a restricted Stripe key' },
  { prefix: 'rk_test_', issuers: ['stripe'], name: 'a restricted Stripe test key' },
  { prefix: 'pk_live_', issuers: ['stripe'], kind: 'publishable', name: 'a publishable Stripe key' },
  { prefix: 'pk_test_', issuers: ['stripe'], kind: 'publishable', name: 'a publishable Stripe test key' },
  { prefix: 'whsec_', issuers: ['stripe'], kind: 'webhook-secret', name: 'a webhook secret' },
  ...['pi', 'cus', 'acct', 'sub', 'prod', 'price', 'evt', 'seti', 'cs_test', 'cs_live'].map(
    (prefix): KeyForm => ({
      prefix: `${prefix}_`,
      issuers: ['stripe'],
      kind: 'identifier',
      name: `a Stripe object id (${prefix}_…)`,
    }),
  ),
  { prefix: 'SG.', issuers: ['sendgrid'], name: 'a SendGrid key' },
  { prefix: 'xoxb-', issuers: ['slack'], name: 'a Slack bot token' },
  { prefix: 'xoxp-', issuers: ['slack'], name: 'a Slack user token' },
  { prefix: 'glpat-', issuers: ['gitlab'], name: 'a GitLab token' },
  { prefix: 'npm_', issuers: ['npm'], name: 'an npm token' },
  { prefix: 'pypi-', issuers: ['pypi'], name: 'a PyPI token' },
  { prefix: 'shpat_', issuers: ['shopify'], name: 'a Shopify token' },
  { prefix: 'key-', issuers: ['mailgun'], name: 'a Mailgun key' },
  { prefix: 'dop_v1_', issuers: ['digitalocean'], name: 'a DigitalOcean token' },
  { prefix: 'ya29.', issuers: ['vertex-ai'], kind: 'session', name: 'a Google access token' },
  { prefix: 'AIza', issuers: ['google-gemini', 'google-maps', 'firebase', 'youtube'], name: 'a Google API key' },
  { prefix: 'AKIA', issuers: ['aws-bedrock', 'aws'], kind: 'cloud-access-key', name: 'an AWS access key id' },
  { prefix: 'ASIA', issuers: ['aws-bedrock', 'aws'], kind: 'cloud-access-key', name: 'a temporary AWS access key id' },
  { prefix: 'LTAI', issuers: ['aliyun'], kind: 'cloud-access-key', name: 'an Alibaba Cloud access key id' },
  { prefix: 'AKID', issuers: ['tencent'], kind: 'cloud-access-key', name: 'a Tencent Cloud secret id' },
  { prefix: 'AKLT', issuers: ['volcengine', 'byteplus'], kind: 'cloud-access-key', name: 'a Volcengine access key id' },
  { prefix: 'GOCSPX-', issuers: ['google'], kind: 'identifier', name: 'a Google OAuth client secret' },
  ...['org-', 'proj_', 'asst_', 'user-'].map(
    (prefix): KeyForm => ({ prefix, issuers: ['openai'], kind: 'identifier', name: `an OpenAI id (${prefix}…)` }),
  ),
  { prefix: 'sk-proj-', issuers: ['openai'], name: 'an OpenAI project key' },
  { prefix: 'sk-svcacct-', issuers: ['openai'], name: 'an OpenAI service account key' },
  { prefix: 'gh', issuers: ['github-models', 'github', 'github-copilot'], name: 'a GitHub token' },
  { prefix: 'kw_', issuers: ['keyward'], name: 'a gateway key' },
];

/** Too short or too common to name an issuer. */
const COMMON_PREFIXES: ReadonlySet<string> = new Set([
  'sk-',
  'sk_',
  'eyJ',
  'v1.',
  'pa-',
  'al-',
  'up_',
  'rc_',
  'AQ.',
  'gh',
]);

let forms: readonly KeyForm[] | undefined;

/** All forms, the longest prefix first. */
export function keyForms(): readonly KeyForm[] {
  if (forms) return forms;
  const own = OTHERS.filter((form) => form.prefix !== 'gh');
  const known = new Set(own.map((form) => form.prefix));
  const fromPresets = presets.flatMap((preset) =>
    preset.key.prefixes
      .filter((prefix) => !known.has(prefix) && !COMMON_PREFIXES.has(prefix))
      .map((prefix): KeyForm => ({ prefix, issuers: issuersOf(prefix), name: `a key of ${preset.name}` })),
  );
  forms = [...own, ...fromPresets].sort((a, b) => b.prefix.length - a.prefix.length);
  return forms;
}

function issuersOf(prefix: string): string[] {
  const ids = presets.filter((preset) => preset.key.prefixes.includes(prefix)).map((preset) => preset.id);
  return prefix.startsWith('gh') ? [...ids, 'github', 'github-copilot'] : ids;
}

/** Providers whose keys always begin alike: a long credential that begins otherwise was issued by somebody else. */
export const MANDATORY_PREFIX: Readonly<Record<string, readonly string[]>> = {
  openai: ['sk-', 'sess-'],
  anthropic: ['sk-ant-'],
  openrouter: ['sk-or-'],
  groq: ['gsk_'],
  xai: ['xai-'],
  perplexity: ['pplx-'],
  huggingface: ['hf_', 'api_org_'],
  replicate: ['r8_'],
  'nvidia-nim': ['nvapi-'],
  cerebras: ['csk-'],
  'google-gemini': ['AIza', 'AQ.'],
  deepseek: ['sk-'],
  moonshot: ['sk-'],
  'moonshot-cn': ['sk-'],
  stripe: ['sk_', 'rk_', 'pk_'],
  sendgrid: ['SG.'],
};

/** Groups of ids that are one issuer under several names. */
const SAME_ISSUER: readonly (readonly string[])[] = [
  ['google-gemini', 'google-maps', 'firebase', 'youtube', 'google'],
  ['github', 'github-models', 'github-copilot'],
  ['aws', 'aws-bedrock', 'amazon-bedrock'],
  ['minimax', 'minimax-cn'],
];

export function isIssuedFor(form: KeyForm, services: readonly string[]): boolean {
  return form.issuers.some(
    (issuer) =>
      services.includes(issuer) ||
      services.some((service) => service.startsWith(`${issuer}-`)) ||
      SAME_ISSUER.some((group) => group.includes(issuer) && group.some((one) => services.includes(one))),
  );
}
