/** The dialects that can be translated: one line each. */
import { anthropicMessages } from '../anthropic-messages/adapter.ts';
import { bedrockConverse } from '../bedrock-converse/adapter.ts';
import { cohereV2 } from '../cohere-v2/adapter.ts';
import { gemini } from '../gemini/adapter.ts';
import { ollamaChat } from '../ollama-chat/adapter.ts';
import { openaiChat } from '../openai-chat/adapter.ts';
import { openaiCompletions } from '../openai-completions/adapter.ts';
import { openaiResponses } from '../openai-responses/adapter.ts';
import { replicatePredictions } from '../replicate-predictions/adapter.ts';
import { watsonxChat } from '../watsonx-chat/adapter.ts';
import type { CallerSide, DialectAdapter, ProviderSide } from './adapter.ts';
import type { CallerDialect, ProviderDialect, TranslatedDialect } from './request.ts';

const ADAPTERS: Readonly<Record<TranslatedDialect, DialectAdapter>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': gemini,
};

const PROVIDERS_ONLY: Readonly<Record<Exclude<ProviderDialect, TranslatedDialect>, ProviderSide>> = {
  'bedrock-converse': bedrockConverse,
  'cohere-v2': cohereV2,
  'watsonx-chat': watsonxChat,
  'ollama-chat': ollamaChat,
  'replicate-predictions': replicatePredictions,
};

const CALLERS_ONLY: Readonly<Record<Exclude<CallerDialect, TranslatedDialect>, CallerSide>> = {
  'openai-completions': openaiCompletions,
};

/** What a dialect that callers speak is translated with. */
export function callerSideOf(dialect: CallerDialect): CallerSide {
  return dialect in CALLERS_ONLY
    ? CALLERS_ONLY[dialect as keyof typeof CALLERS_ONLY]
    : ADAPTERS[dialect as TranslatedDialect];
}

/** The adapter of a dialect that both speak. */
export function adapterOf(dialect: TranslatedDialect): DialectAdapter {
  return ADAPTERS[dialect];
}

/** What a dialect that a provider speaks is translated with. */
export function providerSideOf(dialect: ProviderDialect): ProviderSide {
  return dialect in PROVIDERS_ONLY
    ? PROVIDERS_ONLY[dialect as keyof typeof PROVIDERS_ONLY]
    : ADAPTERS[dialect as TranslatedDialect];
}

export const TRANSLATED_DIALECTS = Object.keys(ADAPTERS) as readonly TranslatedDialect[];
