/** Ollama's own chat API (`/api/chat`), the provider's side only: callers reach it untouched at `/p/PROVIDER/api/chat`. */
import type { ProviderSide } from '../canonical/adapter.ts';
import { createNdjsonReader } from '../canonical/ndjson.ts';
import { buildRequest } from './build-request.ts';
import { forcedTool } from './forced-call.ts';
import { parseError } from './parse-error.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

/** Names and ids are texts like any other to Ollama (api/types.go, `ToolCall`); the bound is the gateway's own. */
const ANY = { maxLength: 256, allowed: /\S/u };

export const ollamaChat: ProviderSide = {
  dialect: 'ollama-chat',
  toolNames: ANY,
  callIds: ANY,
  freeTextTools: false,
  buildRequest,
  parseResponse,
  parseStream,
  parseError,
  callInText: (request) => forcedTool(request)?.name,
  createReader: createNdjsonReader,
};
