/**
 * Signs requests in on their way out, where a provider wants more than a key in a header: between the stages and what
 * carries the request, so that exchanges, checks and live replays are signed alike. What needs no signing passes through.
 */
import type { RawHeaders } from '../exchange.ts';
import { withHeader } from '../providers/headers.ts';
import type { SignIn, TokenSignIn, Upstream, UpstreamControl, UpstreamHandler, UpstreamRequest } from '../upstream.ts';
import type { AccessTokens } from './access-tokens.ts';
import { awsHeaders } from './sign-aws.ts';
import { TokenRefused } from './token-endpoint.ts';

export function createSigningUpstream(inner: Upstream, tokens: AccessTokens): Upstream {
  return {
    send(request, handler, timings, zero) {
      const { signIn } = request;
      if (!signIn) return inner.send(request, handler, timings, zero);
      const carry = (headers: RawHeaders, to: UpstreamHandler) =>
        inner.send({ ...request, headers, signIn: undefined }, to, timings, zero);
      const run = new SignedSend(request, signIn, handler, tokens, carry);
      run.start();
      return run;
    },
  };
}

class SignedSend implements UpstreamControl {
  private readonly request: UpstreamRequest;
  private readonly signIn: SignIn;
  private readonly handler: UpstreamHandler;
  private readonly tokens: AccessTokens;
  private readonly carry: (headers: RawHeaders, handler: UpstreamHandler) => UpstreamControl;
  private control: UpstreamControl | undefined;
  private over = false;

  constructor(
    request: UpstreamRequest,
    signIn: SignIn,
    handler: UpstreamHandler,
    tokens: AccessTokens,
    carry: (headers: RawHeaders, handler: UpstreamHandler) => UpstreamControl,
  ) {
    this.request = request;
    this.signIn = signIn;
    this.handler = handler;
    this.tokens = tokens;
    this.carry = carry;
  }

  abort() {
    this.over = true;
    this.control?.abort();
  }

  resume() {
    this.control?.resume();
  }

  start() {
    void this.send(false).catch((error: unknown) => this.refuse(error));
  }

  private async send(again: boolean): Promise<void> {
    const { signIn, request } = this;
    if (signIn.kind === 'aws-sigv4') {
      const added = await awsHeaders(request, signIn, new Date());
      this.go([...request.headers, ...added], this.handler, false);
      return;
    }
    const { token, cached } = await this.tokens.token(signIn);
    const headers = withHeader(request.headers, 'Authorization', `Bearer ${token}`);
    // A token that was just made and is refused is no old one: only a kept one is worth another try.
    this.go(headers, cached && !again ? this.watched(signIn, token) : this.handler, again);
  }

  private go(headers: RawHeaders, handler: UpstreamHandler, again: boolean) {
    if (this.over) return;
    this.request.onSigned?.(headers, again);
    this.control = this.carry(headers, handler);
  }

  /** Passes everything on but a 401: then a new token is made, and the request sent once more. */
  private watched(signIn: TokenSignIn, token: string): UpstreamHandler {
    const { handler } = this;
    return {
      onHeaders: (status, statusText, headers) => {
        if (status !== 401) {
          handler.onHeaders(status, statusText, headers);
          return;
        }
        this.control?.abort();
        this.tokens.forget(signIn, token);
        void this.send(true).catch((error: unknown) => this.refuse(error));
      },
      onChunk: (chunk) => handler.onChunk(chunk),
      onEnd: (trailers) => handler.onEnd(trailers),
      onError: (error) => handler.onError(error),
    };
  }

  /** What the token endpoint answered is the answer: its status and its words tell what is wrong with the credential. */
  private refuse(error: unknown) {
    if (this.over) return;
    const { handler } = this;
    if (!(error instanceof TokenRefused)) {
      // A private key that cannot be used, say; its text may stand in the message, so that is not told.
      handler.onError({ code: 'KEYWARD_SIGN_IN', message: 'the stored credential cannot be used to sign in' });
      return;
    }
    const { answer } = error;
    if (!answer) {
      handler.onError(error.error ?? { code: 'KEYWARD_SIGN_IN', message: error.message });
      return;
    }
    this.request.onSignInRefused?.();
    handler.onHeaders(answer.status, answer.statusText, answer.headers);
    handler.onChunk(answer.body);
    handler.onEnd([]);
  }
}
