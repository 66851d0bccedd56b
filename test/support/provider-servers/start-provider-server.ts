/**
 * A real HTTP(S) server on the loopback that behaves on the wire like a provider, with keys in every state and faults on
 * demand. For integration tests with unmodified SDKs.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type KeyState, keyOf, type ServerDialect, unknownKey } from './accounts.ts';
import { answerRequest, credentialOf, type SeenRequest } from './route-request.ts';
import { headersOf, type WireAnswer } from './wire.ts';

export type { KeyState, ServerDialect } from './accounts.ts';
export type { SeenRequest } from './route-request.ts';
export { MODELS, UNICODE } from './wire.ts';

export type Fault =
  /** The connection is reset before the answer, or closed in the middle of it. */
  | { readonly kind: 'reset'; readonly at: 'before' | 'body' }
  /** Nothing more comes, and the connection stays open. */
  | { readonly kind: 'hang'; readonly at: 'before' | 'body' }
  | { readonly kind: 'html'; readonly status?: number }
  /** A stream that ends properly, but without its last events. */
  | { readonly kind: 'cut-stream' }
  /** Announces that many bytes more than it sends (or fewer, when negative). */
  | { readonly kind: 'wrong-length'; readonly by: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | { readonly kind: 'slow'; readonly beforeMs?: number; readonly perChunkMs?: number }
  | { readonly kind: 'gzip' }
  /** The provider's own sign-in is down: good keys are called bad. */
  | { readonly kind: 'outage-401' }
  /** Every write has that many bytes: 1 splits inside every character and event. */
  | { readonly kind: 'split'; readonly bytes: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
      /** Only to requests whose body holds this text. */
      readonly toBody?: string;
    };

export interface ProviderServer {
  /** Base URL to register: with `/v1` or `/v1beta`. */
  readonly url: string;
  readonly origin: string;
  readonly dialect: ServerDialect;
  key(state?: KeyState): string;
  /** Requests in order of arrival, once whole. */
  readonly requests: SeenRequest[];
  /** Clients that hung up before their answer was whole. */
  readonly aborted: SeenRequest[];
  /** For the next `times` requests (all, by default); null ends it. */
  setFault(fault: Fault | null, times?: number): void;
  close(): Promise<void>;
}

export interface ProviderServerOptions {
  readonly dialect: ServerDialect;
  /** PEM; the server then speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startProviderServer({ dialect, tls }: ProviderServerOptions): Promise<ProviderServer> {
  const requests: SeenRequest[] = [];
  const aborted: SeenRequest[] = [];
  let fault: Fault | null = null;
  let left = Number.POSITIVE_INFINITY;
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const seen = seenRequest(incoming, Buffer.concat(chunks));
      requests.push(seen);
      outgoing.on('close', () => {
        if (!outgoing.writableFinished) aborted.push(seen);
      });
      const now = left > 0 ? fault : null;
      if (fault) left -= 1;
      void answer(dialect, seen, outgoing, now);
    });
  };
  const server = tls ? createSecureServer(tls, handle) : createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    url: `${origin}${dialect === 'gemini' ? '/v1beta' : '/v1'}`,
    origin,
    dialect,
    key: (state = 'valid') => keyOf(dialect, state),
    requests,
    aborted,
    setFault(next, times = Number.POSITIVE_INFINITY) {
      fault = next;
      left = times;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function seenRequest(incoming: IncomingMessage, body: Buffer): SeenRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return { method: incoming.method ?? 'GET', url: incoming.url ?? '/', headers, rawHeaders: incoming.rawHeaders, body };
}

async function answer(
  dialect: ServerDialect,
  seen: SeenRequest,
  outgoing: ServerResponse,
  fault: Fault | null,
): Promise<void> {
  switch (fault?.kind) {
    case 'reset':
      if (fault.at === 'before') {
        outgoing.socket?.resetAndDestroy();
        return;
      }
      break;
    case 'hang':
      if (fault.at === 'before') return;
      break;
    case 'html':
      outgoing.writeHead(fault.status ?? 200, { 'content-type': 'text/html' });
      outgoing.end(
        '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to this network</body></html>',
      );
      return;
    case 'redirect':
      outgoing.writeHead(fault.status ?? 307, { location: fault.to });
      outgoing.end();
      return;
    case 'answer':
      if (fault.toBody !== undefined && !seen.body.includes(fault.toBody)) break;
      outgoing.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      outgoing.end(fault.body);
      return;
    case 'outage-401': {
      const { status, body } = unknownKey(dialect, credentialOf(dialect, seen) ?? '');
      return send(
        outgoing,
        { status, headers: { 'content-type': 'application/json', ...headersOf(dialect) }, body },
        null,
      );
    }
    case 'slow':
      await pause(fault.beforeMs ?? 0);
      break;
  }
  await send(outgoing, answerRequest(dialect, seen), fault);
}

async function send(outgoing: ServerResponse, wire: WireAnswer, fault: Fault | null): Promise<void> {
  const whole = wire.events ? undefined : Buffer.from(JSON.stringify(wire.body));
  let pieces: Buffer[] = wire.events ? wire.events.map((text) => Buffer.from(text)) : [whole as Buffer];
  const headers: Record<string, string> = { ...wire.headers };
  if (fault?.kind === 'gzip') {
    pieces = [gzipSync(Buffer.concat(pieces))];
    headers['content-encoding'] = 'gzip';
  }
  if (!wire.events)
    headers['content-length'] = String(Buffer.concat(pieces).length + (fault?.kind === 'wrong-length' ? fault.by : 0));
  if (fault?.kind === 'cut-stream')
    pieces = wire.events
      ? pieces.slice(0, Math.max(1, pieces.length - 3))
      : [(whole as Buffer).subarray(0, (whole as Buffer).length >> 1)];
  if (fault?.kind === 'split') pieces = splitAt(Buffer.concat(pieces), fault.bytes);
  if (fault?.kind === 'wrong-length') outgoing.strictContentLength = false;
  outgoing.writeHead(wire.status, headers);
  for (const [index, piece] of pieces.entries()) {
    if (outgoing.destroyed) return;
    if (fault?.kind === 'slow' && index > 0) await pause(fault.perChunkMs ?? 0);
    const broken = fault?.kind === 'reset' || fault?.kind === 'hang';
    // Each write is handed to the socket before the next, so that chunks stay chunks on the wire.
    await new Promise((resolve) =>
      outgoing.write(broken && pieces.length === 1 ? piece.subarray(0, piece.length >> 1) : piece, resolve),
    );
    if (broken && (index === 1 || pieces.length === 1)) {
      // Closed, not reset by TCP: a reset may overtake the bytes that the client has not read yet.
      if (fault.kind === 'reset') outgoing.socket?.destroy();
      return;
    }
  }
  if (fault?.kind === 'cut-stream' && !wire.events) outgoing.socket?.destroy();
  else outgoing.end();
  if (fault?.kind === 'wrong-length') outgoing.socket?.end();
}

function splitAt(bytes: Buffer, size: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
