/** Embeddings from one dialect to another and back: a line for each dialect. Pure. */
import { titanEmbeddings } from '../bedrock-converse/titan-embeddings.ts';
import { cohereEmbed } from '../cohere-v2/embeddings.ts';
import { geminiEmbeddings, geminiEmbeddingsCaller } from '../gemini/embeddings.ts';
import { ollamaEmbed } from '../ollama-chat/embeddings.ts';
import {
  jinaEmbeddings,
  openaiEmbeddings,
  openaiEmbeddingsCaller,
  voyageEmbeddings,
} from '../openai-embeddings/adapter.ts';
import { watsonxEmbeddings } from '../watsonx-chat/embeddings.ts';
import type {
  EmbeddingCaller,
  EmbeddingCallerSide,
  EmbeddingDialect,
  EmbeddingProviderSide,
  EmbeddingRequest,
} from './embeddings.ts';
import { createLosses, type LedgerEntry } from './losses.ts';
import type { CallerDialect, ProviderDialect } from './request.ts';
import { type Talking, translateCall } from './translate-call.ts';
import type { CallTarget, TranslatedCall } from './way-back.ts';

const PROVIDERS: Readonly<Record<EmbeddingDialect, Talking<EmbeddingProviderSide, ProviderDialect>>> = {
  'openai-embeddings': { ...openaiEmbeddings, talks: 'openai-chat' },
  'voyage-embeddings': { ...voyageEmbeddings, talks: 'openai-chat' },
  'jina-embeddings': { ...jinaEmbeddings, talks: 'openai-chat' },
  'gemini-embed': { ...geminiEmbeddings, talks: 'gemini-generate' },
  'cohere-embed': { ...cohereEmbed, talks: 'cohere-v2' },
  'ollama-embed': { ...ollamaEmbed, talks: 'ollama-chat' },
  'titan-embed': { ...titanEmbeddings, talks: 'bedrock-converse' },
  'watsonx-embed': { ...watsonxEmbeddings, talks: 'watsonx-chat' },
};

const CALLERS: Readonly<Record<EmbeddingCaller, Talking<EmbeddingCallerSide, CallerDialect>>> = {
  'openai-embeddings': { ...openaiEmbeddingsCaller, talks: 'openai-chat' },
  'gemini-embed': { ...geminiEmbeddingsCaller, talks: 'gemini-generate' },
};

export function translateEmbeddings(
  from: EmbeddingCaller,
  to: EmbeddingDialect,
  body: unknown,
  target: CallTarget,
): TranslatedCall {
  const provider = PROVIDERS[to];
  const carrying: typeof provider = {
    ...provider,
    buildRequest: (request, model) => {
      const built = provider.buildRequest(request, model);
      return built.refused === undefined
        ? { value: built.value, ledger: [...notCarried(request, provider), ...built.ledger] }
        : built;
    },
  };
  return translateCall(CALLERS[from], carrying, body, target, ({ vectors }, { inputs }) =>
    vectors.length === inputs.length
      ? undefined
      : `${inputs.length} inputs were sent, and ${vectors.length} embeddings came back.`,
  );
}

/** A text may be a key or a person: it is not told. */
function notCarried({ extra = {} }: EmbeddingRequest, { takes }: EmbeddingProviderSide): readonly LedgerEntry[] {
  const losses = createLosses();
  for (const [name, value] of Object.entries(extra)) {
    if (takes?.(name, value)) continue;
    losses.add(
      'dropped',
      name,
      'Embeddings have no such field elsewhere.',
      typeof value === 'string' ? undefined : value,
    );
  }
  const closed = losses.close(undefined);
  return closed.refused === undefined ? closed.ledger : [];
}
