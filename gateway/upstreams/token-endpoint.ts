/** A form posted to the place where tokens are made, over the same connections (proxy, certificates) as every other request. */
import type { AttemptTimings, RawHeaders } from '../exchange.ts';
import type { Upstream, UpstreamError } from '../upstream.ts';

const TIMEOUTS = { connectMs: 10_000, firstByteMs: 20_000, idleMs: 10_000 };
const MOST_ANSWER_BYTES = 256 * 1024;

export interface WholeAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly body: Buffer;
}

/** No token came. `answer` is what the token endpoint said, `error` why it could not be asked. */
export class TokenRefused extends Error {
  readonly answer?: WholeAnswer;
  readonly error?: UpstreamError;
  constructor(message: string, found: { readonly answer?: WholeAnswer; readonly error?: UpstreamError }) {
    super(message);
    this.answer = found.answer;
    this.error = found.error;
  }
}

/** What the endpoint answered, as JSON. Rejects with `TokenRefused`: a failed answer, none at all, or one that is no JSON. */
export async function askForToken(upstream: Upstream, url: URL, form: string): Promise<unknown> {
  const answer = await post(upstream, url, Buffer.from(form));
  const { status } = answer;
  if (status >= 400) throw new TokenRefused(`The token endpoint answered with status ${status}.`, { answer });
  try {
    return JSON.parse(answer.body.toString('utf8')) as unknown;
  } catch {
    throw unusableToken(answer, 'The token endpoint answered with something that is no JSON.');
  }
}

/** Passed on as the answer, a success without a token would look like one of the provider's. */
function unusableToken(answer: WholeAnswer, message: string): TokenRefused {
  return new TokenRefused(message, { answer: { ...answer, status: 502 } });
}

function post(upstream: Upstream, url: URL, body: Buffer): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let head: Omit<WholeAnswer, 'body'> | undefined;
    const timings: AttemptTimings = { startMs: 0 };
    const refused = (error: UpstreamError) => reject(new TokenRefused(error.message, { error }));
    const control = upstream.send(
      {
        method: 'POST',
        url,
        headers: [
          'content-type',
          'application/x-www-form-urlencoded',
          'accept',
          'application/json',
          'accept-encoding',
          'identity',
        ],
        body,
        timeouts: TIMEOUTS,
      },
      {
        onHeaders: (status, statusText, headers) => {
          head = { status, statusText, headers };
        },
        onChunk: (chunk) => {
          sizeBytes += chunk.length;
          if (sizeBytes <= MOST_ANSWER_BYTES) chunks.push(chunk);
          else {
            control.abort();
            refused({ code: 'UND_ERR_BODY_TOO_LARGE', message: 'The token endpoint answered with too much.' });
          }
          return true;
        },
        onEnd: () => {
          if (head) resolve({ ...head, body: Buffer.concat(chunks) });
        },
        onError: refused,
      },
      timings,
      performance.now(),
    );
  });
}
