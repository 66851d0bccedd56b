/**
 * Where a translated request goes: the endpoint of each dialect that providers are spoken to in, behind their base URL.
 * Pure. A dialect is plugged in by a line here and one in canonical/registry.ts.
 */
import type { Endpoint } from '../exchange.ts';
import type { ProviderDialect } from './canonical/request.ts';
import type { RerankDialect } from './canonical/rerank.ts';

export interface Outbound {
  readonly endpoint: Endpoint;
  /** Query that makes a stream one of server-sent events. */
  readonly search?: string;
}

type Forms = { readonly whole: Outbound; readonly stream: Outbound };

function sameForBoth(endpoint: Endpoint): Forms {
  return { whole: { endpoint }, stream: { endpoint } };
}

function bedrock(action: 'converse' | 'converse-stream'): Endpoint {
  return {
    name: action,
    family: 'openai',
    format: 'bedrock',
    dialect: 'bedrock-converse',
    upstreamPath: `/model/{modelId}/${action}`,
    modelIn: 'path',
  };
}

function gemini(name: 'generateContent' | 'streamGenerateContent'): Endpoint {
  return {
    name,
    family: 'gemini',
    dialect: 'gemini-generate',
    upstreamPath: `/models/{model}:${name}`,
    modelIn: 'path',
  };
}

function watsonx(action: 'chat' | 'chat_stream'): Endpoint {
  return {
    name: `text.${action}`,
    family: 'openai',
    format: 'watsonx',
    dialect: 'watsonx-chat',
    upstreamPath: `/text/${action}`,
    modelIn: 'body',
  };
}

const FORMS: Readonly<Record<ProviderDialect, Forms>> = {
  'openai-chat': sameForBoth({
    name: 'chat.completions',
    family: 'openai',
    dialect: 'openai-chat',
    upstreamPath: '/chat/completions',
    modelIn: 'body',
  }),
  'openai-responses': sameForBoth({
    name: 'responses',
    family: 'openai',
    dialect: 'openai-responses',
    upstreamPath: '/responses',
    modelIn: 'body',
  }),
  'anthropic-messages': sameForBoth({
    name: 'messages',
    family: 'anthropic',
    dialect: 'anthropic-messages',
    upstreamPath: '/messages',
    modelIn: 'body',
  }),
  // ai.google.dev/api/generate-content: without `alt=sse` a stream is one JSON array.
  'gemini-generate': {
    whole: { endpoint: gemini('generateContent') },
    stream: { endpoint: gemini('streamGenerateContent'), search: '?alt=sse' },
  },
  'bedrock-converse': { whole: { endpoint: bedrock('converse') }, stream: { endpoint: bedrock('converse-stream') } },
  'cohere-v2': sameForBoth({
    name: 'chat',
    family: 'openai',
    format: 'cohere',
    dialect: 'cohere-v2',
    upstreamPath: '/chat',
    modelIn: 'body',
  }),
  'watsonx-chat': { whole: { endpoint: watsonx('chat') }, stream: { endpoint: watsonx('chat_stream') } },
  'ollama-chat': sameForBoth({
    name: 'chat',
    family: 'openai',
    format: 'ollama',
    dialect: 'ollama-chat',
    upstreamPath: '/chat',
    modelIn: 'body',
  }),
  'replicate-predictions': sameForBoth({
    name: 'predictions',
    family: 'openai',
    format: 'replicate',
    dialect: 'replicate-predictions',
    upstreamPath: '/models/{model}/predictions',
    modelIn: 'path',
    runs: true,
  }),
};

export function outboundOf(dialect: ProviderDialect, stream: boolean): Outbound {
  return FORMS[dialect][stream ? 'stream' : 'whole'];
}

/** Where embeddings are asked for. Bedrock's InvokeModel is one address for every maker's form. */
export function embeddingsEndpoint(format: EmbeddingFormat): Endpoint {
  return EMBEDDINGS[format];
}

/** Where documents are ranked, in the forms that are not the callers' own. */
export function rerankEndpoint(dialect: RerankDialect): Endpoint {
  const place = { name: 'rerank', family: 'openai', dialect, upstreamPath: '/rerank', modelIn: 'body' } as const;
  if (dialect === 'bedrock-rerank') return { ...EMBEDDINGS.bedrock, dialect };
  return dialect === 'cohere-rerank' ? { ...place, format: 'cohere' } : place;
}

export type EmbeddingFormat = 'openai' | 'gemini' | 'cohere' | 'bedrock' | 'watsonx' | 'ollama';

const EMBEDDINGS: Readonly<Record<EmbeddingFormat, Endpoint>> = {
  openai: {
    name: 'embeddings',
    family: 'openai',
    dialect: 'openai-embeddings',
    upstreamPath: '/embeddings',
    modelIn: 'body',
  },
  gemini: {
    name: 'batchEmbedContents',
    family: 'gemini',
    dialect: 'gemini-embed',
    upstreamPath: '/models/{model}:batchEmbedContents',
    modelIn: 'path',
  },
  cohere: {
    name: 'embed',
    family: 'openai',
    format: 'cohere',
    dialect: 'cohere-embed',
    upstreamPath: '/embed',
    modelIn: 'body',
  },
  ollama: {
    name: 'embed',
    family: 'openai',
    format: 'ollama',
    dialect: 'ollama-embed',
    upstreamPath: '/embed',
    modelIn: 'body',
  },
  bedrock: {
    name: 'invoke',
    family: 'openai',
    format: 'bedrock',
    dialect: 'titan-embed',
    upstreamPath: '/model/{modelId}/invoke',
    modelIn: 'path',
  },
  watsonx: {
    name: 'text.embeddings',
    family: 'openai',
    format: 'watsonx',
    dialect: 'watsonx-embed',
    upstreamPath: '/text/embeddings',
    modelIn: 'body',
  },
};
