/** A provider on the loopback that never answers twice alike, and a gateway before it whose clock the test moves. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Route } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

export const SECRET = 'sk-upstream-0123456789abcdefABCDEF';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

export interface CachingServer {
  readonly gateway: TestGateway;
  /** What reached the provider. */
  readonly asked: Asked[];
  /** Answers the next requests; by default whole or streamed chat completions, each with an id of its own. */
  answerWith(handler: Handler | undefined): void;
  setRoute(route: Partial<Route>): Promise<void>;
  /** Moves the gateway's clock. */
  pass(ms: number): void;
  stop(): Promise<void>;
}

export type Handler = (response: ServerResponse, asked: Asked, nth: number) => void;

const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };

export const chat: Handler = (response, { body }, nth) => {
  if (body.stream === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': `req_${nth}` });
    const events = ['Hel', 'lo ', `${nth}`].map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
    const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage };
    const lines = [...events, last].map(
      (event) =>
        `data: ${JSON.stringify({ id: `chatcmpl-${nth}`, object: 'chat.completion.chunk', model: 'gpt-4o', ...event })}\n\n`,
    );
    const write = (at: number) => {
      if (at === lines.length) response.end('data: [DONE]\n\n');
      else response.write(lines[at] as string, () => setImmediate(write, at + 1));
    };
    write(0);
    return;
  }
  const answer = {
    id: `chatcmpl-${nth}`,
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content: `Hello ${nth}` }, finish_reason: 'stop' }],
    usage,
  };
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'x-request-id': `req_${nth}`,
      'x-ratelimit-remaining-requests': '9',
    })
    .end(JSON.stringify(answer));
};

export async function startCachingServer(): Promise<CachingServer> {
  let aheadMs = 0;
  let handler = chat;
  const asked: Asked[] = [];
  const gateway = await startTestGateway({ now: () => Date.now() + aheadMs });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        const one = {
          path: request.url ?? '',
          headers: request.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()),
        };
        asked.push(one);
        handler(response, one, asked.length);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider({ id: 'openai', preset: 'openai', name: 'OpenAI', baseUrl }, SECRET);
  await gateway.addProvider(
    { id: 'claude', preset: 'anthropic', dialect: 'anthropic-messages', name: 'Claude', baseUrl },
    SECRET,
  );
  const { store } = gateway.gateway.services;
  return {
    gateway,
    asked,
    answerWith: (given = chat) => {
      handler = given;
    },
    setRoute: (route) =>
      store.update({ actor: 'test', action: 'route.set', subject: 'fast' }, (draft) => {
        draft.routes = [
          ...draft.routes.filter(({ name }) => name !== (route.name ?? 'fast')),
          {
            name: 'fast',
            targets: [{ provider: 'openai', model: 'gpt-4o' }],
            strategy: 'fallback',
            // Failures are the tests' own business here.
            retries: 0,
            breaker: { failures: 0 },
            recording: null,
            ...route,
          },
        ];
      }),
    pass: (ms) => {
      aheadMs += ms;
    },
    stop: async () => {
      await gateway.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}
