/** Tokens in the place of keys, whoever makes them: one interface for what signs requests in and for the redactor. */
import type { TokenSignIn, Upstream } from '../upstream.ts';
import { createGoogleTokens } from './google-tokens.ts';
import { createIbmTokens } from './ibm-tokens.ts';

export interface AccessTokens {
  /** Rejects with `TokenRefused`. `cached` tells that the token was there already. */
  token(signIn: TokenSignIn): Promise<{ readonly token: string; readonly cached: boolean }>;
  /** This token was not accepted: the next one is a new one. */
  forget(signIn: TokenSignIn, token: string): void;
  /** Every token that may still be good, for the redactor. */
  minted(): readonly string[];
}

/** Tokens are known to the redactor this long after they ended. */
const REMEMBERED_TOKENS = 200;

/** `onMinted` is called before a new token is used; `now` is the wall clock in milliseconds. */
export function createAccessTokens(upstream: Upstream, now: () => number, onMinted: () => void): AccessTokens {
  const google = createGoogleTokens(upstream);
  const ibm = createIbmTokens(upstream, now);
  const minted = new Set<string>();
  return {
    async token(signIn) {
      const token = await (signIn.kind === 'google' ? google.token(signIn.credential) : ibm.token(signIn));
      const cached = minted.has(token);
      if (!cached) {
        const [oldest] = minted;
        if (oldest !== undefined && minted.size >= REMEMBERED_TOKENS) minted.delete(oldest);
        minted.add(token);
        onMinted();
      }
      return { token, cached };
    },
    forget: (signIn, token) =>
      signIn.kind === 'google' ? google.forget(signIn.credential) : ibm.forget(signIn, token),
    minted: () => [...minted],
  };
}
