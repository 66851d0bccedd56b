/** A home of its own with the control interface over it, for one test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import type { ControlDeps } from '../../gateway/control/services.ts';
import { openServices, type Services } from '../../gateway/services.ts';

export interface OpenControl {
  readonly home: string;
  readonly client: ControlClient;
  readonly deps: ControlDeps;
  readonly services: Services;
  readonly faults: unknown[];
  /** Moves the clock that expiry, health and sessions are judged by. */
  advance(ms: number): void;
  close(): Promise<void>;
}

export async function openControl(given: Partial<ControlDeps> = {}): Promise<OpenControl> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'keyward-control-'));
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const services = await openServices({ home, now });
  const faults: unknown[] = [];
  const deps: ControlDeps = {
    version: '0.0.0',
    mode: 'headless',
    pid: process.pid,
    startedAt: new Date(now()).toISOString(),
    store: services.store,
    vault: services.vault,
    cache: services.cache,
    recorder: services.recorder,
    probe: services.probe,
    routing: services.routing,
    lists: services.lists,
    replay: services.replay,
    listener: () => ({ url: null, problem: null }),
    stop: () => {},
    onFault: (error) => {
      faults.push(error);
      process.stderr.write(`${(error as Error).stack}\n`);
    },
    now,
    random: services.random,
    ...given,
  };
  return {
    home,
    client: controlClient(deps, 'cli'),
    deps,
    services,
    faults,
    advance: (ms) => {
      aheadMs += ms;
    },
    close: async () => {
      await services.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export interface FakeProvider {
  readonly url: string;
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers'] }[];
  /** What it answers from now on. */
  answer(status: number, body: unknown): void;
  close(): Promise<void>;
}

/** A provider on the loopback that answers every request alike. */
export async function fakeProvider(): Promise<FakeProvider> {
  let status = 200;
  let body: unknown = { object: 'list', data: [{ id: 'gpt-5-mini', object: 'model' }] };
  const requests: FakeProvider['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    answer: (nextStatus, nextBody) => {
      status = nextStatus;
      body = nextBody;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
