/** What a transport error means. Codes as Node, OpenSSL and undici name them. Pure. */
import type { Cause } from '../causes.ts';
import type { UpstreamError } from '../upstream.ts';

export interface NetworkFailure {
  readonly cause: Cause;
  /** Finishes "The provider NAME …". */
  readonly words: string;
}

/** `begun` tells whether any byte of the answer had arrived. */
export function explainNetworkError(error: UpstreamError, begun: boolean): NetworkFailure {
  const { code } = error;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
    case 'EAI_FAIL':
      return { cause: 'network_dns', words: 'could not be found by its name (DNS)' };
    case 'ECONNREFUSED':
      return { cause: 'network_refused', words: 'refused the connection: nothing listens at that address' };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return { cause: 'network_refused', words: 'cannot be reached from this network' };
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
    case 'ERR_UPSTREAM_UPGRADE_TIMEOUT':
      return { cause: 'upstream_timeout', words: 'did not accept a connection in time' };
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { cause: 'upstream_timeout', words: 'accepted the request and then did not begin to answer in time' };
    case 'UND_ERR_BODY_TIMEOUT':
      return { cause: 'upstream_timeout', words: 'began to answer and then stood still' };
    case 'KEYWARD_TOTAL_TIMEOUT':
      return { cause: 'upstream_timeout', words: 'did not finish in the time allowed for a whole request' };
    case 'KEYWARD_SIGN_IN':
      return { cause: 'key_malformed', words: 'was not asked: the stored credential cannot be used to sign in' };
    case 'KEYWARD_TOO_LARGE':
      return { cause: 'response_format', words: 'answered with more than can be taken in' };
    case 'UND_ERR_HEADERS_OVERFLOW':
      return { cause: 'response_format', words: 'answered with headers that are too large' };
    case 'UND_ERR_PRX_TLS':
    case 'ERR_PROXY_CONNECTION':
      return { cause: 'proxy_interference', words: 'could not be reached through the proxy' };
    case 'CERT_NOT_YET_VALID':
      return {
        cause: 'clock_skew',
        words: 'showed a certificate that is not valid yet: the clock of this machine may be wrong',
      };
    default:
      return explainFamily(error, begun);
  }
}

function explainFamily({ code, message }: UpstreamError, begun: boolean): NetworkFailure {
  if (
    /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/.test(
      code,
    ) ||
    code === 'EPROTO'
  ) {
    return { cause: 'network_tls', words: `could not be trusted: the secure connection failed (${code})` };
  }
  if (code.startsWith('HPE_') || code === 'HTTPParserError') {
    return { cause: 'response_format', words: 'answered with something that is not HTTP' };
  }
  if (/proxy/i.test(message) && /(?:40[37]|50[234])|tunnel|CONNECT/.test(message)) {
    return { cause: 'proxy_interference', words: 'could not be reached through the proxy' };
  }
  return {
    cause: 'network_reset_or_truncated',
    words: begun
      ? 'broke the connection off in the middle of its answer'
      : 'broke the connection off before it answered',
  };
}
