/** Cohere's chat API, version 2, the provider's side only: no client speaks it to us. */
import type { ProviderSide } from '../canonical/adapter.ts';
import { buildRequest } from './build-request.ts';
import { parseError } from './parse-error.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const cohereV2: ProviderSide = {
  dialect: 'cohere-v2',
  // docs.cohere.com/docs/tool-use-overview: letters, digits and underscores, no digit first.
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_]/, first: /[a-zA-Z_]/ },
  callIds: { maxLength: 128, allowed: /[a-zA-Z0-9_.:-]/ },
  freeTextTools: false,
  buildRequest,
  parseResponse,
  parseStream,
  parseError,
};
