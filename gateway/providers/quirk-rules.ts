/**
 * Which provider takes its dialect differently, as data. A translated request is made to fit them
 * (dialects/canonical/fit-quirks.ts); a request in the provider's own dialect is never touched. Rules stand from the
 * general to the special. `source` says how it is known: `providers.json` is `quirks` of data/providers.json.
 */
import type { ProviderDialect } from '../dialects/canonical/request.ts';
import type { LackedField, WireQuirks } from '../dialects/canonical/wire-quirks.ts';

export interface QuirkRule {
  /** Undefined: every provider, those without a preset too. */
  readonly presets?: readonly string[];
  readonly except?: readonly string[];
  /** Undefined: `openai-chat`. */
  readonly dialects?: readonly ProviderDialect[];
  /** Undefined: every model. */
  readonly models?: RegExp;
  readonly quirks: WireQuirks;
  readonly source: string;
}

/** Whose form of it is OpenAI's own. */
const OPENAI = ['openai', 'azure-openai'];
const SAMPLING: readonly LackedField[] = ['temperature', 'topP', 'frequencyPenalty', 'presencePenalty'];
const ZHIPU = ['zai', 'zai-coding', 'zhipu', 'zhipu-coding'];
const MOONSHOT = ['moonshot', 'moonshot-cn', 'kimi-coding'];
const DASHSCOPE = ['dashscope', 'dashscope-cn'];
const CHOICE_WORDS = ['none', 'required', 'tool'] as const;

export const QUIRK_RULES: readonly QuirkRule[] = [
  {
    presets: OPENAI,
    quirks: { maxTokensField: 'max_completion_tokens', developerRole: true, thinkingBack: 'none' },
    source: 'platform.openai.com/docs/api-reference/chat/create: max_tokens is deprecated, messages hold no thinking',
  },
  {
    except: OPENAI,
    quirks: {
      maxTokensField: 'max_tokens',
      developerRole: false,
      customTools: false,
      choices: CHOICE_WORDS,
      lacks: ['metadata', 'serviceTier', 'verbosity'],
    },
    source: 'What look-alikes have in common: OpenAI’s chat completions as they were in 2023, with tools',
  },
  {
    presets: OPENAI,
    dialects: ['openai-chat', 'openai-responses'],
    models: /^(?:o\d|gpt-(?:[5-9]|\d\d))(?!.*chat)/,
    quirks: { lacks: [...SAMPLING, 'logprobs', 'topLogprobs'] },
    source: 'providers.json; platform.openai.com/docs/guides/reasoning',
  },
  {
    dialects: ['anthropic-messages', 'bedrock-converse'],
    models: /claude-(?:opus-(?:4-[7-9]|[5-9])|(?:sonnet|haiku)-[5-9])(?:\D|$)/,
    quirks: { lacks: ['temperature', 'topP', 'topK'] },
    source: 'providers.json (anthropic): Opus 4.7 and later and Sonnet 5 refuse temperature',
  },
  {
    dialects: ['watsonx-chat'],
    quirks: {
      maxTokensField: 'max_completion_tokens',
      developerRole: false,
      customTools: false,
      choices: CHOICE_WORDS,
      textAsString: true,
      lacks: [
        'parallelToolCalls',
        'streamOptions',
        'user',
        'metadata',
        'serviceTier',
        'verbosity',
        'strictTools',
        'topK',
      ],
      thinkingBack: 'none',
    },
    source: 'cloud.ibm.com/apidocs/watsonx-ai#text-chat; github.com/IBM/watsonx-ai-node-sdk (src/types/messages.ts)',
  },
  {
    dialects: ['replicate-predictions'],
    quirks: { formats: [], lacks: ['parallelToolCalls', 'strictTools', 'messageName'] },
    source: 'providers.json: fields differ per model; none of their schemas has a format of the answer',
  },
  {
    presets: ['openrouter'],
    quirks: { developerRole: true, thinkingSwitch: 'reasoning', thinkingBack: 'reasoning_details' },
    source: 'openrouter.ai/docs/use-cases/reasoning-tokens',
  },
  {
    presets: ['groq'],
    quirks: {
      maxTokensField: 'max_completion_tokens',
      lacks: ['messageName', 'logprobs', 'topLogprobs', 'frequencyPenalty', 'presencePenalty'],
      thinkingBack: 'reasoning',
    },
    source: 'providers.json; console.groq.com/docs/openai, console.groq.com/docs/api-reference',
  },
  {
    presets: ['cerebras'],
    quirks: {
      maxTokensField: 'max_completion_tokens',
      lacks: ['frequencyPenalty', 'presencePenalty', 'parallelToolCalls', 'serviceTier'],
      temperature: { max: 1.5 },
      textAsString: true,
      thinkingBack: 'reasoning',
    },
    source: 'providers.json; inference-docs.cerebras.ai/resources/openai and …/api-reference/chat-completions',
  },
  {
    presets: ['mistral'],
    quirks: {
      seedField: 'random_seed',
      callIds: { maxLength: 9, exactly: 9, allowed: /[a-zA-Z0-9]/ },
      lacks: ['user', 'metadata', 'messageName', 'streamOptions', 'logprobs', 'topLogprobs'],
      thinkingSwitch: 'none',
      thinkingBack: 'none',
      temperature: { max: 1.5 },
    },
    source: 'providers.json; docs.mistral.ai/api; github.com/BerriAI/litellm/issues/30835 (extra_forbidden)',
  },
  {
    presets: ['deepseek'],
    quirks: {
      formats: ['json'],
      lacks: ['strictTools', 'seed', 'parallelToolCalls', 'user'],
      textAsString: true,
      thinkingSwitch: 'thinking.type',
      thinkingBack: 'reasoning_content',
    },
    source: 'providers.json; api-docs.deepseek.com/api/create-chat-completion and …/guides/thinking_mode',
  },
  {
    presets: ['deepseek'],
    models: /reasoner/,
    quirks: { lacks: [...SAMPLING, 'logprobs', 'topLogprobs'], choices: ['none'] },
    source: 'api-docs.deepseek.com/guides/reasoning_model: sampling without effect, logprobs refused',
  },
  {
    presets: MOONSHOT,
    quirks: {
      temperature: { min: 0, max: 1 },
      choices: ['none', 'tool'],
      imageUrls: false,
      formats: ['json'],
      lacks: ['strictTools'],
      thinkingSwitch: 'thinking.type',
      thinkingBack: 'reasoning_content',
    },
    source: 'providers.json; platform.moonshot.cn/docs/guide/migrating-from-openai-to-kimi',
  },
  {
    presets: MOONSHOT,
    models: /^kimi-(?:k[2-9]|for)/,
    quirks: { lacks: SAMPLING },
    source: 'providers.json (temperature is fixed); java.agentscope.io/v2/en/integration/model/kimi',
  },
  {
    presets: ZHIPU,
    quirks: {
      choices: [],
      formats: ['json'],
      temperature: { min: 0, max: 1 },
      mostStops: 1,
      lacks: [
        'messageName',
        'strictTools',
        'frequencyPenalty',
        'presencePenalty',
        'streamOptions',
        'seed',
        'logprobs',
        'topLogprobs',
        'parallelToolCalls',
        'user',
      ],
      thinkingSwitch: 'thinking.type',
      thinkingBack: 'reasoning_content',
    },
    source: 'providers.json; docs.bigmodel.cn/api-reference; java.agentscope.io/v2/en/integration/model/glm',
  },
  {
    presets: ['minimax', 'minimax-cn'],
    quirks: {
      maxTokensField: 'max_completion_tokens',
      temperature: { min: 0.01, max: 1 },
      choices: [],
      formats: [],
      systemFirst: true,
      lacks: ['frequencyPenalty', 'presencePenalty', 'seed', 'logprobs', 'topLogprobs', 'parallelToolCalls'],
      thinkingSwitch: 'none',
      thinkingBack: 'reasoning_details',
      always: { reasoning_split: true },
    },
    source:
      'providers.json; platform.minimax.io/docs/api-reference/text-openai-api; java.agentscope.io/v2/en/integration/model/minimax',
  },
  {
    presets: DASHSCOPE,
    quirks: { choices: ['none', 'tool'], thinkingSwitch: 'enable_thinking', thinkingBack: 'reasoning_content' },
    source:
      'providers.json; help.aliyun.com/zh/model-studio/qwen-api-reference (tool_choice: auto, none, one function)',
  },
  {
    presets: DASHSCOPE,
    models: /^qwen3-\d+(?:\.\d+)?b(?!.*(?:instruct|thinking|coder))/,
    quirks: { thinkingNeedsStream: true },
    source: 'providers.json: open Qwen3 models demand enable_thinking: false outside streams',
  },
  {
    presets: ['siliconflow', 'siliconflow-cn', 'modelscope'],
    quirks: { thinkingSwitch: 'enable_thinking', thinkingBack: 'reasoning_content' },
    source: 'docs.siliconflow.cn/cn/api-reference/chat-completions',
  },
  {
    presets: ['volcengine', 'byteplus', 'xiaomi-mimo'],
    quirks: { thinkingSwitch: 'thinking.type', thinkingBack: 'reasoning_content', lacks: ['user', 'seed'] },
    source: 'www.volcengine.com/docs/82379/1494384',
  },
  {
    presets: ['together'],
    quirks: { thinkingSwitch: 'reasoning.enabled', thinkingBack: 'reasoning' },
    source: 'providers.json; docs.together.ai/docs/reasoning-overview',
  },
  {
    presets: ['fireworks'],
    quirks: { thinkingBack: 'reasoning_content' },
    source: 'providers.json: one of reasoning_effort and thinking, never both',
  },
  {
    presets: ['xai'],
    quirks: { thinkingSwitch: 'none', thinkingBack: 'none' },
    source: 'providers.json: reasoning_effort is refused by most Grok models',
  },
  {
    presets: ['xai'],
    models: /grok-3-mini/,
    quirks: { thinkingSwitch: 'effort' },
    source: 'docs.x.ai/docs/guides/reasoning',
  },
  {
    presets: ['xai'],
    models: /grok-(?:3-mini|[4-9])(?!.*non-reasoning)/,
    quirks: { lacks: ['frequencyPenalty', 'presencePenalty', 'stop'] },
    source: 'providers.json; docs.x.ai/docs/guides/reasoning',
  },
  {
    presets: ['perplexity'],
    quirks: {
      systemFirst: true,
      alternating: true,
      lastByUser: true,
      formats: ['json-schema'],
      lacks: ['messageName', 'streamOptions', 'seed', 'logprobs', 'topLogprobs', 'user', 'parallelToolCalls', 'stop'],
      thinkingBack: 'none',
    },
    source: 'providers.json; docs.perplexity.ai/api-reference/chat-completions-post',
  },
  {
    presets: ['baidu-qianfan'],
    quirks: { systemFirst: true, alternating: true, lastByUser: true },
    source: 'cloud.baidu.com/doc/qianfan-api/s/3m7of64lb (messages: roles take turns, the last is user or tool)',
  },
  {
    presets: ['cloudflare-workers-ai'],
    quirks: { shortByDefault: true },
    source: 'providers.json: max_tokens defaults to 256',
  },
  {
    dialects: ['replicate-predictions'],
    models: /^meta\//,
    quirks: { shortByDefault: true },
    source: 'replicate.com/meta/meta-llama-3.1-405b-instruct: max_tokens defaults to 512',
  },
  {
    presets: ['ai21'],
    quirks: { formats: ['json'], textAsString: true },
    source: 'providers.json: response_format knows json_object only',
  },
  {
    presets: ['nvidia-nim'],
    quirks: { thinkingSwitch: 'none', systemFirst: true },
    source: 'providers.json: parameters and the switch of thinking differ per container',
  },
  {
    presets: ['baseten'],
    quirks: { thinkingSwitch: 'chat_template_args' },
    source: 'providers.json: thinking is chat_template_args.enable_thinking',
  },
  {
    presets: ['vllm', 'sglang'],
    quirks: { thinkingSwitch: 'chat_template_kwargs', systemFirst: true },
    source: 'docs.vllm.ai/en/latest/features/reasoning_outputs.html; docs.sglang.ai (separate reasoning)',
  },
  {
    presets: ['llama-cpp', 'lm-studio', 'jan', 'localai'],
    quirks: { systemFirst: true, choices: ['none', 'required'] },
    source:
      'github.com/ggml-org/llama.cpp/issues/20733 (System message must be at the beginning); a choice is a word there',
  },
  {
    presets: ['lm-studio'],
    quirks: { imageUrls: false, formats: ['json-schema'] },
    source: 'github.com/lmstudio-ai/lmstudio-bug-tracker/issues/670 and /189',
  },
  {
    presets: ['ollama', 'ollama-cloud'],
    quirks: {
      choices: [],
      imageUrls: false,
      lacks: ['user', 'parallelToolCalls'],
      thinkingBack: 'reasoning',
    },
    source: 'docs.ollama.com/api/openai-compatibility; github.com/ollama/ollama/issues/17921 (tool_choice is ignored)',
  },
];
