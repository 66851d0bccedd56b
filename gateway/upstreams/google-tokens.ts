/**
 * Access tokens of Google, by Google's own library: a service account's proof or a person's refresh token is exchanged at
 * the token endpoint, over the same connections (proxy, certificates) as every other request. Tokens are kept until
 * shortly before they end, in memory only.
 */
import { createHash } from 'node:crypto';
import type { AttemptTimings, RawHeaders } from '../exchange.ts';
import type { GoogleCredential, Upstream, UpstreamError } from '../upstream.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** The library asks here; a file that names another of Google's addresses is asked there. */
const TIMEOUTS = { connectMs: 10_000, firstByteMs: 20_000, idleMs: 10_000 };
const MOST_ANSWER_BYTES = 256 * 1024;
/** No request is sent with a token that may end on its way. */
const EAGER_MS = 5 * 60 * 1000;

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

interface TokenClient {
  getAccessToken(): Promise<{ token?: string | null | undefined }>;
}

export interface GoogleTokens {
  /** Rejects with `TokenRefused`. `cached` tells that the token was there already. */
  token(credential: GoogleCredential): Promise<{ readonly token: string; readonly cached: boolean }>;
  /** The token was not accepted: the next one is a new one. */
  forget(credential: GoogleCredential): void;
  /** Every token that may still be good, for the redactor. */
  minted(): readonly string[];
}

/** Tokens are known to the redactor this long after they ended. */
const REMEMBERED_TOKENS = 200;

/** `onMinted` is called before a new token is used. */
export function createGoogleTokens(upstream: Upstream, onMinted: () => void): GoogleTokens {
  const clients = new Map<string, Promise<TokenClient>>();
  const minted = new Set<string>();
  return {
    async token(credential) {
      const name = nameOf(credential);
      let client = clients.get(name);
      if (!client) {
        client = createClient(credential, upstream);
        clients.set(name, client);
      }
      const { token } = await (await client).getAccessToken();
      if (!token) throw new TokenRefused('The token endpoint gave no access token.', {});
      const cached = minted.has(token);
      if (!cached) {
        const [oldest] = minted;
        if (oldest !== undefined && minted.size >= REMEMBERED_TOKENS) minted.delete(oldest);
        minted.add(token);
        onMinted();
      }
      return { token, cached };
    },
    forget: (credential) => void clients.delete(nameOf(credential)),
    minted: () => [...minted],
  };
}

function nameOf(credential: GoogleCredential): string {
  return createHash('sha256').update(JSON.stringify(credential)).digest('base64');
}

/** The library is large and few need it: it is loaded at the first token. */
async function createClient(credential: GoogleCredential, upstream: Upstream): Promise<TokenClient> {
  const { JWT, UserRefreshClient } = await import('google-auth-library');
  // The library wants its own HTTP client; of it only `request` is used.
  const transporter = createTransporter(upstream, credential.tokenUri) as never;
  if (credential.type === 'service_account') {
    const { email, privateKey: key, keyId } = credential;
    return new JWT({
      email,
      key,
      ...(keyId === undefined ? {} : { keyId }),
      scopes: [SCOPE],
      transporter,
      eagerRefreshThresholdMillis: EAGER_MS,
      useAuthRequestParameters: false,
    });
  }
  const { clientId, clientSecret, refreshToken } = credential;
  return new UserRefreshClient({
    clientId,
    clientSecret,
    refreshToken,
    transporter,
    eagerRefreshThresholdMillis: EAGER_MS,
    useAuthRequestParameters: false,
  });
}

interface TransporterRequest {
  readonly method?: string;
  readonly data?: unknown;
}

/** What the library calls its transporter: a form goes out, JSON comes back, a failed answer is thrown. */
function createTransporter(upstream: Upstream, tokenUri: string) {
  return {
    async request(options: TransporterRequest) {
      const answer = await post(upstream, new URL(tokenUri), Buffer.from(String(options.data)));
      const { status, headers } = answer;
      if (status >= 400) throw new TokenRefused(`The token endpoint answered with status ${status}.`, { answer });
      try {
        return { status, headers: {}, data: JSON.parse(answer.body.toString('utf8')) as unknown };
      } catch {
        throw new TokenRefused('The token endpoint answered with something that is no JSON.', {
          answer: { ...answer, status: 502, headers },
        });
      }
    },
  };
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
