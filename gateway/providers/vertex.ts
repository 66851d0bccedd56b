/**
 * Google's Vertex AI: one address per project and location, and behind it a path for each publisher's models, each in its
 * maker's dialect. Sources: cloud.google.com/vertex-ai/generative-ai/docs (model-reference/inference, partner-models/claude/use-claude,
 * start/openai, learn/locations). Pure.
 */
import type { Endpoint } from '../exchange.ts';

export const VERTEX = 'vertex-ai';

/** The dialect a model is spoken to in: Claude in Anthropic's, Gemini in Google's, all others in OpenAI's. */
export function vertexDialect(model: string): 'anthropic-messages' | 'gemini-generate' | 'openai-chat' {
  if (/^(?:anthropic\/)?claude/.test(model)) return 'anthropic-messages';
  return model.includes('/') && !model.startsWith('google/') ? 'openai-chat' : 'gemini-generate';
}

/** The base URL of a location, places unfilled: regions have hosts of their own, `us`, `eu` and `global` do not. */
export function vertexBase(location: string | undefined): string {
  const path = '/v1/projects/{project}/locations/{location}';
  if (location === 'global') return `https://aiplatform.googleapis.com${path}`;
  // Multi-regions (…/partner-models/claude/use-claude, *Multi-region endpoints*).
  if (location === 'us' || location === 'eu') return `https://aiplatform.{location}.rep.googleapis.com${path}`;
  return `https://{location}-aiplatform.googleapis.com${path}`;
}

/** In the body of a Claude request stands the API's version; the model is told in the path. */
export const VERTEX_ANTHROPIC_VERSION = '"anthropic_version":"vertex-2023-10-16"';

export interface VertexCall {
  readonly endpoint: Endpoint;
  readonly model: string | undefined;
}

/** The same call on Vertex: another path, and for Claude one for streams. Undefined: Vertex has none of the kind. */
export function vertexCall(endpoint: Endpoint, model: string | undefined, stream: boolean): VertexCall | undefined {
  const bare = model?.replace(/^(?:google|anthropic)\//, '');
  switch (endpoint.dialect) {
    case 'gemini-generate':
    case 'gemini-count-tokens':
    case 'gemini-embed':
      return call(endpoint, `/publishers/google${endpoint.upstreamPath}`, bare);
    case 'anthropic-messages': {
      const action = stream ? 'streamRawPredict' : 'rawPredict';
      return call({ ...endpoint, modelIn: 'path' }, `/publishers/anthropic/models/{model}:${action}`, bare);
    }
    case 'anthropic-count-tokens':
      return call(endpoint, '/publishers/anthropic/models/count-tokens:rawPredict', bare);
    case 'openai-chat':
      return call(endpoint, '/endpoints/openapi/chat/completions', model);
    case 'raw':
      return call(endpoint, endpoint.upstreamPath, model);
    default:
      return undefined;
  }
}

function call(endpoint: Endpoint, upstreamPath: string, model: string | undefined): VertexCall {
  return { endpoint: { ...endpoint, upstreamPath }, model };
}
