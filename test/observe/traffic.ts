/** A provider that counts for itself what it was asked and what it answered, and traffic of every kind through it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestGateway } from '../support/gateway.ts';

export interface CountingProvider {
  readonly baseUrl: string;
  readonly counted: { requests: number; refused: number; inputTokens: number; outputTokens: number };
  close(): Promise<void>;
}

/** Answers by the model's name: `good`, `stream`, `limited`, `down`, `cut`, `hang`. */
export async function startCountingProvider(): Promise<CountingProvider> {
  const counted = { requests: 0, refused: 0, inputTokens: 0, outputTokens: 0 };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(JSON.parse(Buffer.concat(chunks).toString() || '{}'), request, response));
  });
  const answer = ({ model = '' }: { model?: string }, _request: IncomingMessage, response: ServerResponse) => {
    counted.requests++;
    const nth = counted.requests;
    const usage = {
      prompt_tokens: 10 + nth,
      completion_tokens: 5 + nth,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    const count = () => {
      counted.inputTokens += usage.prompt_tokens;
      counted.outputTokens += usage.completion_tokens;
    };
    const refuse = (status: number, message: string, headers = {}) => {
      counted.refused++;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ error: { message, type: 'error' } }));
    };
    if (model.endsWith('limited')) return refuse(429, 'Rate limit reached for requests', { 'retry-after': '20' });
    if (model.endsWith('down')) return refuse(503, 'The server is overloaded or not ready yet.');
    if (model.endsWith('cut')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"hal"}}]}\n\n', () => response.destroy());
      return;
    }
    if (model.endsWith('hang')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');
      return;
    }
    count();
    if (model.endsWith('stream')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `data: {"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`,
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'hi' } }], model, usage }));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    counted,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sends a round of everything; resolves when each has its end. */
export async function mixedTraffic(gateway: Pick<TestGateway, 'url' | 'key' | 'post'>, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await Promise.all([
      ask(gateway, 'one/gpt-4o-mini'),
      ask(gateway, 'one/good'),
      ask(gateway, 'two/gpt-4o'),
      ask(gateway, 'one/stream', true),
      ask(gateway, 'two/limited'),
      ask(gateway, 'one/down'),
      ask(gateway, 'two/cut', true),
      ask(gateway, 'practice/ok'),
      ask(gateway, 'practice/key-expired'),
      ask(gateway, `nobody-${round}/nothing`),
      leave(gateway, 'one/hang'),
      gateway.post('/v1/chat/completions', ASK('one/good'), { authorization: 'Bearer kw_wrong' }).then(read),
      gateway.post('/v1/chat/completions', 'this is no JSON').then(read),
    ]);
  }
}

const ASK = (model: string, stream = false) => ({ model, stream, messages: [{ role: 'user', content: 'hi' }] });

async function ask(gateway: Pick<TestGateway, 'post'>, model: string, stream = false): Promise<void> {
  await gateway.post('/v1/chat/completions', ASK(model, stream)).then(read, () => undefined);
}

/** Reads the first bytes and hangs up. */
async function leave({ url, key }: Pick<TestGateway, 'url' | 'key'>, model: string): Promise<void> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(ASK(model, true)),
    signal: leaving.signal,
  });
  await response.body?.getReader().read();
  leaving.abort();
}

/** To the end, wherever that is: a stream that breaks off rejects, and was read. */
async function read(response: Response): Promise<void> {
  await response.arrayBuffer().catch(() => undefined);
}
