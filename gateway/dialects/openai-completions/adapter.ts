/** OpenAI's completions of old (`/v1/completions`): callers still ask in them, and are answered by chat models. */
import type { CallerSide } from '../canonical/adapter.ts';
import { buildOpenaiError } from '../openai-error.ts';
import { buildResponse } from './build-response.ts';
import { buildStream } from './build-stream.ts';
import { parseRequest } from './parse-request.ts';

export const openaiCompletions: CallerSide = {
  dialect: 'openai-completions',
  parseRequest,
  buildResponse,
  buildStream,
  buildError: buildOpenaiError,
};
