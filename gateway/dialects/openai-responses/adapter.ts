/** OpenAI's Responses API. */
import type { DialectAdapter } from '../canonical/adapter.ts';
import { buildOpenaiError } from '../openai-error.ts';
import { buildRequest } from './build-request.ts';
import { buildResponse } from './build-response.ts';
import { buildStream } from './build-stream.ts';
import { parseError } from './parse-error.ts';
import { parseRequest } from './parse-request.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const openaiResponses: DialectAdapter = {
  dialect: 'openai-responses',
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
  callIds: { maxLength: 64, allowed: /[\x21-\x7e]/ },
  freeTextTools: true,
  parseRequest,
  buildRequest,
  parseResponse,
  buildResponse,
  parseStream,
  buildStream,
  parseError,
  buildError: buildOpenaiError,
};
