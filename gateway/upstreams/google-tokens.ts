/**
 * Access tokens of Google, by Google's own library: a service account's proof or a person's refresh token is exchanged at
 * the token endpoint. Tokens are kept until shortly before they end, in memory only.
 */
import { createHash } from 'node:crypto';
import type { GoogleCredential, Upstream } from '../upstream.ts';
import { askForToken, TokenRefused } from './token-endpoint.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** No request is sent with a token that may end on its way. */
const EAGER_MS = 5 * 60 * 1000;

interface TokenClient {
  getAccessToken(): Promise<{ token?: string | null | undefined }>;
}

export interface GoogleTokens {
  /** Rejects with `TokenRefused`. */
  token(credential: GoogleCredential): Promise<string>;
  /** The token was not accepted: the next one is a new one. */
  forget(credential: GoogleCredential): void;
}

export function createGoogleTokens(upstream: Upstream): GoogleTokens {
  const clients = new Map<string, Promise<TokenClient>>();
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
      return token;
    },
    forget: (credential) => void clients.delete(nameOf(credential)),
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

/**
 * What the library calls its transporter: a form goes out, JSON comes back, a failed answer is thrown. The library asks at
 * Google's usual address; a file that names another of Google's addresses is asked there.
 */
function createTransporter(upstream: Upstream, tokenUri: string) {
  return {
    async request(options: { readonly data?: unknown }) {
      const data = await askForToken(upstream, new URL(tokenUri), String(options.data));
      return { status: 200, headers: {}, data };
    },
  };
}
