/** Sends requests to the practice upstream, in process or behind a real socket for the SDKs. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPracticeUpstream } from '../../../gateway/providers/practice/practice-upstream.ts';
import type { UpstreamError, UpstreamRequest } from '../../../gateway/upstream.ts';

export interface Played {
  status: number | undefined;
  headers: Record<string, string>;
  chunks: string[];
  body: string;
  error: UpstreamError | undefined;
  /** Order of the handler's calls: `headers chunk chunk end`. */
  calls: string[];
}

const TIMEOUTS = { connectMs: 1000, firstByteMs: 5000, idleMs: 5000 };

export function request(
  path: string,
  body: unknown,
  headers: string[] = [],
  method = body === undefined ? 'GET' : 'POST',
): UpstreamRequest {
  const bytes =
    body === undefined
      ? null
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { method, url: new URL(path, 'http://practice.invalid'), headers, body: bytes, timeouts: TIMEOUTS };
}

export function play(sent: UpstreamRequest): Promise<Played> {
  const played: Played = { status: undefined, headers: {}, chunks: [], body: '', error: undefined, calls: [] };
  return new Promise((resolve) => {
    const done = () => {
      played.body = played.chunks.join('');
      resolve(played);
    };
    createPracticeUpstream().send(
      sent,
      {
        onHeaders: (status, _text, headers) => {
          played.calls.push('headers');
          played.status = status;
          for (let i = 0; i < headers.length; i += 2) played.headers[headers[i] as string] = headers[i + 1] as string;
        },
        onChunk: (chunk) => {
          played.calls.push('chunk');
          played.chunks.push(chunk.toString('utf8'));
          return true;
        },
        onEnd: () => {
          played.calls.push('end');
          done();
        },
        onError: (error) => {
          played.calls.push('error');
          played.error = error;
          done();
        },
      },
      { startMs: 0 },
      performance.now(),
    );
  });
}

/** The practice upstream on a loopback port, for clients that want a base URL. */
export async function practiceServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const upstream = createPracticeUpstream();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const control = upstream.send(
        {
          method: incoming.method ?? 'GET',
          url: new URL(incoming.url ?? '/', 'http://practice.invalid'),
          headers: incoming.rawHeaders,
          body: chunks.length > 0 ? Buffer.concat(chunks) : null,
          timeouts: TIMEOUTS,
        },
        {
          onHeaders: (status, text, headers) => void outgoing.writeHead(status, text, headers as string[]),
          onChunk: (chunk) => outgoing.write(chunk),
          onEnd: () => void outgoing.end(),
          onError: () => void incoming.socket.destroy(),
        },
        { startMs: 0 },
        performance.now(),
      );
      outgoing.on('drain', () => control.resume());
      outgoing.on('close', () => control.abort());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
