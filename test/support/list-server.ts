/** A provider on the loopback whose list of models is what a test says, in the form of whichever dialect. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListServer {
  /** With `/v1` behind it. */
  readonly url: string;
  readonly origin: string;
  /** Paths with query of what was asked, in order. */
  readonly asked: string[];
  readonly headers: IncomingMessage['headers'][];
  /** Models that conversations were asked of. */
  readonly models: string[];
  /** Answers `GET`s; JSON unless it answers by itself. */
  list(answer: (url: URL, request: IncomingMessage, response: ServerResponse) => unknown): void;
  /** Conversations are refused so from now on. */
  refuse(refusal: { readonly status: number; readonly error: object }): void;
  stop(): Promise<void>;
}

/** OpenAI's form of a list. */
export const openaiList = (...ids: string[]) => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'me' })),
});

export async function startListServer(first: unknown = openaiList()): Promise<ListServer> {
  let answer: Parameters<ListServer['list']>[0] = () => first;
  let refusal: { readonly status: number; readonly error: object } | undefined;
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const models: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(request.url ?? '');
      headers.push(request.headers);
      if (request.method === 'GET') {
        const value = answer(new URL(request.url ?? '/', 'http://x'), request, response);
        if (value !== undefined) sendJson(response, 200, value);
        return;
      }
      const { model } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { model: string };
      models.push(model);
      if (refusal) {
        sendJson(response, refusal.status, { error: refusal.error });
        return;
      }
      sendJson(response, 200, {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_700_000_000,
        model,
        choices: [{ index: 0, message: { role: 'assistant', content: `from ${model}` }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/v1`,
    origin,
    asked,
    headers,
    models,
    list: (next) => {
      answer = next;
    },
    refuse: (next) => {
      refusal = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
