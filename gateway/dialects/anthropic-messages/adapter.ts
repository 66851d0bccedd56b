/** Anthropic's Messages API. */
import type { DialectAdapter } from '../canonical/adapter.ts';
import { buildError } from './build-error.ts';
import { buildRequest } from './build-request.ts';
import { buildResponse } from './build-response.ts';
import { buildStream } from './build-stream.ts';
import { parseError } from './parse-error.ts';
import { parseRequest } from './parse-request.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const anthropicMessages: DialectAdapter = {
  dialect: 'anthropic-messages',
  // docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use: ^[a-zA-Z0-9_-]{1,64}$ for most models.
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
  // The API answers `String should match pattern '^[a-zA-Z0-9_-]+$'` to other ids.
  callIds: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
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
