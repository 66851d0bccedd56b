/** What the answer to a key check says about the key: a state and one plain sentence. Pure. */
import type { Cause } from '../causes.ts';
import type { RawHeaders } from '../exchange.ts';
import type { KeyHealth } from '../store/schema.ts';
import type { UpstreamError } from '../upstream.ts';
import { errorMessage, matchErrorRow, parseErrorBody, valuesAt } from './error-rows.ts';
import { headerValue } from './headers.ts';
import type { Preset } from './preset-schema.ts';

export interface ProbeOutcome {
  readonly status: number | null;
  readonly headers: RawHeaders;
  readonly body: string;
  readonly error: UpstreamError | null;
}

export type Judgement = Pick<KeyHealth, 'state' | 'sentence' | 'cause' | 'status'>;

/**
 * What the answer says about the key, in one plain sentence that names the provider. `read` is the cause that the answer
 * would have for an app's request: of a refused key that reading knows more, as it also looks at the key itself.
 */
export function judgeProbe(
  preset: Preset | undefined,
  answer: ProbeOutcome,
  options: {
    readonly name?: string;
    readonly failsOnPurpose?: boolean;
    readonly provesKey?: boolean;
    readonly read?: Cause | null;
  } = {},
): Judgement {
  const name = options.name ?? preset?.name ?? 'the provider';
  const { status } = answer;
  if (answer.error || status === null) {
    const cause = networkCause(answer.error?.code ?? '');
    return { state: 'unreachable', sentence: `Not checked: ${name} ${NETWORK_WORDS[cause]}.`, cause, status };
  }
  const parsed = parseErrorBody(answer.body);
  const said = errorMessage(preset, parsed);
  const judged = (state: Judgement['state'], sentence: string, cause: Cause | null): Judgement => ({
    state,
    sentence,
    cause,
    status,
  });
  if (isPage(answer)) {
    return judged(
      'unreachable',
      `Not checked: a web page answered in place of ${name}. A proxy, a sign-in page or a wrong base URL is in the way.`,
      'proxy_interference',
    );
  }
  const row = preset && matchErrorRow(preset, status, answer.headers, answer.body);
  if (status >= 200 && status < 300) {
    if (row && row.cause !== 'other') return fromCause(row.cause, name, status, said, options);
    return judgeSuccess(preset, parsed, name, status, options.provesKey !== false);
  }
  if (status >= 300 && status < 400) {
    return judged(
      'unreachable',
      `Not checked: ${name} sent the check elsewhere. Look at the base URL.`,
      'wrong_endpoint',
    );
  }
  const bad = preset && isInvalidKeyAnswer(preset, status, answer.body);
  const cause = row?.cause ?? (bad ? 'key_invalid_unknown' : statusCause(status));
  const { read } = options;
  const finer = cause.startsWith('key_') && read?.startsWith('key_') ? read : cause;
  return fromCause(finer, name, status, said, options);
}

function isInvalidKeyAnswer(preset: Preset, status: number, body: string): boolean {
  const { status: expected, messageMatch } = preset.invalidKey;
  return expected === status && (messageMatch === null || new RegExp(messageMatch).test(body));
}

/** Some checks answer 200 and tell the bad news inside. */
function judgeSuccess(
  preset: Preset | undefined,
  parsed: unknown,
  name: string,
  status: number,
  proves: boolean,
): Judgement {
  const first = (path: string) => valuesAt(parsed, path)[0];
  const judged = (state: Judgement['state'], sentence: string, cause: Cause | null = null): Judgement => ({
    state,
    sentence,
    cause,
    status,
  });
  const empty = () =>
    judged('out_of_credit', `${name} accepts this key, but there is no credit left.`, 'quota_exhausted');
  switch (preset?.id) {
    case 'cohere':
      if (first('valid') === false)
        return judged('rejected', `Rejected by ${name}: it does not know this key.`, 'key_invalid_unknown');
      break;
    case 'deepseek':
      if (first('is_available') === false) return empty();
      break;
    case 'moonshot':
    case 'moonshot-cn':
      if (Number(first('data.available_balance')) <= 0) return empty();
      break;
    case 'openrouter':
      if (first('data.limit_remaining') === 0) return empty();
      break;
    case 'xai':
      if (first('api_key_blocked') === true || first('api_key_disabled') === true) {
        return judged('revoked', `Withdrawn: ${name} says this key was blocked or disabled.`, 'key_revoked');
      }
      if (first('team_blocked') === true)
        return judged('no_access', `${name} has blocked the team this key belongs to.`, 'account_disabled');
      break;
  }
  if (!proves)
    return judged('valid', `${name} answers. It lists its models to anybody, so this does not prove the key.`);
  return judged('valid', 'Works');
}

/** Causes that say something about the request, not about the key: it got past the door. */
const ABOUT_THE_REQUEST: ReadonlySet<Cause> = new Set<Cause>([
  'bad_request_parameter',
  'model_not_found',
  'model_no_access',
  'context_too_long',
  'payload_too_large',
  'content_blocked',
  'response_format',
  'other',
]);

/** Restricted keys may lack the right to list models and be good for everything else (OpenAI's scopes). */
const LISTING_ONLY = /missing scopes?:?\s*(?:\[?['"]?)?api\.model\.read|model\.read|permission to list|list models/i;

function fromCause(
  cause: Cause,
  name: string,
  status: number,
  said: string | undefined,
  options: { readonly failsOnPurpose?: boolean },
): Judgement {
  const judged = (state: Judgement['state'], sentence: string): Judgement => ({
    state,
    sentence,
    cause: state === 'valid' ? null : cause,
    status,
  });
  if (options.failsOnPurpose && ABOUT_THE_REQUEST.has(cause)) return judged('valid', 'Works');
  switch (cause) {
    case 'key_missing':
      return judged('rejected', `Rejected by ${name}: it found no key in the request.`);
    case 'key_malformed':
      return judged('rejected', `Rejected by ${name}: this does not look like one of its keys. Copy it again, whole.`);
    case 'key_wrong_provider':
      return judged('rejected', `Rejected by ${name}: this is another kind of key than the one it wants here.`);
    case 'key_mismatch':
      return judged(
        'rejected',
        `Rejected by ${name}: the key belongs to another account, project or resource, or the address is another one's.`,
      );
    case 'key_invalid_unknown':
      return judged(
        'rejected',
        `Rejected by ${name}: it does not know this key. It may be mistyped, deleted or of another account.`,
      );
    case 'key_expired':
      return judged('expired', `Expired: ${name} says this key has run out. Make a new one.`);
    case 'key_revoked':
      return judged(
        'revoked',
        `Withdrawn: ${name} says this key was deleted, disabled or reported as leaked. Make a new one.`,
      );
    case 'quota_exhausted':
      return judged('out_of_credit', `${name} accepts this key, but there is no credit or allowance left.`);
    case 'rate_limited':
      return judged('valid', `Works. ${name} is limiting requests at the moment.`);
    case 'permission_missing':
      if (said !== undefined && LISTING_ONLY.test(said)) {
        return judged(
          'valid',
          `${name} accepts this key. It is a restricted one that may not list models; that does no harm.`,
        );
      }
      return judged(
        'no_access',
        `${name} knows this key, but does not let it do this. Its permissions, or the places it may be used from, are restricted.`,
      );
    case 'model_no_access':
    case 'model_not_found':
      return judged('valid', `${name} accepts this key.`);
    case 'region_blocked':
      return judged('no_access', `${name} does not serve the country that this computer is in.`);
    case 'account_disabled':
      return judged('no_access', `${name} has closed or suspended the account of this key.`);
    case 'wrong_endpoint':
      return judged(
        'unreachable',
        `Not checked: the address of ${name} answers that there is nothing there. Look at the base URL.`,
      );
    case 'provider_outage':
    case 'provider_overloaded':
    case 'upstream_timeout':
      return judged(
        'unreachable',
        `Not checked: ${name} has trouble itself at the moment (status ${status}). Try again later.`,
      );
    default:
      return judged(
        'unreachable',
        `Not checked: ${name} gave an answer that tells nothing about the key (status ${status}).`,
      );
  }
}

function statusCause(status: number): Cause {
  if (status === 401) return 'key_invalid_unknown';
  if (status === 402) return 'quota_exhausted';
  if (status === 403) return 'permission_missing';
  if (status === 404 || status === 405) return 'wrong_endpoint';
  if (status === 407) return 'proxy_interference';
  if (status === 413) return 'payload_too_large';
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'provider_overloaded';
  if (status >= 500) return 'provider_outage';
  return status === 400 || status === 422 ? 'bad_request_parameter' : 'other';
}

function isPage(answer: ProbeOutcome): boolean {
  const type = headerValue(answer.headers, 'content-type') ?? '';
  return /text\/html/i.test(type) || /^\s*<(?:!doctype|html)/i.test(answer.body);
}

type NetworkCause =
  | 'network_dns'
  | 'network_refused'
  | 'network_tls'
  | 'clock_skew'
  | 'upstream_timeout'
  | 'network_reset_or_truncated';

const NETWORK_WORDS: Readonly<Record<NetworkCause, string>> = {
  network_dns: 'could not be found by its name: this computer may be offline, or the base URL wrong',
  network_refused: 'refused the connection: nothing listens at that address',
  network_tls: 'could not be trusted: the secure connection failed',
  clock_skew: 'showed a certificate that is not valid yet: this computer’s clock may be wrong',
  upstream_timeout: 'did not answer in time',
  network_reset_or_truncated: 'broke the connection off',
};

function networkCause(code: string): NetworkCause {
  if (/^(?:ENOTFOUND|EAI_)/.test(code)) return 'network_dns';
  if (/^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/.test(code))
    return 'network_refused';
  if (code === 'CERT_NOT_YET_VALID') return 'clock_skew';
  if (/^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return 'network_tls';
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'upstream_timeout';
  return 'network_reset_or_truncated';
}
