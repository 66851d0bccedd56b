/** The data plane: every request the listener accepts becomes an exchange that runs through the stages and is recorded. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal } from './exchange.ts';
import { ExchangeRun, type PipelineOptions } from './run-exchange.ts';
import { runUpgrade } from './run-upgrade.ts';
import type { WebSocketForwarder } from './upstreams/web-socket.ts';

export interface Pipeline {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, refusal?: Omit<Refusal, 'stage'>): void;
  /** A request that the listener itself refuses (foreign Host or Origin, unreadable HTTP); recorded like any other. */
  refuse(request: IncomingMessage, response: ServerResponse, refusal: Omit<Refusal, 'stage'>): void;
  /** Exchanges in flight. */
  readonly active: number;
}

export function createPipeline(options: PipelineOptions & { readonly webSocket: WebSocketForwarder }): Pipeline {
  // A number and no Set: of a Set's old tables, whole exchanges hang until the next full collection (deadline.ts).
  let active = 0;
  const onClosed = () => {
    active -= 1;
  };
  const open = (request: IncomingMessage, response: ServerResponse) => {
    const run = new ExchangeRun(request, response, options, onClosed);
    active += 1;
    return run;
  };
  return {
    handle: (request, response) => open(request, response).start(),
    upgrade: (request, socket, head, refusal) => runUpgrade(request, socket, head, options, refusal),
    refuse: (request, response, refusal) => open(request, response).refuseAtOnce(refusal),
    get active() {
      return active;
    },
  };
}
