/**
 * The one small interface between `forward` and whatever carries a request to a provider: the undici dispatcher, the
 * http-proxy forwarder, and the built-in practice provider all stand behind it. Types only.
 */
import type { Cause } from './causes.ts';
import type { AttemptTimings, RawHeaders } from './exchange.ts';

/** How a provider's requests are signed in. */
export type SignInWay =
  | { readonly kind: 'aws-sigv4'; readonly service: string; readonly region: string }
  | { readonly kind: 'google' }
  | { readonly kind: 'ibm-iam'; readonly tokenUrl: string };

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with temporary keys (`ASIA…`) and is worthless without them, as they are without it. */
  readonly sessionToken?: string;
}

export type GoogleCredential = { readonly tokenUri: string } & (
  | { readonly type: 'service_account'; readonly email: string; readonly privateKey: string; readonly keyId?: string }
  | {
      readonly type: 'authorized_user';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly refreshToken: string;
    }
);

/** What one request is signed in with. Holds secrets. */
export type SignIn =
  | (Extract<SignInWay, { kind: 'aws-sigv4' }> & { readonly credentials: AwsCredentials })
  | { readonly kind: 'google'; readonly credential: GoogleCredential }
  | (Extract<SignInWay, { kind: 'ibm-iam' }> & { readonly apiKey: string });

/** What is exchanged for a token that lives for about an hour. */
export type TokenSignIn = Exclude<SignIn, { kind: 'aws-sigv4' }>;

export interface UpstreamRequest {
  readonly method: string;
  /** Absolute URL, key in the query already put in where the provider wants it there. */
  readonly url: URL;
  /** Flat `[name, value, …]`, hop-by-hop headers already removed, provider key already put in. */
  readonly headers: RawHeaders;
  /** The whole body, or null for none. */
  readonly body: Buffer | null;
  /** What the request is still to be signed in with; its body is whole then. */
  readonly signIn?: SignIn;
  /** The lines that go out, signature and token included. `again`: with a new token, as the old one was refused. */
  readonly onSigned?: (headers: RawHeaders, again: boolean) => void;
  /** What follows is the answer of the place where tokens are made: the provider itself was not asked. */
  readonly onSignInRefused?: () => void;
  /** It is answered with a run that goes on: what it comes to is the answer, or its stream. */
  readonly run?: {
    readonly stream: boolean;
    /** Each further kind of request that was made for it, and what can be told of its address. */
    readonly onRequest: (kind: 'run.stream' | 'run.poll' | 'run.read' | 'run.cancel', where: string) => void;
  };
  readonly timeouts: { readonly connectMs: number; readonly firstByteMs: number; readonly idleMs: number };
}

/** Calls come in this order: onHeaders, onChunk*, then exactly one of onEnd or onError. No call follows the last. */
export interface UpstreamHandler {
  onHeaders(status: number, statusText: string, headers: RawHeaders): void;
  /** Returns false to ask for a pause; `resume()` on the control goes on. */
  onChunk(chunk: Buffer): boolean;
  onEnd(trailers: RawHeaders): void;
  onError(error: UpstreamError): void;
}

export interface UpstreamError {
  /** As Node or undici name it: ECONNREFUSED, ENOTFOUND, ECONNRESET, UND_ERR_CONNECT_TIMEOUT, UND_ERR_HEADERS_TIMEOUT, UND_ERR_BODY_TIMEOUT, CERT_HAS_EXPIRED … */
  readonly code: string;
  readonly message: string;
}

export interface UpstreamControl {
  /** Idempotent; after it no handler call is made. */
  abort(): void;
  resume(): void;
}

export interface Upstream {
  /** `timings` is filled in as things happen (offsets from `zero`, a `performance.now()` reading). */
  send(request: UpstreamRequest, handler: UpstreamHandler, timings: AttemptTimings, zero: number): UpstreamControl;
}

/** A request of the gateway's own to a provider (key check, probe): one attempt, recorded as a capture of that origin. */
export interface ProbeRequest {
  readonly provider: string;
  /** Provider key to use; none for a reachability check. */
  readonly keyId?: string;
  readonly method: string;
  /** Absolute; must be of the provider's own base URL's host or the preset's probe host. */
  readonly url: URL;
  readonly headers: RawHeaders;
  readonly body: Buffer | null;
  readonly origin: { readonly kind: 'check' | 'probe'; readonly of?: string };
  /** Which experiment it belongs to; kept in the capture. */
  readonly experiment?: string;
  /** Names of extra headers of the provider that are left out this once, lower case. */
  readonly omitHeaders?: readonly string[];
  readonly timeoutMs: number;
  /** Longest answer that is read; default 1 MiB. */
  readonly maxBytes?: number;
  /** The body of a good answer is not worth keeping: what it said is kept elsewhere. */
  readonly leavesOutGoodBody?: boolean;
  /** Nobody asked for this call, and that nobody answers there stands in a capture already: another silence is not recorded. */
  readonly knownAway?: boolean;
  /** Breaks the call off. */
  readonly signal?: AbortSignal;
}

export interface ProbeAnswer {
  readonly capture: string;
  readonly status: number | null;
  readonly headers: RawHeaders;
  /** Decoded text, at most `maxBytes` long. */
  readonly body: string;
  /** There was more of it. */
  readonly cut?: boolean;
  readonly error: UpstreamError | null;
  /** Why it failed, as the same answer to an app would be read; absent where nothing failed or nothing was sent. */
  readonly cause?: Cause;
  readonly durationMs: number;
}
