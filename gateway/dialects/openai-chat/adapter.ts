/** OpenAI's chat completions and their many look-alikes. */
import type { DialectAdapter } from '../canonical/adapter.ts';
import { buildOpenaiError } from '../openai-error.ts';
import { buildRequest } from './build-request.ts';
import { buildResponse } from './build-response.ts';
import { buildStream } from './build-stream.ts';
import { parseError } from './parse-error.ts';
import { parseRequest } from './parse-request.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const openaiChat: DialectAdapter = {
  dialect: 'openai-chat',
  // platform.openai.com/docs/api-reference/chat/create: letters, digits, underscores, dashes; at most 64.
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
  // Longer ids are answered with `string_above_max_length`.
  callIds: { maxLength: 40, allowed: /[\x21-\x7e]/ },
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
