/** A provider of one wire form on the loopback, with the scripted model behind it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from '../../../gateway/store/schema.ts';
import type { Case } from '../model.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A request that this wire form does not allow; answered as its provider would answer it. */
export class Unfit extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
  readonly raw: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or the bytes of a stream, which are sent in pieces that respect no border. */
  readonly body: Json | Buffer;
}

export interface Shape {
  readonly name: string;
  /** As it is set up in the gateway. */
  provider(url: string): Partial<Provider> & { readonly id: string };
  readonly secret: string;
  readonly model: string;
  readonly embeddingModel?: string;
  /** What this model itself cannot do: a refusal in words is right there, and an answer is not. */
  readonly lacks?: readonly {
    readonly asked: Case;
    readonly words: RegExp;
    /** Some clients ask for it in a way that can be answered. */
    readonly unlessAnswered?: true;
  }[];
  handle(request: WireRequest): WireAnswer | Promise<WireAnswer>;
  error(status: number, message: string): WireAnswer;
}

export interface Running {
  readonly shape: Shape;
  readonly url: string;
  /** What was unfit, oldest first: shown beside a cell that fails. */
  readonly complaints: string[];
  stop(): Promise<void>;
}

export async function startUpstream(shape: Shape): Promise<Running> {
  const complaints: string[] = [];
  const server = createServer((request, response) => {
    void respond(shape, request, response, complaints);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    shape,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    complaints,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function respond(shape: Shape, request: IncomingMessage, response: ServerResponse, complaints: string[]) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { status, headers, body } = await answerTo(shape, request, Buffer.concat(chunks), complaints);
  if (!Buffer.isBuffer(body)) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    return;
  }
  response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
  // 61 is prime and shorter than most events: cuts fall inside characters, lines and events alike.
  for (let start = 0; start < body.length && !response.destroyed; start += 61) {
    response.write(body.subarray(start, start + 61));
    if (start % (61 * 16) === 0) await new Promise((done) => setImmediate(done));
  }
  response.end();
}

async function answerTo(
  shape: Shape,
  request: IncomingMessage,
  raw: Buffer,
  complaints: string[],
): Promise<WireAnswer> {
  const url = new URL(request.url ?? '/', 'http://upstream');
  try {
    const { method = 'GET', headers } = request;
    const body = parseBody(raw.toString('utf8'), headers['content-type'] ?? '');
    return await shape.handle({ method, path: url.pathname, query: url.searchParams, headers, body, raw });
  } catch (error) {
    const unfit = error instanceof Unfit;
    complaints.push(`${url.pathname}: ${error instanceof Error ? error.message : String(error)}`);
    return shape.error(unfit ? error.status : 500, unfit ? error.message : 'The upstream fell over.');
  }
}

function parseBody(sent: string, contentType: string): Json {
  if (contentType === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(sent));
  return sent === '' ? {} : (JSON.parse(sent) as Json);
}

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const records = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** In pieces of a few characters (not bytes), as models stream. */
export function pieces(whole: string): string[] {
  return whole.match(/.{1,7}/gsu) ?? [];
}

export function demand(condition: unknown, message: string, status = 400): asserts condition {
  if (!condition) throw new Unfit(message, status);
}

/** Fields that this wire form does not know are refused, as strict providers refuse them. */
export function onlyKnown(body: Json, known: readonly string[]) {
  const unknown = Object.keys(body).filter((name) => !known.includes(name));
  demand(unknown.length === 0, `Unrecognized request argument supplied: ${unknown.join(', ')}`);
}
