import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type CountingProvider, startCountingProvider } from './traffic.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
const CANARY = 'the canary sings at dawn';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: { key: string; value: Record<string, unknown> }[];
  readonly events: { name: string; timeUnixNano: string }[];
  readonly status: { code?: number; message?: string };
}

/** What an OpenTelemetry collector takes at `/v1/traces`, read as strictly as one reads it. */
class Collector {
  readonly spans: Span[] = [];
  readonly bodies: string[] = [];
  status = 200;
  private readonly server: Server;
  private readonly waiting: (() => void)[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        expect([request.method, request.url]).toEqual(['POST', '/v1/traces']);
        expect(request.headers['content-type']).toBe('application/json');
        const bytes = Buffer.concat(chunks);
        const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
        if (this.status === 200) this.take(text);
        response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  private take(text: string): void {
    this.bodies.push(text);
    const { resourceSpans } = JSON.parse(text) as {
      resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      expect(attribute({ attributes: resource.attributes }, 'service.name')).toBe('keyward');
      for (const { spans } of scopeSpans) for (const span of spans) this.spans.push(valid(span));
    }
    for (const wake of this.waiting.splice(0)) wake();
  }

  async until(count: number): Promise<Span[]> {
    while (this.spans.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.spans;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function valid(span: Span): Span {
  expect(span.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
  expect(span.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
  const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
  expect(end >= start).toBe(true);
  for (const { value } of span.attributes) {
    expect(Object.keys(value)).toHaveLength(1);
    expect(['stringValue', 'intValue', 'doubleValue', 'boolValue']).toContain(Object.keys(value)[0]);
  }
  for (const event of span.events) expect(BigInt(event.timeUnixNano) >= start - 1_000_000n).toBe(true);
  return span;
}

function attribute({ attributes }: Pick<Span, 'attributes'>, key: string): unknown {
  const found = attributes.find((one) => one.key === key);
  return found && Object.values(found.value)[0];
}

let gateway: TestGateway;
let provider: CountingProvider;
let collector: Collector;
let url: string;
let client: ControlClient;

beforeAll(async () => {
  // Loaded on the first switching on; what is asked for in that moment is not traced.
  await import('../../gateway/observe/otlp.ts');
  [provider, collector] = [await startCountingProvider(), new Collector()];
  url = await collector.listen();
  gateway = await startTestGateway();
  client = controlClient(gateway.gateway.control, 'cli');
  await gateway.addProvider({ id: 'one', preset: 'openai', name: 'One', baseUrl: provider.baseUrl }, SECRET);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([provider.close(), collector.close()]);
});
beforeEach(async () => {
  collector.spans.length = 0;
  collector.bodies.length = 0;
  collector.status = 200;
  await client.settings.set({ tracing: { otlpUrl: url, content: false } });
});

const ask = async (model: string, headers = {}, stream = false) => {
  const body = { model, stream, messages: [{ role: 'user', content: CANARY }] };
  const response = await gateway.post('/v1/chat/completions', body, headers);
  await response.text().catch(() => undefined);
  return response;
};

describe('traces over OTLP', () => {
  it('tell an exchange as a server span, and each attempt beneath it by the GenAI conventions', async () => {
    const response = await ask('one/gpt-4o-mini', {}, false);
    const [attempt, server] = (await collector.until(2)) as [Span, Span];
    expect(server.name).toBe('POST /chat/completions');
    expect([server.kind, attempt.kind]).toEqual([2, 3]);
    expect(server.parentSpanId ?? '').toBe('');
    expect(attempt).toMatchObject({ traceId: server.traceId, parentSpanId: server.spanId, name: 'chat gpt-4o-mini' });
    expect(attribute(server, 'keyward.capture')).toBe(response.headers.get('x-keyward-capture'));
    expect(attribute(server, 'keyward.app')).toBe('Test app');
    expect(attribute(server, 'http.response.status_code')).toBe(200);
    expect(attribute(server, 'keyward.cost_usd')).toBeGreaterThan(0);
    expect(server.events.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'keyward.receive',
        'keyward.identify',
        'keyward.route',
        'keyward.forward',
        'keyward.respond',
      ]),
    );
    const capture = await gateway.captureOf(response);
    expect(attribute(attempt, 'gen_ai.operation.name')).toBe('chat');
    expect(attribute(attempt, 'gen_ai.provider.name')).toBe('openai');
    expect(attribute(attempt, 'gen_ai.request.model')).toBe('gpt-4o-mini');
    expect(attribute(attempt, 'gen_ai.usage.input_tokens')).toBe(capture.inputTokens);
    expect(attribute(attempt, 'gen_ai.usage.output_tokens')).toBe(capture.outputTokens);
    expect(attribute(attempt, 'server.address')).toBe('127.0.0.1');
    expect(server.status.code ?? 0).toBe(0);
    const tookNs = BigInt(server.endTimeUnixNano) - BigInt(server.startTimeUnixNano);
    expect(Math.abs(Number(tookNs) / 1e6 - (capture.durationMs as number))).toBeLessThan(0.01);
    expect(Math.abs(Number(BigInt(server.startTimeUnixNano) / 1_000_000n) - Date.parse(capture.time))).toBeLessThan(2);
  });

  it('name the cause of a failure, on both spans', async () => {
    await ask('one/limited');
    const [attempt, server] = (await collector.until(2)) as [Span, Span];
    for (const span of [attempt, server]) {
      expect(span.status).toMatchObject({ code: 2, message: 'rate_limited' });
      expect(attribute(span, 'error.type')).toBe('rate_limited');
    }
    expect(attribute(attempt, 'http.response.status_code')).toBe(429);
  });

  it('tell a request that no provider saw as well', async () => {
    await ask('one/gpt-4o-mini', { authorization: 'Bearer kw_nonsense' });
    const [server] = (await collector.until(1)) as [Span];
    expect(attribute(server, 'keyward.stage')).toBe('identify');
    expect(attribute(server, 'keyward.attempts')).toBe(0);
  });

  it('go on in the caller’s trace, and keep silent in one that is not kept', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    await ask('one/gpt-4o-mini', { traceparent: `00-${trace}-00f067aa0ba902b7-00` });
    await ask('one/gpt-4o-mini', { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
    await ask('one/gpt-4o-mini', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` });
    const spans = await collector.until(4);
    expect(spans).toHaveLength(4);
    expect(spans[0]?.traceId).toBe(trace);
    expect(spans[1]).toMatchObject({ traceId: trace, parentSpanId: '00f067aa0ba902b7' });
    expect(spans[2]?.traceId).not.toMatch(/^0+$/);
    expect(spans[2]?.traceId).not.toBe(trace);
  });

  it('hold no content and no secret, also where an app sent its key as a model', async () => {
    await ask('one/gpt-4o-mini');
    await ask(`one/${SECRET}`);
    await collector.until(4);
    const sent = collector.bodies.join('\n');
    expect(sent).not.toContain(CANARY);
    expect(sent).not.toContain(SECRET);
    expect(sent).not.toContain(gateway.key);
  });

  it('hold content where that is switched on in so many words, without its secrets', async () => {
    await client.settings.set({ tracing: { otlpUrl: url, content: true } });
    const body = {
      model: 'one/gpt-4o-mini',
      messages: [{ role: 'user', content: `${CANARY} ${SECRET} ${gateway.key}` }],
    };
    await (await gateway.post('/v1/chat/completions', body)).text();
    const server = (await collector.until(2))[1] as Span;
    expect(attribute(server, 'keyward.request.body')).toContain(CANARY);
    expect(attribute(server, 'keyward.response.body')).toContain('"content":"hi"');
    expect(collector.bodies.join('\n')).not.toContain(SECRET);
    expect(collector.bodies.join('\n')).not.toContain(gateway.key);
  });

  it('that nobody takes cost no request, are told in the status, and are told no more once somebody does', async () => {
    collector.status = 400;
    expect((await ask('one/gpt-4o-mini')).status).toBe(200);
    await untilNotice((ids) => ids.includes('otlp-failing'));
    collector.status = 200;
    expect((await ask('one/gpt-4o-mini')).status).toBe(200);
    await collector.until(2);
    await untilNotice((ids) => !ids.includes('otlp-failing'));
  });

  it('end when they are switched off', async () => {
    await client.settings.set({ tracing: { otlpUrl: null, content: false } });
    await ask('one/gpt-4o-mini');
    await client.settings.set({ tracing: { otlpUrl: url, content: false } });
    await ask('one/limited');
    const spans = await collector.until(2);
    expect(spans.map((span) => attribute(span, 'error.type'))).toEqual(['rate_limited', 'rate_limited']);
  });

  it('go nowhere but to an http address', async () => {
    await expect(client.settings.set({ tracing: { otlpUrl: 'file:///etc/passwd', content: false } })).rejects.toThrow();
  });
});

async function untilNotice(fits: (ids: string[]) => boolean): Promise<void> {
  for (;;) {
    const { notices } = await client.status.get();
    if (fits(notices.map(({ id }) => id))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
