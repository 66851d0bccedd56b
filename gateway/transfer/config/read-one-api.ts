/**
 * Channel lists of one-api and new-api, as their `GET /api/channel/` answers or their table holds them. Types:
 * songquanpeng/one-api relay/channeltype/define.go, QuantumNous/new-api constant/channel.go; rows: model/channel.go of both.
 */
import { ConfigDraft, type DraftTarget } from './draft.ts';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from './values.ts';

/** Both programs count alike up to here; then each goes on by itself. */
const SHARED: Readonly<Record<number, string>> = {
  1: 'openai',
  3: 'azure-openai',
  14: 'anthropic',
  15: 'baidu-qianfan',
  16: 'zhipu',
  17: 'dashscope-cn',
  20: 'openrouter',
  23: 'tencent-hunyuan',
  24: 'google-gemini',
  25: 'moonshot-cn',
  31: 'lingyiwanwu',
  33: 'aws-bedrock',
};
const ONE_API: Readonly<Record<number, string>> = {
  26: 'baichuan',
  27: 'minimax-cn',
  28: 'mistral',
  29: 'groq',
  30: 'ollama',
  32: 'stepfun-cn',
  35: 'cohere',
  36: 'deepseek',
  37: 'cloudflare-workers-ai',
  39: 'together',
  40: 'volcengine',
  41: 'novita',
};
const NEW_API: Readonly<Record<number, string>> = {
  4: 'ollama',
  26: 'zhipu',
  27: 'perplexity',
  34: 'cohere',
  35: 'minimax-cn',
  38: 'jina',
  39: 'cloudflare-workers-ai',
  40: 'siliconflow-cn',
  41: 'vertex-ai',
  42: 'mistral',
  43: 'deepseek',
  45: 'volcengine',
  46: 'baidu-qianfan',
  48: 'xai',
  56: 'replicate',
};
/** Columns that only new-api has. */
const NEW_API_COLUMNS = ['channel_info', 'auto_ban', 'other_info', 'tag', 'setting', 'settings', 'param_override'];
const NOT_TAKEN = ['status_code_mapping', 'param_override', 'header_override', 'system_prompt', 'openai_organization'];
const MOST_CHANNELS = 5000;

export function isChannelList(json: unknown): boolean {
  const first = fieldsOf(channelsOf(json)[0]);
  return first !== undefined && 'type' in first && 'models' in first && ('key' in first || 'base_url' in first);
}

export function readOneApi(json: unknown): ConfigDraft {
  const draft = new ConfigDraft('one-api', {});
  const channels = channelsOf(json);
  const isNew = channels.some((row) => NEW_API_COLUMNS.some((name) => name in (fieldsOf(row) ?? {})));
  const byModel = new Map<string, { target: DraftTarget; priority: number }[]>();
  channels
    .slice(0, MOST_CHANNELS)
    .forEach((row, at) => void readChannel(draft, fieldsOf(row), `channel[${at}]`, isNew, byModel));
  for (const [name, all] of byModel) {
    const ordered = [...all].sort((a, b) => b.priority - a.priority);
    const level = ordered.every(({ priority }) => priority === ordered[0]?.priority);
    const targets = ordered.map(({ target }) => target);
    draft.routes.push({ name, strategy: level && targets.length > 1 ? 'weighted' : 'fallback', targets });
    if (!level && new Set(ordered.map(({ priority }) => priority)).size < ordered.length) {
      draft.note(name, 'Channels of the same priority are tried in order here, not by their weights.');
    }
  }
  return draft;
}

function channelsOf(json: unknown): readonly unknown[] {
  if (Array.isArray(json)) return json;
  const whole = fieldsOf(json);
  const data = whole?.data ?? whole?.channels;
  return Array.isArray(data) ? data : listOf(fieldsOf(data)?.items);
}

function readChannel(
  draft: ConfigDraft,
  row: Fields | undefined,
  where: string,
  isNew: boolean,
  byModel: Map<string, { target: DraftTarget; priority: number }[]>,
): void {
  const type = numberOf(row?.type);
  if (!row || type === undefined) {
    draft.note(where, 'It is no channel.');
    return;
  }
  const name = textOf(row.name) ?? where;
  const place = `${where} ${name}`;
  const preset = SHARED[type] ?? (isNew ? NEW_API : ONE_API)[type];
  const baseUrl = textOf(row.base_url);
  if (!preset && !baseUrl) {
    draft.note(place, `Channels of type ${type} are not known here, and it has no base_url.`);
    return;
  }
  // A base URL goes without /v1 there; an OpenAI channel with one may be any program that speaks so.
  const address = baseUrl === undefined ? undefined : withVersion(baseUrl, preset);
  const elsewhere = preset === 'openai' && address !== undefined;
  const region = preset === 'aws-bedrock' ? regionOf(row) : undefined;
  const provider = draft.provider({
    preset: elsewhere ? undefined : preset,
    name,
    baseUrl: address,
    settings: region,
    fallbackId: name,
  });
  const disabled = numberOf(row.status) !== undefined && numberOf(row.status) !== 1;
  const refs = keysOf(row, preset).map((secret, at) =>
    draft.key(provider, secret, { label: at === 0 ? name : `${name} ${at + 1}`, disabled }),
  );
  if (refs.length === 0) draft.note(place, 'Its key is not in the file: add it with `keyward keys add`.');
  const left = NOT_TAKEN.filter((column) => textOf(row[column]) && row[column] !== '{}');
  if (left.length > 0) draft.note(place, `Not taken over: ${left.join(', ')}.`);
  if (disabled) {
    draft.note(place, 'It is switched off there: its keys come switched off, and no route asks it.');
    return;
  }
  const mapping = fieldsOf(jsonOf(row.model_mapping)) ?? {};
  const weight = numberOf(row.weight);
  for (const model of (textOf(row.models) ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)) {
    const target = {
      provider,
      model: textOf(mapping[model]) ?? model,
      ...(refs.length === 1 ? { key: refs[0] } : {}),
      ...(weight !== undefined && weight > 0 ? { weight } : {}),
    };
    const all = byModel.get(model) ?? [];
    all.push({ target, priority: numberOf(row.priority) ?? 0 });
    byModel.set(model, all);
  }
}

/** Several keys stand on a line each; AWS's parts are joined by bars. */
function keysOf(row: Fields, preset: string | undefined): string[] {
  const lines = (textOf(row.key) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (preset === 'vertex-ai') return textOf(row.key) ? [textOf(row.key) as string] : [];
  if (preset !== 'aws-bedrock') return lines;
  return lines.map((line) => {
    const [accessKeyId, secretAccessKey] = line.split('|');
    return secretAccessKey ? JSON.stringify({ accessKeyId, secretAccessKey }) : line;
  });
}

function regionOf(row: Fields): { region: string } | undefined {
  const region = /\b[a-z]{2}-[a-z]+-\d\b/.exec(`${textOf(row.key) ?? ''}|${textOf(row.config) ?? ''}`)?.[0];
  return region ? { region } : undefined;
}

function withVersion(baseUrl: string, preset: string | undefined): string {
  if (preset !== undefined && preset !== 'openai') return baseUrl;
  return /\/v\d+\w*\/?$/.test(baseUrl) ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/v1`;
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
