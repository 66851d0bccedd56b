/** Google's Gemini API (`generateContent`, `streamGenerateContent`). */
import type { DialectAdapter } from '../canonical/adapter.ts';
import { buildError } from './build-error.ts';
import { buildRequest } from './build-request.ts';
import { buildResponse } from './build-response.ts';
import { buildStream } from './build-stream.ts';
import { parseError } from './parse-error.ts';
import { parseRequest } from './parse-request.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const gemini: DialectAdapter = {
  dialect: 'gemini-generate',
  // ai.google.dev/api/caching#FunctionDeclaration: begins with a letter or underscore; 64 suits every model.
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_.:-]/, first: /[a-zA-Z_]/ },
  callIds: { maxLength: 128, allowed: /[\x21-\x7e]/ },
  freeTextTools: false,
  parseRequest,
  buildRequest,
  parseResponse,
  buildResponse,
  parseStream,
  buildStream,
  parseError,
  buildError,
};
