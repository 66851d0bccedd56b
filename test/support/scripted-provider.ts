/** A provider on the loopback that does what its script says, one entry a request, and counts what it finished. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Act {
  /** Default 200 with a chat completion, or a stream of one where the request asks for it. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer's text; objects are sent as JSON. */
  readonly body?: string | object;
  /** Before the head. */
  readonly delayMs?: number;
  /** Takes the request and closes the connection without a byte; `mid`: in the middle of the answer. */
  readonly cut?: 'before' | 'mid';
  /** Takes the request and never answers. */
  readonly hang?: boolean;
}

export interface Seen {
  readonly atMs: number;
  readonly path: string;
  readonly authorization: string;
  readonly model: string;
  readonly body: string;
  /** `x-request-tag` of the client, where it sent one. */
  readonly tag: string | undefined;
  /** The whole answer was written while the other side was still there. */
  finished: boolean;
  status: number | undefined;
}

export interface ScriptedProvider {
  readonly url: string;
  readonly seen: Seen[];
  /** What follows; the last entry (or the function) stays in force. */
  script(acts: readonly Act[] | ((request: Seen, index: number) => Act)): void;
  stop(): Promise<void>;
}

export async function startScriptedProvider(name = 'scripted'): Promise<ScriptedProvider> {
  const seen: Seen[] = [];
  let next: (request: Seen, index: number) => Act = () => ({});
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { model, stream } = read(body);
      const entry: Seen = {
        atMs: performance.now(),
        path: request.url ?? '',
        authorization: request.headers.authorization ?? '',
        model,
        body,
        tag: tagOf(request, body),
        finished: false,
        status: undefined,
      };
      const act = next(entry, seen.length);
      seen.push(entry);
      perform(name, act, entry, stream, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    seen,
    script: (acts) => {
      let at = 0;
      next = typeof acts === 'function' ? acts : () => acts[Math.min(at++, acts.length - 1)] ?? {};
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function perform(name: string, act: Act, entry: Seen, stream: boolean, response: ServerResponse) {
  if (act.hang) return;
  const go = () => {
    if (response.destroyed) return;
    if (act.cut === 'before') {
      response.destroy();
      return;
    }
    const status = act.status ?? 200;
    entry.status = status;
    const streamed = status === 200 && stream && act.body === undefined;
    const text = textOf(name, act, entry, streamed);
    response.writeHead(status, {
      'content-type': streamed ? 'text/event-stream' : 'application/json',
      ...(streamed ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      ...act.headers,
    });
    if (act.cut === 'mid') {
      response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy());
      return;
    }
    response.end(text, () => {
      entry.finished = status === 200;
    });
  };
  if (act.delayMs) setTimeout(go, act.delayMs);
  else go();
}

function textOf(name: string, { body, status = 200 }: Act, { model, tag }: Seen, streamed: boolean): string {
  if (body !== undefined) return typeof body === 'string' ? body : JSON.stringify(body);
  if (status >= 400) return JSON.stringify({ error: errorFor(status, model) });
  const content = `${name} answers ${tag ?? model}`;
  if (!streamed) {
    return JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
    });
  }
  const event = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return `${event({ role: 'assistant', content }, null)}${event({}, 'stop')}data: [DONE]\n\n`;
}

/** As OpenAI words them. */
function errorFor(status: number, model: string): object {
  switch (status) {
    case 401:
      return {
        message: 'Incorrect API key provided: sk-***.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      };
    case 404:
      return {
        message: `The model \`${model}\` does not exist or you do not have access to it.`,
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      };
    case 429:
      return {
        message: `Rate limit reached for ${model} on requests per min (RPM): Limit 3, Used 3, Requested 1.`,
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      };
    case 400:
      return {
        message: "Invalid value for 'temperature'.",
        type: 'invalid_request_error',
        param: 'temperature',
        code: 'invalid_value',
      };
    case 503:
      return { message: 'The server is overloaded or not ready yet.', type: 'server_error', param: null, code: null };
    default:
      return {
        message: 'The server had an error while processing your request.',
        type: 'server_error',
        param: null,
        code: null,
      };
  }
}

function read(body: string): { model: string; stream: boolean } {
  try {
    const { model, stream } = JSON.parse(body) as { model?: unknown; stream?: unknown };
    return { model: typeof model === 'string' ? model : '', stream: stream === true };
  } catch {
    return { model: '', stream: false };
  }
}

/** Clients of tests name their request in its first message: headers of theirs need not reach the provider. */
function tagOf(request: IncomingMessage, body: string): string | undefined {
  const header = request.headers['x-request-tag'];
  return typeof header === 'string' ? header : /"content":"(tag-[\w-]+)"/.exec(body)?.[1];
}
