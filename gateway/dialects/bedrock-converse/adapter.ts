/** Amazon Bedrock's Converse API, the provider's side only: no client speaks it to us. */
import type { ProviderSide } from '../canonical/adapter.ts';
import { buildRequest } from './build-request.ts';
import { createEventStreamReader } from './event-stream.ts';
import { parseError } from './parse-error.ts';
import { parseResponse } from './parse-response.ts';
import { parseStream } from './parse-stream.ts';

export const bedrockConverse: ProviderSide = {
  dialect: 'bedrock-converse',
  // docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html: [a-zA-Z0-9_-]+, 64 at most.
  toolNames: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
  // …/API_runtime_ToolUseBlock.html: toolUseId likewise.
  callIds: { maxLength: 64, allowed: /[a-zA-Z0-9_-]/ },
  freeTextTools: false,
  buildRequest,
  parseResponse,
  parseStream,
  parseError,
  createReader: createEventStreamReader,
};
