/**
 * Errors of watsonx.ai (`errors`, `trace`, `status_code`) and of IBM's token service (`errorCode`, `errorMessage`). Source:
 * github.com/IBM/watsonx-ai-java-sdk (WatsonxError.java), cloud.ibm.com/apidocs/iam-identity-token-api.
 */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
} from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import { openaiChat } from '../openai-chat/adapter.ts';

const KINDS: Readonly<Record<string, ErrorKind>> = {
  authentication_token_expired: 'authentication',
  authentication_token_not_valid: 'authentication',
  authorization_rejected: 'permission',
  user_authorization_failed: 'permission',
  token_quota_reached: 'billing',
  model_not_supported: 'not-found',
  // The key was not found: IBM answers 400.
  BXNIM0415E: 'authentication',
};

/** An error's value, wherever it stands. Behind some models the words of OpenAI's own form come through. */
export function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const holder = asRecord(value);
  const [first] = asRecords(holder?.errors);
  const code = asText(first?.code) ?? asText(holder?.errorCode);
  const message = asText(first?.message) ?? asText(holder?.errorMessage);
  if (holder && code === undefined && message === undefined) return openaiChat.parseError(status, body, {});
  const known = status ?? asNumber(holder?.status_code) ?? 500;
  return defined({
    kind: KINDS[code ?? ''] ?? kindOfStatus(known),
    message: message ?? plainErrorMessage(status, body),
    status: known,
    code,
  });
}

export const parseError = errorParser(errorOfValue);
