/**
 * LiteLLM's `config.yaml`: `model_list` becomes routes over providers with their keys; of the other sections what has a
 * counterpart. The form: https://docs.litellm.ai/docs/proxy/configs and …/config_settings.
 */
import { parseDocument } from 'yaml';
import { providersOfModel } from '../../providers/catalogue.ts';
import { findPreset } from '../../providers/presets.ts';
import { TransferError } from '../transfer-error.ts';
import { ConfigDraft, type DraftTarget } from './draft.ts';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from './values.ts';

/** LiteLLM's names of providers that are neither ids nor aliases here, once `_` is read as `-`. */
const PREFIXES: Readonly<Record<string, string>> = {
  'cohere-chat': 'cohere',
  'custom-openai': 'openai',
  'fireworks-ai': 'fireworks',
  friendliai: 'friendli',
  'featherless-ai': 'featherless',
  github: 'github-models',
  'hosted-vllm': 'vllm',
  'jina-ai': 'jina',
  'ollama-chat': 'ollama',
  'openai-like': 'openai',
  'text-completion-openai': 'openai',
  'vertex-ai-beta': 'vertex-ai',
};
const STRATEGIES: Readonly<Record<string, 'weighted' | 'fastest'>> = {
  'simple-shuffle': 'weighted',
  'latency-based-routing': 'fastest',
};
const KNOWN_PARAMS = new Set([
  'model',
  'api_key',
  'api_base',
  'base_url',
  'weight',
  'order',
  'api_version',
  'rpm',
  'tpm',
]);
/** Aliases that stand for more than this many nodes are a trap, not a configuration. */
const MOST_ALIASES = 100;

export function parseYaml(text: string): unknown {
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  } catch {
    throw new TransferError('The file is nested too deeply to be a configuration.', 'Nothing was changed.');
  }
  const [error] = document.errors;
  if (error) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new TransferError(
      `The file is no YAML: line ${line} cannot be read (${error.code.toLowerCase().replaceAll('_', ' ')}).`,
      'Correct it and import it again. Nothing was changed.',
    );
  }
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    throw new TransferError(
      'The file repeats itself through too many aliases to be a configuration.',
      'Write it out. Nothing was changed.',
    );
  }
}

export function readLitellm(config: Fields, environment: Readonly<Record<string, string>>): ConfigDraft {
  const own = fieldsOf(config.environment_variables) ?? {};
  const set = Object.fromEntries(
    Object.entries(own).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
  const draft = new ConfigDraft('litellm', { ...environment, ...set });
  const router = fieldsOf(config.router_settings) ?? {};
  const litellm = fieldsOf(config.litellm_settings) ?? {};
  const groups = new Map<string, { target: DraftTarget; order: number }[]>();
  listOf(config.model_list)
    .slice(0, 5000)
    .forEach((entry, at) => {
      const row = fieldsOf(entry);
      const name = textOf(row?.model_name);
      const params = fieldsOf(row?.litellm_params);
      if (!name || !params) {
        draft.note(`model_list[${at}]`, 'It has no model_name or no litellm_params.');
        return;
      }
      const target = targetOf(draft, params, `model_list[${at}]`);
      if (!target) return;
      const group = groups.get(name) ?? [];
      group.push({ target, order: numberOf(params.order) ?? 0 });
      groups.set(name, group);
    });
  const strategyName = textOf(router.routing_strategy) ?? 'simple-shuffle';
  const strategy = STRATEGIES[strategyName] ?? 'weighted';
  if (!(strategyName in STRATEGIES))
    draft.note(
      'router_settings.routing_strategy',
      `"${strategyName.slice(0, 40)}" has no counterpart; targets are chosen by weight.`,
    );
  const retries = numberOf(router.num_retries) ?? numberOf(litellm.num_retries);
  const fallbacks = fallbacksOf(router.fallbacks ?? litellm.fallbacks);
  for (const [name, group] of groups) {
    const ordered = [...group].sort((a, b) => a.order - b.order).map(({ target }) => target);
    const others = (fallbacks.get(name) ?? []).flatMap((other) => groups.get(other) ?? []).map(({ target }) => target);
    const inOrder = others.length > 0 || group.some(({ order }) => order !== group[0]?.order);
    if (others.length > 0 && ordered.length > 1)
      draft.note(`fallbacks.${name}`, 'Its own targets are tried in order too, before those it falls back to.');
    draft.routes.push({
      name,
      strategy: inOrder || ordered.length === 1 ? 'fallback' : strategy,
      targets: [...ordered, ...others],
      ...(retries === undefined ? {} : { retries: Math.min(10, Math.max(0, Math.floor(retries))) }),
    });
  }
  for (const [alias, meant] of Object.entries(fieldsOf(router.model_group_alias) ?? {})) {
    const route = draft.routes.find(({ name }) => name === meant);
    if (route) draft.routes.push({ ...route, name: alias });
    else draft.note(`router_settings.model_group_alias.${alias}`, 'It stands for a model that is not in the file.');
  }
  const seconds = numberOf(litellm.request_timeout) ?? numberOf(router.timeout);
  if (seconds !== undefined && seconds > 0) draft.timeouts.totalMs = Math.round(seconds * 1000);
  listRest(draft, config);
  return draft;
}

function targetOf(draft: ConfigDraft, params: Fields, place: string): DraftTarget | undefined {
  const asked = given(draft, params.model);
  if (!asked) {
    draft.note(place, 'It names no model.');
    return undefined;
  }
  const baseUrl = given(draft, params.api_base ?? params.base_url);
  const slash = asked.indexOf('/');
  const prefix = slash > 0 ? asked.slice(0, slash).toLowerCase().replaceAll('_', '-') : undefined;
  const named = prefix === undefined ? undefined : (findPreset(PREFIXES[prefix]) ?? findPreset(prefix));
  const model = named ? asked.slice(slash + 1) : asked;
  const preset = named?.id ?? (baseUrl ? undefined : makerOf(asked));
  if (!preset && !baseUrl) {
    draft.note(
      place,
      `Whose model "${asked.slice(0, 80)}" is cannot be told: it has no api_base, and its provider is not known here.`,
    );
    return undefined;
  }
  if (model.includes('*')) {
    draft.note(place, 'Patterns over models are no routes here: ask for provider/model, which needs none.');
  }
  const region = given(draft, params.aws_region_name);
  const settings = preset === 'aws-bedrock' && region ? { region } : vertexSettings(draft, params, preset);
  // `openai/…` with an address is LiteLLM's word for anything that speaks like OpenAI.
  const elsewhere = baseUrl !== undefined && preset === 'openai';
  const provider = draft.provider({
    preset: elsewhere ? undefined : preset,
    baseUrl,
    settings,
    fallbackId: baseUrl && URL.canParse(baseUrl) ? new URL(baseUrl).hostname : (preset ?? 'imported'),
  });
  const unknown = Object.keys(params).filter((name) => !KNOWN_PARAMS.has(name) && !/^(?:aws_|vertex_)/.test(name));
  if (unknown.length > 0) draft.note(place, `Not taken over: ${unknown.slice(0, 10).join(', ')}.`);
  if (params.rpm !== undefined || params.tpm !== undefined)
    draft.note(place, 'rpm and tpm are set on the provider key here: keyward limits set.');
  const key = keyOf(draft, params, preset, provider);
  if (model.includes('*')) return undefined;
  const weight = numberOf(params.weight);
  return { provider, model, ...(key ? { key } : {}), ...(weight !== undefined && weight > 0 ? { weight } : {}) };
}

function keyOf(draft: ConfigDraft, params: Fields, preset: string | undefined, provider: string): string | undefined {
  const [id, secret, session] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map((name) =>
    given(draft, params[name]),
  );
  if (id && secret) {
    return draft.key(
      provider,
      JSON.stringify({ accessKeyId: id, secretAccessKey: secret, ...(session ? { sessionToken: session } : {}) }),
    );
  }
  if (params.api_key !== undefined) {
    const key = given(draft, params.api_key);
    return key ? draft.key(provider, key) : undefined;
  }
  // LiteLLM looks there by itself.
  const [variable] = findPreset(preset)?.env ?? [];
  if (variable === undefined || preset === 'aws-bedrock' || preset === 'vertex-ai') return undefined;
  const key = draft.variable(variable);
  return key ? draft.key(provider, key) : undefined;
}

function vertexSettings(draft: ConfigDraft, params: Fields, preset: string | undefined) {
  const [project, location] = [given(draft, params.vertex_project), given(draft, params.vertex_location)];
  return preset === 'vertex-ai' && project && location ? { project, location } : undefined;
}

/** A text, or what `os.environ/NAME` stands for. */
function given(draft: ConfigDraft, value: unknown): string | undefined {
  const text = textOf(value);
  const name = text === undefined ? undefined : /^os\.environ\/(.+)$/.exec(text)?.[1];
  return name === undefined ? text : draft.variable(name.trim());
}

/** A bare name: its maker's, as LiteLLM takes it. */
function makerOf(model: string): string | undefined {
  if (/^(?:gpt-|o\d|chatgpt|text-embedding-|dall-e|whisper|tts-)/.test(model)) return 'openai';
  if (/^claude-/.test(model)) return 'anthropic';
  const all = providersOfModel(model);
  return all.length === 1 ? all[0] : undefined;
}

function fallbacksOf(value: unknown): Map<string, string[]> {
  const pairs = listOf(value).flatMap((entry) => Object.entries(fieldsOf(entry) ?? {}));
  return new Map(pairs.map(([name, others]) => [name, listOf(others).flatMap((other) => textOf(other) ?? [])]));
}

const TAKEN: Readonly<Record<string, readonly string[]>> = {
  router_settings: ['routing_strategy', 'num_retries', 'fallbacks', 'model_group_alias', 'timeout'],
  litellm_settings: ['num_retries', 'request_timeout', 'fallbacks'],
};

/** By name only: values may be secrets (`master_key`, `database_url`). */
function listRest(draft: ConfigDraft, config: Fields): void {
  for (const [section, value] of Object.entries(config)) {
    if (section === 'model_list' || section === 'environment_variables') continue;
    const fields = fieldsOf(value);
    if (!fields) {
      draft.note(section, 'This section has no counterpart here.');
      continue;
    }
    for (const name of Object.keys(fields).slice(0, 200)) {
      if (TAKEN[section]?.includes(name)) continue;
      draft.note(
        `${section}.${name}`,
        name === 'master_key'
          ? 'Apps get gateway keys of their own here: keyward gateway-keys issue --app NAME.'
          : 'This setting has no counterpart here.',
      );
    }
  }
}
