/** What routing does of itself, over real sockets: shares by weight, settling on the fastest, time limits, a breaker's trial. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import { controlClient } from '../../gateway/control/router.ts';
import type { Route } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

const by = { actor: 'test', action: 'test', subject: 'test' };
let gateway: TestGateway;
let first: ScriptedProvider;
let second: ScriptedProvider;
/** Streams as the test says. */
let streaming: Server;
let stream: (response: ServerResponse) => void = () => {};
/** Takes connections and says nothing, so that no handshake is ever over. */
let silent: TcpServer;
const held = new Set<Socket>();
let aheadMs = 0;
let names = 0;
let model = '';

beforeAll(async () => {
  streaming = createServer((request, response) => void request.resume().on('end', () => stream(response)));
  silent = createTcpServer((socket) => {
    held.add(socket);
    socket.on('error', () => {}).on('close', () => held.delete(socket));
  });
  streaming.listen(0, '127.0.0.1');
  silent.listen(0, '127.0.0.1');
  await Promise.all([once(streaming, 'listening'), once(silent, 'listening')]);
  [gateway, first, second] = await Promise.all([
    startTestGateway({ now: () => Date.now() + aheadMs }),
    startScriptedProvider('first'),
    startScriptedProvider('second'),
  ]);
  const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  await gateway.addProvider({ id: 'first', baseUrl: first.url }, 'sk-first-key-0001');
  await gateway.addProvider({ id: 'second', baseUrl: second.url }, 'sk-second-key-0001');
  await gateway.addProvider(
    { id: 'streaming', baseUrl: `http://127.0.0.1:${port(streaming)}/v1` },
    'sk-third-key-0001',
  );
  await gateway.addProvider({ id: 'silent', baseUrl: `https://127.0.0.1:${port(silent)}/v1` }, 'sk-fourth-key-0001');
});
afterAll(async () => {
  await Promise.all([gateway.stop(), first.stop(), second.stop()]);
  streaming.closeAllConnections();
  streaming.close();
  for (const socket of held) socket.destroy();
  silent.close();
});
beforeEach(() => {
  model = `m${names++}`;
  for (const provider of [first, second]) {
    provider.seen.length = 0;
    provider.script([{}]);
  }
});

async function setRoute(route: Partial<Route>, providers = ['first', 'second']) {
  const targets = providers.map((provider) => ({ provider, model }));
  await gateway.gateway.services.store.update(by, (draft) => {
    draft.routes = [{ name: 'chat', targets, strategy: 'fallback', recording: null, retries: 0, ...route }];
  });
}

const ask = (more: object = {}) =>
  gateway.post('/v1/chat/completions', { model: 'chat', messages: [{ role: 'user', content: 'hi' }], ...more });

async function captureOf(response: Response): Promise<Capture> {
  await response.arrayBuffer();
  return gateway.captureOf(response);
}

const routeStep = ({ steps }: Capture) => steps.find(({ stage }) => stage === 'route');

describe('a route by weight', () => {
  it('shares its requests as the targets weigh, each as its recorded plan says', async () => {
    await setRoute({
      strategy: 'weighted',
      targets: [
        { provider: 'first', model, weight: 4 },
        { provider: 'second', model, weight: 1 },
      ],
    });
    const captures: Capture[] = [];
    for (let n = 0; n < 150; n++) captures.push(await captureOf(await ask()));
    // Of 150, 120 are to be expected with a standard deviation of 4.9: beyond eight of them chance is no excuse.
    expect(first.seen.length).toBeGreaterThan(80);
    expect(first.seen.length).toBeLessThan(150);
    expect(first.seen.length + second.seen.length).toBe(150);
    for (const capture of captures) {
      const plan = routeStep(capture)?.output?.plan as readonly unknown[];
      expect(JSON.stringify(plan[0])).toContain(capture.provider);
      expect(routeStep(capture)?.summary).toContain('drawn by weight');
    }
  });
});

const BECAUSE = /not measured lately|the fastest lately|to see whether it has become faster/;

describe('a route by speed', () => {
  it('measures each target once and then stays with the fastest, but for looks at the others', async () => {
    first.script([{ delayMs: 1500 }]);
    await setRoute({ strategy: 'fastest' });
    const captures: Capture[] = [];
    for (let n = 0; n < 14; n++) captures.push(await captureOf(await ask()));
    const because = captures.map((capture) => BECAUSE.exec(routeStep(capture)?.summary ?? '')?.[0]);
    const told = captures.map(({ provider }, index) => [provider, because[index]]);
    expect(told.slice(0, 2)).toEqual([
      ['first', 'not measured lately'],
      ['second', 'not measured lately'],
    ]);
    const later = told.slice(2);
    for (const each of later) {
      expect([
        ['second', 'the fastest lately'],
        ['first', 'to see whether it has become faster'],
      ]).toContainEqual(each);
    }
    expect(later.filter(([provider]) => provider === 'second').length).toBeGreaterThan(later.length / 2);
    const [state] = await controlClient(gateway.gateway.control, 'cli').routes.states();
    expect(state?.targets.every(({ firstByteMs }) => firstByteMs !== null)).toBe(true);
  });
});

describe('a route’s own time limit', () => {
  const outcomeOf = async (response: Response) => {
    const body = await response.text();
    const capture = await gateway.captureOf(response);
    return { body, capture, attempt: capture.attemptList[0] };
  };

  it('for a connection: the target that does not come to a handshake is left for the next', async () => {
    await setRoute({ timeouts: { connectMs: 150 } }, ['silent', 'second']);
    const { capture, attempt } = await outcomeOf(await ask());
    expect(capture).toMatchObject({ ok: true, attempts: 2, provider: 'second' });
    expect(attempt?.outcome).toMatchObject({
      ok: false,
      cause: 'upstream_timeout',
      errorCode: 'UND_ERR_CONNECT_TIMEOUT',
    });
    expect(attempt?.origins).toContainEqual({
      name: 'timeouts.connectMs',
      origin: { from: 'route', name: 'chat' },
      value: 150,
    });
  });

  it('for the first byte: the target that takes a request and says nothing is left for the next', async () => {
    first.script([{ hang: true }]);
    await setRoute({ timeouts: { firstByteMs: 150 } });
    const { capture, attempt } = await outcomeOf(await ask());
    expect(capture).toMatchObject({ ok: true, attempts: 2, provider: 'second' });
    expect(attempt?.outcome).toMatchObject({
      ok: false,
      cause: 'upstream_timeout',
      errorCode: 'UND_ERR_HEADERS_TIMEOUT',
    });
    expect(first.seen).toHaveLength(1);
  });

  it('for the next piece: a stream that stands still ends as an error of its dialect, and nobody else is asked', async () => {
    stream = (response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: {"choices":[{"delta":{"content":"so far"}}]}\n\n');
    await setRoute({ timeouts: { idleMs: 150 } }, ['streaming', 'second']);
    const { body, capture, attempt } = await outcomeOf(await ask({ stream: true }));
    expect(body).toContain('so far');
    expect(body).toContain('"cause":"upstream_timeout"');
    expect(body).not.toContain('[DONE]');
    expect(capture).toMatchObject({ ok: false, cause: 'upstream_timeout', attempts: 1 });
    expect(attempt?.outcome?.errorCode).toBe('UND_ERR_BODY_TIMEOUT');
    expect(second.seen).toHaveLength(0);
  });

  it('for the whole: a stream that never stands still and never ends is ended', async () => {
    stream = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write('data: {"choices":[{"delta":{"content":"more"}}]}\n\n'), 20);
      response.on('close', () => clearInterval(timer));
    };
    await setRoute({ timeouts: { totalMs: 400 } }, ['streaming', 'second']);
    const { body, capture, attempt } = await outcomeOf(await ask({ stream: true }));
    expect(body).toContain('"cause":"upstream_timeout"');
    expect(capture).toMatchObject({ ok: false, cause: 'upstream_timeout', attempts: 1 });
    expect(attempt?.outcome?.errorCode).toBe('KEYWARD_TOTAL_TIMEOUT');
    expect(second.seen).toHaveLength(0);
  });

  it('for the whole: no attempt follows one that used it up', async () => {
    first.script([{ hang: true }]);
    await setRoute({ retries: 2, timeouts: { totalMs: 300 } });
    const { capture, attempt } = await outcomeOf(await ask());
    expect(capture).toMatchObject({ ok: false, cause: 'upstream_timeout', attempts: 1 });
    expect(attempt?.outcome).toMatchObject({
      errorCode: 'KEYWARD_TOTAL_TIMEOUT',
      movedOn: 'the time for the whole request is over',
    });
    expect(second.seen).toHaveLength(0);
  });
});

describe('a breaker whose time is up', () => {
  const circuit = async () => {
    const [state] = await controlClient(gateway.gateway.control, 'cli').routes.states();
    return state?.targets[0]?.circuit;
  };
  const open = async () => {
    first.script([{ status: 503 }]);
    await setRoute({ breaker: { failures: 2, openMs: 60_000 } });
    for (let n = 0; n < 2; n++) expect((await captureOf(await ask())).provider).toBe('second');
    expect(await circuit()).toBe('open');
    expect((await captureOf(await ask())).attempts).toBe(1);
    expect(first.seen).toHaveLength(2);
    aheadMs += 61_000;
    expect(await circuit()).toBe('trial');
  };

  it('lets one request try; answered, it closes', async () => {
    await open();
    first.script([{}]);
    expect(await captureOf(await ask())).toMatchObject({ provider: 'first', attempts: 1 });
    expect(await circuit()).toBe('closed');
    expect(await captureOf(await ask())).toMatchObject({ provider: 'first', attempts: 1 });
    expect(first.seen).toHaveLength(4);
  });

  it('lets nobody else through while the trial goes on, and stays open where it failed', async () => {
    await open();
    let answerTrial: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      stream = (response) => {
        answerTrial = () =>
          response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"x"}}');
        resolve();
      };
    });
    const base = `http://127.0.0.1:${(streaming.address() as AddressInfo).port}/v1`;
    await gateway.gateway.services.store.update(by, (draft) => {
      for (const provider of draft.providers) if (provider.id === 'first') provider.baseUrl = base;
    });
    const trial = ask();
    await begun;
    for (let n = 0; n < 3; n++) {
      expect(await captureOf(await ask())).toMatchObject({ provider: 'second', attempts: 1 });
    }
    answerTrial();
    expect(await captureOf(await trial)).toMatchObject({ provider: 'second', attempts: 2 });
    expect(await circuit()).toBe('open');
    // Twice as long as the first time.
    aheadMs += 61_000;
    expect(await circuit()).toBe('open');
    aheadMs += 61_000;
    expect(await circuit()).toBe('trial');
    await gateway.gateway.services.store.update(by, (draft) => {
      for (const provider of draft.providers) if (provider.id === 'first') provider.baseUrl = first.url;
    });
  });
});
