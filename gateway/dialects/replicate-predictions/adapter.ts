/**
 * Replicate's predictions of language models, the provider's side only. How a run is waited for or its stream opened is the
 * affair of what carries the request (upstreams/runs.ts); here it is one request and one answer.
 */
import type { ProviderSide } from '../canonical/adapter.ts';
import { buildRequest } from './build-request.ts';
import { parseError } from './parse-error.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const replicatePredictions: ProviderSide = {
  dialect: 'replicate-predictions',
  // There are no tools; any name will do.
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
  callIds: { maxLength: 128, allowed: /[\x21-\x7e]/ },
  freeTextTools: false,
  buildRequest,
  parseResponse,
  parseStream,
  parseError,
};
