/** A `.env` file: keys by the names of their variables (the presets' own), else by their shape; addresses beside them. */
import { recogniseKey } from '../../providers/key-shape.ts';
import { presets } from '../../providers/presets.ts';
import { ConfigDraft } from './draft.ts';

/** Settings that presets take from variables of their own. */
const SETTINGS: Readonly<Record<string, readonly [preset: string, setting: string]>> = {
  AWS_REGION: ['aws-bedrock', 'region'],
  AWS_DEFAULT_REGION: ['aws-bedrock', 'region'],
  AZURE_RESOURCE_NAME: ['azure-openai', 'resource'],
  CLOUDFLARE_ACCOUNT_ID: ['cloudflare-workers-ai', 'accountId'],
  DATABRICKS_HOST: ['databricks', 'workspace'],
  WATSONX_PROJECT_ID: ['watsonx', 'projectId'],
  WATSONX_SPACE_ID: ['watsonx', 'spaceId'],
};
/** Addresses whose variable is not the key's name with another ending. */
const ADDRESSES: Readonly<Record<string, string>> = {
  GOOGLE_GEMINI_BASE_URL: 'google-gemini',
  OLLAMA_HOST: 'ollama',
  OLLAMA_API_BASE: 'ollama',
};
const ADDRESS = /^(.+?)_(?:API_)?(?:BASE_URL|BASE|ENDPOINT|HOST|URL)$/;
const LOOKS_SECRET = /(?:KEY|TOKEN|SECRET)$/;
const AWS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** Lines `NAME=value`, with `export`, quotes and comments as shells and dotenv take them; the last of a name counts. */
export function parseEnv(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const match = /^\s*(?:export\s+|set\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
    if (!match) continue;
    const [, name = '', raw = ''] = match;
    const quoted = /^(["'`])(.*?)\1/.exec(raw);
    const value = quoted ? (quoted[2] ?? '') : raw.replace(/\s+#.*$/, '').trim();
    found.set(name, value);
  }
  return found;
}

export function readEnv(variables: ReadonlyMap<string, string>): ConfigDraft {
  const draft = new ConfigDraft('env', {});
  const used = new Set<string>();
  readAws(draft, variables, used);
  for (const [name, secret] of variables) {
    if (used.has(name) || secret === '') continue;
    const preset = presetOf(name, secret);
    if (!preset || name in SETTINGS || name in ADDRESSES || ADDRESS.test(name)) continue;
    used.add(name);
    const [variable, baseUrl] = addressFor(name, preset, variables);
    if (variable) used.add(variable);
    draft.key(
      draft.provider({ preset, baseUrl, settings: settingsFor(preset, variables, used), fallbackId: preset }),
      secret,
      { label: name },
    );
  }
  for (const [name, preset] of Object.entries(ADDRESSES)) {
    const baseUrl = variables.get(name);
    if (preset !== 'ollama' || !baseUrl || used.has(name)) continue;
    used.add(name);
    draft.provider({
      preset,
      baseUrl: /\/v1\/?$/.test(baseUrl) ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/v1`,
      fallbackId: preset,
    });
  }
  for (const name of variables.keys()) {
    if (used.has(name)) continue;
    draft.note(
      name,
      LOOKS_SECRET.test(name)
        ? 'It looks like a key, but whose it is cannot be told from its name or form.'
        : 'It is about no provider that is known here.',
    );
  }
  return draft;
}

function readAws(draft: ConfigDraft, variables: ReadonlyMap<string, string>, used: Set<string>): void {
  const [id, secret, session] = AWS.map((name) => variables.get(name));
  for (const name of AWS) if (variables.has(name)) used.add(name);
  if (!id || !secret) return;
  const settings = settingsFor('aws-bedrock', variables, used);
  const provider = draft.provider({ preset: 'aws-bedrock', settings, fallbackId: 'aws-bedrock' });
  draft.key(
    provider,
    JSON.stringify({ accessKeyId: id, secretAccessKey: secret, ...(session ? { sessionToken: session } : {}) }),
    { label: AWS[0] },
  );
}

/** By the name of the variable; where several presets share it (a company's two sites), by the form of the key, else the first. */
function presetOf(name: string, secret: string): string | undefined {
  const named = presets.filter(({ env }) => env.includes(name)).map(({ id }) => id);
  if (named.length === 1) return named[0];
  const shaped = recogniseKey(secret);
  if (named.length > 1) return shaped.find(({ preset }) => named.includes(preset))?.preset ?? named[0];
  const [best] = LOOKS_SECRET.test(name) ? shaped : [];
  return best && best.certainty !== 'possible' && best.whole ? best.preset : undefined;
}

function addressFor(name: string, preset: string, variables: ReadonlyMap<string, string>): [string?, string?] {
  const stem = name.replace(/_(?:API_KEY|APIKEY|AUTH_TOKEN|API_TOKEN|ACCESS_TOKEN|KEY|TOKEN)$/, '');
  for (const [variable, value] of variables) {
    if (value === '' || variable in SETTINGS) continue;
    if (ADDRESS.exec(variable)?.[1] === stem || ADDRESSES[variable] === preset) return [variable, value];
  }
  return [];
}

function settingsFor(preset: string, variables: ReadonlyMap<string, string>, used: Set<string>) {
  const settings: Record<string, string> = {};
  for (const [name, [of, setting]] of Object.entries(SETTINGS)) {
    const value = variables.get(name);
    if (of !== preset || !value) continue;
    used.add(name);
    settings[setting] ??= value.replace(/^https?:\/\/|\/+$/g, '');
  }
  return Object.keys(settings).length > 0 ? settings : undefined;
}
