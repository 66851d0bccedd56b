/**
 * Bedrock's errors. Source: docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html. The class
 * stands in the header `x-amzn-errortype`, in `__type`, or in a stream in the event's name; the body has a sentence only.
 */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
  statusOfKind,
} from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined, parseJson } from '../canonical/json.ts';

const KINDS: Readonly<Record<string, ErrorKind>> = {
  AccessDeniedException: 'permission',
  ExpiredTokenException: 'authentication',
  IncompleteSignature: 'authentication',
  InternalServerException: 'server',
  InvalidClientTokenId: 'authentication',
  InvalidSignatureException: 'authentication',
  MissingAuthenticationTokenException: 'authentication',
  ModelErrorException: 'server',
  ModelNotReadyException: 'overloaded',
  ModelStreamErrorException: 'server',
  ModelTimeoutException: 'timeout',
  ResourceNotFoundException: 'not-found',
  ServiceQuotaExceededException: 'billing',
  ServiceUnavailableException: 'overloaded',
  ThrottlingException: 'rate-limit',
  UnrecognizedClientException: 'authentication',
  ValidationException: 'invalid-request',
};

const parseBody = errorParser((status, value, body) => errorOfValue(status, undefined, value, body));

export function parseError(
  status: number | undefined,
  body: string,
  headers: Readonly<Record<string, string>>,
): CanonicalError {
  // `ValidationException:http://internal.amazon.com/coral/…`: the class is what stands before the colon.
  const type = headers['x-amzn-errortype']?.split(':')[0];
  const parsed = parseBody(status, body, headers);
  return type === undefined || type === parsed.type
    ? parsed
    : defined({ ...errorOfValue(status, type, parseJson(body), body), retryAfterSeconds: parsed.retryAfterSeconds });
}

/** An exception inside a stream. Its name begins with a small letter there. */
export function errorOfException(name: string, data: string): CanonicalError {
  const value = parseJson(data);
  // The model's own status, where the model's server failed.
  const status = asNumber(asRecord(value)?.originalStatusCode);
  return errorOfValue(status, name.charAt(0).toUpperCase() + name.slice(1), value, data);
}

function errorOfValue(
  status: number | undefined,
  named: string | undefined,
  value: unknown,
  body: string,
): CanonicalError {
  const error = asRecord(value);
  // `com.amazon.coral.service#UnrecognizedClientException`
  const type = named ?? asText(error?.__type)?.split('#').pop();
  const kind = KINDS[type ?? ''] ?? kindOfStatus(status ?? 500);
  return defined({
    kind,
    message: asText(error?.message) ?? asText(error?.Message) ?? plainErrorMessage(status, body),
    status: status ?? statusOfKind(kind),
    type,
  });
}
