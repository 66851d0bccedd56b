/** Embeddings from one dialect to another and back: a line for each dialect, and the two ways. Pure. */
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
  ParsedEmbeddings,
} from './embeddings.ts';
import { unusable } from './error.ts';
import { createLosses, type LedgerEntry } from './losses.ts';
import { callerSideOf } from './registry.ts';
import type { CallerDialect, ProviderDialect } from './request.ts';
import { translateError } from './translate.ts';
import type { CallTarget, TranslatedCall } from './way-back.ts';

/** `talks`: the dialect of conversations that the same provider's failures are worded in. */
type Side<S, D> = S & { readonly talks: D };

const PROVIDERS: Readonly<Record<EmbeddingDialect, Side<EmbeddingProviderSide, ProviderDialect>>> = {
  'openai-embeddings': { ...openaiEmbeddings, talks: 'openai-chat' },
  'voyage-embeddings': { ...voyageEmbeddings, talks: 'openai-chat' },
  'jina-embeddings': { ...jinaEmbeddings, talks: 'openai-chat' },
  'gemini-embed': { ...geminiEmbeddings, talks: 'gemini-generate' },
  'cohere-embed': { ...cohereEmbed, talks: 'cohere-v2' },
  'ollama-embed': { ...ollamaEmbed, talks: 'ollama-chat' },
  'titan-embed': { ...titanEmbeddings, talks: 'bedrock-converse' },
  'watsonx-embed': { ...watsonxEmbeddings, talks: 'watsonx-chat' },
};

const CALLERS: Readonly<Record<EmbeddingCaller, Side<EmbeddingCallerSide, CallerDialect>>> = {
  'openai-embeddings': { ...openaiEmbeddingsCaller, talks: 'openai-chat' },
  'gemini-embed': { ...geminiEmbeddingsCaller, talks: 'gemini-generate' },
};

export function translateEmbeddings(
  from: EmbeddingCaller,
  to: EmbeddingDialect,
  body: unknown,
  target: CallTarget,
): TranslatedCall {
  const caller = CALLERS[from];
  const provider = PROVIDERS[to];
  const parsed = caller.parseRequest(body);
  if (parsed.refused !== undefined) return parsed;
  const request = parsed.value;
  const built = provider.buildRequest(request, target.model);
  if (built.refused !== undefined) return built;
  return {
    body: { ...built.value, ...target.scope },
    ledger: [...parsed.ledger, ...notCarried(request, provider), ...built.ledger],
    back: {
      whole: (answered) => {
        const read = readAnswer(provider, answered, request.inputs.length);
        if (read.error !== undefined)
          return { error: read.error, ...callerSideOf(caller.talks).buildError(read.error) };
        const { wire, ledger } = caller.buildAnswer(read.answer, request, target.shownModel);
        return { body: wire, ledger };
      },
      failed: (status, text, headers) => translateError(provider.talks, caller.talks, status, text, headers),
    },
  };
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

function readAnswer(provider: EmbeddingProviderSide, body: unknown, asked: number): ParsedEmbeddings {
  const read = provider.parseAnswer(body);
  const came = read.answer?.vectors.length;
  if (came === undefined || came === asked) return read;
  return { error: unusable(`${asked} inputs were sent, and ${came} embeddings came back.`) };
}
