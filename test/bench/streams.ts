/** Delay that a contender adds to streams: each chunk carries the moment it was written, the reader takes the difference. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from './load.ts';

export interface StreamResult {
  readonly firstChunkMs: number;
  readonly chunkMs: number;
  readonly complete: number;
}

/** An SSE upstream: `chunks` chat chunks, `delayMs` apart, each with the time of its writing. */
export async function startStreamUpstream(chunks: number, delayMs: number): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      let sent = 0;
      const write = () => {
        const at = performance.timeOrigin + performance.now();
        outgoing.write(`data: {"choices":[{"delta":{"content":"${'y'.repeat(40)}"}}],"at":${at}}\n\n`);
        sent += 1;
        if (sent < chunks) return;
        clearInterval(timer);
        outgoing.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
      };
      const timer = setInterval(write, delayMs);
      outgoing.once('close', () => clearInterval(timer));
      write();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Between the beginnings of two streams: their chunks come spread over time, and none waits in a queue of its fellows. */
const APART_MS = 10.3;

/** `count` streams at once; medians over all their chunks. */
export async function measureStreams(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  count: number,
): Promise<StreamResult> {
  const first: number[] = [];
  const later: number[] = [];
  let complete = 0;
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await wait(index * APART_MS);
      if (await readStream(url, body, headers, first, later)) complete += 1;
    }),
  );
  return { firstChunkMs: median(first), chunkMs: median(later), complete };
}

function readStream(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  first: number[],
  later: number[],
): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      },
      (incoming) => {
        let text = '';
        let seen = 0;
        incoming.on('data', (chunk: Buffer) => {
          const now = performance.timeOrigin + performance.now();
          text += chunk.toString('latin1');
          for (const match of text.matchAll(/"at":([\d.]+)/g)) {
            (seen === 0 ? first : later).push(now - Number(match[1]));
            seen += 1;
          }
          text = text.slice(text.lastIndexOf('\n\n') + 2);
        });
        incoming.on('end', () => resolve(seen > 0 && incoming.complete));
        incoming.on('error', () => resolve(false));
      },
    );
    // Refused or cut: it counts as not whole.
    outgoing.on('error', () => resolve(false));
    outgoing.end(body);
  });
}
