import type { IncomingMessage } from 'node:http';
import type { Turned } from './doorkeeper.ts';

/** Enough for every call of the contract; a pasted `.env` or a failure record with its bodies included. */
export const MOST_BODY_BYTES = 1024 * 1024;
/** Files that are taken in come as text within the JSON, which makes them larger. */
export const MOST_FILE_BYTES = 192 * 1024 * 1024;
const BODY_TIMEOUT_MS = 30_000;

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Turned };

/**
 * The JSON of a request's body; `{}` where it has none. Anything but JSON is refused unread: forms and plain text are
 * what a foreign page can make a browser send without asking first.
 */
export async function readJsonBody(request: IncomingMessage, mostBytes = MOST_BODY_BYTES): Promise<JsonBody> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (request.headers['transfer-encoding'] === undefined && announced === 0) return { ok: true, value: {} };
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    return bad(415, 'The control interface takes JSON only.', 'Send content-type: application/json.');
  if (announced > mostBytes) return tooLarge(mostBytes);
  let text: Buffer;
  try {
    text = await collect(request, mostBytes);
  } catch (error) {
    if (error === TOO_LARGE) return tooLarge(mostBytes);
    return bad(408, 'The request did not arrive whole.', 'Send it again.');
  }
  if (text.length === 0) return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(text.toString('utf8')) };
  } catch {
    return bad(400, 'The body is not valid JSON.', 'Correct it and try again.');
  }
}

const TOO_LARGE = new Error('body too large');

function collect(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const timer = setTimeout(() => reject(new Error('timeout')), BODY_TIMEOUT_MS);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      then();
    };
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > mostBytes) settle(() => reject(TOO_LARGE));
      else chunks.push(chunk);
    });
    request.on('end', () => settle(() => resolve(Buffer.concat(chunks))));
    request.on('error', (error) => settle(() => reject(error)));
    request.on('close', () => settle(() => reject(new Error('closed'))));
  });
}

function tooLarge(mostBytes: number): JsonBody {
  return bad(413, `The request is larger than ${mostBytes / 1024 / 1024} MiB.`, 'Send less at once.');
}

function bad(status: number, sentence: string, next: string): JsonBody {
  return { ok: false, problem: { status, code: status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID', sentence, next } };
}
