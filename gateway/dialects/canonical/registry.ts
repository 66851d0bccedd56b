/** The dialects that can be translated: one line each. */
import { anthropicMessages } from '../anthropic-messages/adapter.ts';
import { gemini } from '../gemini/adapter.ts';
import { openaiChat } from '../openai-chat/adapter.ts';
import { openaiResponses } from '../openai-responses/adapter.ts';
import type { DialectAdapter } from './adapter.ts';
import type { TranslatedDialect } from './request.ts';

const ADAPTERS: Readonly<Record<TranslatedDialect, DialectAdapter>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': gemini,
};

/** The adapter of a dialect. */
export function adapterOf(dialect: TranslatedDialect): DialectAdapter {
  return ADAPTERS[dialect];
}

export const TRANSLATED_DIALECTS = Object.keys(ADAPTERS) as readonly TranslatedDialect[];
