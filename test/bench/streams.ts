/** Delay that a contender adds to streams: each chunk carries the moment it was written, the reader takes the difference. */
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from './load.ts';

export interface StreamResult {
  readonly firstChunkMs: number;
  readonly chunkMs: number;
  readonly complete: number;
}

/** An SSE upstream in a process of its own: `chunks` chat chunks, `delayMs` apart, each with the time of its writing. */
export async function startStreamUpstream(chunks: number, delayMs: number): Promise<{ url: string; close(): void }> {
  const program = new URL('./stream-upstream.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, String(chunks), String(delayMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the stream upstream ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, close: () => void child.kill() };
}

/** Microseconds on the clock that all processes of a machine share. */
export function sharedClockUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
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
          const nowUs = sharedClockUs();
          text += chunk.toString('latin1');
          for (const match of text.matchAll(/at:(\d+);/g)) {
            (seen === 0 ? first : later).push((nowUs - Number(match[1])) / 1000);
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
