/**
 * IBM watsonx.ai's text chat, the provider's side only: OpenAI's chat completions with names of its own, so that it builds
 * on that dialect's parsers and builders. Source: cloud.ibm.com/apidocs/watsonx-ai#text-chat,
 * github.com/IBM/watsonx-ai-node-sdk (src/vml_v1.ts, textChat), github.com/IBM/watsonx-ai-java-sdk.
 */
import type { ProviderSide } from '../canonical/adapter.ts';
import { openaiChat } from '../openai-chat/adapter.ts';
import { buildRequest } from './build-request.ts';
import { parseError } from './parse-error.ts';
import { parseResponse, parseStream } from './parse-response.ts';

export const watsonxChat: ProviderSide = {
  dialect: 'watsonx-chat',
  toolNames: openaiChat.toolNames,
  // Its own are longer than OpenAI's: `chatcmpl-tool-` and 32 digits.
  callIds: { maxLength: 128, allowed: /[\x21-\x7e]/ },
  freeTextTools: false,
  buildRequest,
  parseResponse,
  parseStream,
  parseError,
};
