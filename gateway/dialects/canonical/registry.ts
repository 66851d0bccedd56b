/** The dialects that can be translated: one line each. */
import { anthropicMessages } from '../anthropic-messages/adapter.ts';
import { gemini } from '../gemini/adapter.ts';
import { openaiChat } from '../openai-chat/adapter.ts';
import type { DialectAdapter } from './adapter.ts';
import type { TranslatedDialect } from './request.ts';

const ADAPTERS: Readonly<Partial<Record<TranslatedDialect, DialectAdapter>>> = {
  'openai-chat': openaiChat,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': gemini,
};

/** The adapter of a dialect. Throws for one that has none: who asks must know (`isTranslated`). */
export function adapterOf(dialect: TranslatedDialect): DialectAdapter {
  const adapter = ADAPTERS[dialect];
  if (!adapter) throw new Error(`No adapter for ${dialect}`);
  return adapter;
}

export const TRANSLATED_DIALECTS = Object.keys(ADAPTERS) as readonly TranslatedDialect[];
