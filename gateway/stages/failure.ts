/** Why an answer is a failure, as `forward` judges it; and the words for answers that are no use at all. Pure. */
import type { Cause } from '../causes.ts';
import type { Attempt, AttemptOutcome, Evidence, Verdict } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { UpstreamError } from '../upstream.ts';

export interface Failure {
  readonly cause: Cause;
  readonly message: string;
  readonly error?: UpstreamError;
  readonly evidence?: readonly Evidence[];
}

export function failedOutcome({ cause, error }: Failure): AttemptOutcome {
  return { ok: false, cause, errorCode: error?.code, errorMessage: error?.message };
}

/** The client went while `attempt` was under way, or between two. */
export function hungUp(attempt: Attempt | undefined, elapsedMs: number): Omit<Verdict, 'endMs'> {
  const when = attempt?.status === undefined ? 'before the answer began' : 'before the answer was complete';
  return {
    ok: true,
    cause: null,
    stage: null,
    clientGone: true,
    status: null,
    message: `The app hung up after ${(elapsedMs / 1000).toFixed(1)} s, ${when}.`,
  };
}

/** Redirects are not followed: the key would travel on, and a client that followed would carry its gateway key along. */
export function unusableAnswer(status: number, attempt: Attempt, providerName: string): Failure {
  if (status >= 300) {
    const location = headerValue(attempt.responseHeaders ?? [], 'location') ?? '';
    const target = URL.canParse(location, attempt.url) ? new URL(location, attempt.url) : undefined;
    const elsewhere = target !== undefined && target.host !== new URL(attempt.url).host;
    return {
      cause: elsewhere ? 'proxy_interference' : 'wrong_endpoint',
      message: elsewhere
        ? `${providerName}'s address sends requests on to another host (${target.host}); the key was not sent there.`
        : `${providerName}'s address redirects (status ${status}); the base URL needs correcting.`,
      evidence: [
        {
          what: 'redirect to',
          where: 'header location',
          value: target ? target.origin + target.pathname : location.slice(0, 200),
        },
      ],
    };
  }
  return {
    cause: 'proxy_interference',
    message: `${providerName}'s address answered with a web page instead of the API's answer.`,
    evidence: [
      {
        what: 'content type',
        where: 'header content-type',
        value: headerValue(attempt.responseHeaders ?? [], 'content-type') ?? '',
      },
    ],
  };
}
