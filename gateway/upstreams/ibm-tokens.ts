/**
 * Access tokens of IBM Cloud: an API key is exchanged for one that lives an hour. Source:
 * cloud.ibm.com/apidocs/iam-identity-token-api#gettoken-apikey. Kept until shortly before they end, in memory only.
 */
import { createHash } from 'node:crypto';
import type { SignIn, Upstream } from '../upstream.ts';
import { askForToken, TokenRefused } from './token-endpoint.ts';

const GRANT = 'urn:ibm:params:oauth:grant-type:apikey';
/** IBM's own SDKs renew when a fifth of the life is left; no request is sent with a token that may end on its way. */
const KEPT_OF_LIFE = 0.8;
const LIFE_SECONDS = 3600;
const MOST_KEPT = 200;

export type IbmSignIn = Extract<SignIn, { kind: 'ibm-iam' }>;

export interface IbmTokens {
  /** Rejects with `TokenRefused`. */
  token(signIn: IbmSignIn): Promise<string>;
  /** This token was not accepted: the next one is a new one. */
  forget(signIn: IbmSignIn, token: string): void;
}

interface Kept {
  readonly token: string;
  readonly untilMs: number;
}

/** `now`: wall clock, milliseconds since the epoch, as a machine that slept must know that its tokens have ended. */
export function createIbmTokens(upstream: Upstream, now: () => number): IbmTokens {
  const kept = new Map<string, Kept>();
  /** One exchange at a time for each key: whoever comes meanwhile waits for it. */
  const asking = new Map<string, Promise<string>>();
  const ask = async (name: string, signIn: IbmSignIn): Promise<string> => {
    const { token, lifeSeconds } = await exchange(upstream, signIn);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= MOST_KEPT) kept.delete(oldest);
    kept.set(name, { token, untilMs: now() + lifeSeconds * 1000 * KEPT_OF_LIFE });
    return token;
  };
  return {
    async token(signIn) {
      const name = nameOf(signIn);
      const known = kept.get(name);
      if (known && now() < known.untilMs) return known.token;
      let asked = asking.get(name);
      if (!asked) {
        asked = ask(name, signIn).finally(() => asking.delete(name));
        asking.set(name, asked);
      }
      return asked;
    },
    forget(signIn, token) {
      const name = nameOf(signIn);
      // Another request may have renewed it already.
      if (kept.get(name)?.token === token) kept.delete(name);
    },
  };
}

function nameOf({ apiKey, tokenUrl }: IbmSignIn): string {
  return createHash('sha256').update(`${tokenUrl}\n${apiKey}`).digest('base64');
}

async function exchange(upstream: Upstream, { apiKey, tokenUrl }: IbmSignIn) {
  const form = new URLSearchParams({ grant_type: GRANT, apikey: apiKey }).toString();
  const answer = (await askForToken(upstream, new URL(tokenUrl), form)) as {
    readonly access_token?: unknown;
    readonly expires_in?: unknown;
  } | null;
  const token = answer?.access_token;
  if (typeof token !== 'string' || token === '') throw new TokenRefused('The token endpoint gave no access token.', {});
  const life = answer?.expires_in;
  return { token, lifeSeconds: typeof life === 'number' && life > 0 ? life : LIFE_SECONDS };
}
