/** HAR both ways: what is written is HAR and reads back as what it was; what browsers and proxies write is judged as if captured here. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Imported } from '../../gateway/control/contract/transfer.ts';
import { carry, openHome, practise, type TestHome } from './homes.ts';

let there: TestHome;
let here: TestHome;
beforeAll(async () => {
  [there, here] = await Promise.all([openHome(), openHome()]);
});
afterAll(async () => {
  await Promise.all([there?.gateway.stop(), here?.gateway.stop()]);
});

const take = (content: string | object): Promise<Imported> =>
  here.client.transfer.import({
    content: typeof content === 'string' ? content : JSON.stringify(content),
    encoding: 'utf8',
  });
const har = (...entries: object[]) => ({ log: { version: '1.2', creator: { name: 'test', version: '1' }, entries } });
const pairs = (headers: Record<string, string>) => Object.entries(headers).map(([name, value]) => ({ name, value }));

const KEY = 'sk-proj-Abcdefghij0123456789Abcdefghij0123456789Abcdefghij';
const REFUSED = {
  error: {
    message: `Incorrect API key provided: ${KEY}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
};
const request = (url: string, body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  url,
  httpVersion: 'http/2.0',
  headers: pairs({
    ':authority': new URL(url).host,
    ':method': 'POST',
    authorization: `Bearer ${KEY}`,
    'content-type': 'application/json',
    ...headers,
  }),
  postData: { mimeType: 'application/json', text: JSON.stringify(body) },
});
const response = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  statusText: '',
  headers: pairs({ 'content-type': 'application/json', ...headers }),
  content: { size: 1, mimeType: 'application/json', text: typeof body === 'string' ? body : JSON.stringify(body) },
});
const openai = 'https://api.openai.com/v1/chat/completions';
const asked = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] };

async function only(entry: object) {
  const { captures } = await take(har(entry));
  expect(captures).toHaveLength(1);
  const id = captures[0]?.id as string;
  const [capture, explanation] = await Promise.all([
    here.client.captures.get({ id }),
    here.client.captures.explain({ id }),
  ]);
  return { id, capture, explanation };
}

describe('a HAR file from elsewhere', () => {
  it('from a browser is explained as if captured here, without its key', async () => {
    const { id, capture, explanation } = await only({
      startedDateTime: '2026-11-20T08:09:10.123Z',
      time: 412,
      request: request(openai, asked),
      response: response(401, REFUSED, { 'x-request-id': 'req_abc', 'content-encoding': 'gzip' }),
      timings: { blocked: 2, dns: 10, connect: 40, ssl: 25, send: 1, wait: 300, receive: 59 },
      serverIPAddress: '1.2.3.4',
    });
    expect(capture).toMatchObject({
      time: '2026-11-20T08:09:10.123Z',
      provider: 'openai',
      endpoint: 'chat.completions',
      status: 401,
      ok: false,
      origin: { kind: 'import' },
      durationMs: 412,
    });
    expect(capture.attemptList).toHaveLength(1);
    expect(capture.attemptList[0]).toMatchObject({
      url: openai,
      remoteAddress: '1.2.3.4',
      timings: { dnsMs: 12, connectMs: 27, tlsMs: 52, sentMs: 53, firstByteMs: 353, lastByteMs: 412 },
    });
    expect(explanation.cause).toBe('key_invalid_unknown');
    const text = JSON.stringify([capture, explanation]);
    expect(text).not.toContain(KEY);
    expect(text).not.toContain('authority');
    for (const mode of ['recorded', 'dry-run'] as const) {
      const replay = await here.client.replay.run({ id, mode, config: 'then' });
      expect(replay.refused).toBeNull();
      if (mode === 'recorded')
        expect(replay.outcome).toMatchObject({ ok: false, cause: 'key_invalid_unknown', status: 401 });
      else expect(replay.sending).toMatchObject({ url: openai, method: 'POST' });
    }
  });

  it('holds a form by its fields: put together again, and a file that was left out is said to be missing', async () => {
    const url = 'https://api.openai.com/v1/audio/transcriptions';
    const { id, capture } = await only({
      startedDateTime: '2026-11-20T08:09:10.123Z',
      request: {
        ...request(url, {}, { 'content-type': 'multipart/form-data; boundary=----WebKitFormBoundaryA1' }),
        postData: {
          mimeType: 'multipart/form-data; boundary=----WebKitFormBoundaryA1',
          params: [
            { name: 'model', value: 'whisper-9' },
            { name: 'file', fileName: 'speech.mp3', contentType: 'audio/mpeg' },
          ],
        },
      },
      response: response(404, { error: { message: 'The model `whisper-9` does not exist', code: 'model_not_found' } }),
    });
    expect(capture).toMatchObject({
      cause: 'model_not_found',
      endpoint: 'audio.transcriptions',
      askedModel: 'whisper-9',
    });
    expect(capture.request.body.text).toContain(
      '------WebKitFormBoundaryA1\r\nContent-Disposition: form-data; name="model"',
    );
    expect(capture.request.body.text).toContain('⟦file not included: speech.mp3⟧');
    const { refused } = await here.client.replay.run({ id, mode: 'live' });
    expect(refused?.sentence).toMatch(/file in the form of this request was not part/);
  });

  it('is judged by the end of a stream and the inside of a success, not by its status', async () => {
    const stream = { ...request(openai, { ...asked, stream: true }) };
    const sse = (text: string) => ({
      status: 200,
      headers: pairs({ 'content-type': 'text/event-stream' }),
      content: { text: Buffer.from(text).toString('base64'), encoding: 'base64' },
    });
    const begun = 'data: {"choices":[{"delta":{"content":"He"}}]}\n\n';
    expect((await only({ request: stream, response: sse(`${begun}data: [DONE]\n\n`) })).capture).toMatchObject({
      ok: true,
      stream: true,
    });
    expect((await only({ request: stream, response: sse(begun) })).capture).toMatchObject({
      ok: false,
      cause: 'network_reset_or_truncated',
    });
    expect(
      (await only({ request: request(openai, asked), response: response(200, '{"choices":[') })).capture,
    ).toMatchObject({ ok: false, cause: 'response_format' });
    expect((await only({ request: request(openai, asked), response: response(200, REFUSED) })).capture.ok).toBe(false);
    const page = {
      status: 200,
      headers: pairs({ 'content-type': 'text/html' }),
      content: { text: '<html>Sign in to the network</html>' },
    };
    expect((await only({ request: request(openai, asked), response: page })).capture).toMatchObject({
      ok: false,
      cause: 'proxy_interference',
    });
    const left = {
      status: 200,
      headers: pairs({ 'content-type': 'application/json' }),
      content: { size: 900, mimeType: 'application/json' },
    };
    expect((await only({ request: request(openai, asked), response: left })).capture.ok).toBe(true);
  });

  it('names what went wrong below HTTP as every other capture does', async () => {
    for (const [error, cause] of [
      ['net::ERR_CONNECTION_REFUSED', 'network_refused'],
      ['net::ERR_NAME_NOT_RESOLVED', 'network_dns'],
      ['net::ERR_CERT_DATE_INVALID', 'network_tls'],
      ['net::ERR_TIMED_OUT', 'upstream_timeout'],
      ['net::ERR_PROXY_CONNECTION_FAILED', 'proxy_interference'],
    ]) {
      const { capture } = await only({
        request: request(openai, { ...asked, user: error }),
        response: { status: 0, headers: [], content: {}, _error: error },
      });
      expect(capture).toMatchObject({ ok: false, cause, status: null });
    }
    const { capture } = await only({
      request: request(openai, { ...asked, user: 'x' }),
      response: { status: 0, _error: 'net::ERR_ABORTED' },
    });
    expect(capture).toMatchObject({ clientGone: true, ok: true });
  });

  it('goes to the provider it went to, whatever its path or body', async () => {
    const cases: [string, unknown, string, string][] = [
      [
        'https://api.anthropic.com/v1/messages',
        { model: 'claude-sonnet-4-5', max_tokens: 1, messages: [] },
        'anthropic',
        'messages',
      ],
      [
        'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent?key=AIzaSyA1234567890abcdefghijklmnopqrstuv',
        { contents: [] },
        'google-gemini',
        'generateContent',
      ],
      [
        'https://api.groq.com/openai/v1/chat/completions',
        { model: 'llama-3.3-70b-versatile', messages: [] },
        'groq',
        'chat.completions',
      ],
      [
        'https://llm.example.org/api/v1/chat/completions',
        { model: 'x', messages: [] },
        'llm.example.org',
        'chat.completions',
      ],
      ['https://llm.example.org/other/thing', { any: 1 }, 'llm.example.org', 'raw'],
      ['https://api.openai.com/v1/chat/completions', 'no object', 'openai', 'raw'],
    ];
    for (const [url, body, provider, endpoint] of cases) {
      const { id, capture } = await only({
        request: request(url, body),
        response: response(400, { error: { message: 'bad' } }),
      });
      expect(capture).toMatchObject({ provider, endpoint, ok: false, status: 400 });
      const replay = await here.client.replay.run({ id, mode: 'dry-run', config: 'then' });
      expect([url, replay.refused]).toEqual([url, null]);
      expect(replay.sending?.url).toBe(url.split('?')[0]);
      expect(JSON.stringify(capture)).not.toContain('AIzaSyA1234567890');
    }
  });

  it('leaves out what is no request to an API, and says why', async () => {
    const get = (url: string, type: string, extra: object = {}) => ({
      request: { method: 'GET', url, headers: [] },
      response: { status: 200, headers: pairs({ 'content-type': type }), content: { text: 'x' } },
      ...extra,
    });
    const { captures, skipped } = await take(
      har(
        get('https://chat.example.com/style.css', 'text/css'),
        get('https://chat.example.com/', 'text/html', { _resourceType: 'document' }),
        get('wss://api.openai.com/v1/realtime', 'text/plain'),
        get('https://api.openai.com/v1/realtime', 'text/plain', { _resourceType: 'websocket' }),
        get('data:text/plain,hello', 'text/plain'),
        {
          request: { method: 'OPTIONS', url: openai, headers: pairs({ 'access-control-request-method': 'POST' }) },
          response: { status: 204 },
        },
        { request: request(openai, asked), response: { status: 0, _error: 'net::ERR_BLOCKED_BY_CLIENT' } },
        { request: request(openai, asked), response: { status: 0, headers: [] } },
        {},
        {
          request: request(openai, asked),
          response: response(429, {
            error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
          }),
        },
      ),
    );
    expect(captures).toHaveLength(1);
    expect(captures[0]?.from).toBe(`entry 10: POST ${openai}`);
    expect(skipped).toHaveLength(9);
    for (const { sentence } of skipped) expect(sentence).toMatch(/^[A-Z].*\.$/);
    await expect(take(har({}))).rejects.toThrow(/Nothing in this file/);
    await expect(take(har())).rejects.toThrow(/no entries/);
  });

  it('is taken in once where it tells its times', async () => {
    const file = har({
      startedDateTime: '2026-11-01T00:00:00Z',
      request: request(openai, asked),
      response: response(500, 'oops'),
    });
    const first = await take(file);
    expect((await take(file)).captures).toEqual(first.captures.map((one) => ({ ...one, added: false })));
  });
});

describe('a HAR file of ours', () => {
  it('has every member that HAR 1.2 asks for', async () => {
    const ids = [
      await practise(there, 'ok'),
      await practise(there, 'key-expired'),
      await practise(there, 'network-refused'),
    ];
    ids.push(await practise(there, 'ok', {}, { authorization: 'Bearer nonsense' }));
    const { content, fileName } = await there.client.transfer.export({ ids, format: 'har' });
    expect(fileName).toMatch(/\.har$/);
    const { log } = JSON.parse(content);
    expect(log).toMatchObject({ version: '1.2', creator: { name: 'Keyward' } });
    expect(log.entries).toHaveLength(4);
    for (const entry of log.entries) {
      expect(Number.isNaN(Date.parse(entry.startedDateTime))).toBe(false);
      expect(entry.time).toBeGreaterThanOrEqual(0);
      for (const name of ['blocked', 'dns', 'connect', 'ssl', 'send', 'wait', 'receive'])
        expect(entry.timings[name]).toBeGreaterThanOrEqual(-1);
      expect(entry.cache).toEqual({});
      for (const [side, names] of [
        ['request', ['method', 'url', 'httpVersion', 'cookies', 'headers', 'queryString', 'headersSize', 'bodySize']],
        [
          'response',
          [
            'status',
            'statusText',
            'httpVersion',
            'cookies',
            'headers',
            'content',
            'redirectURL',
            'headersSize',
            'bodySize',
          ],
        ],
      ] as const)
        for (const name of names) expect(entry[side], `${side}.${name}`).toHaveProperty(name);
      expect(URL.canParse(entry.request.url)).toBe(true);
    }
  });

  it('reads back as the same request, answer, verdict and cause', async () => {
    for (const kind of [
      'ok',
      'key-expired',
      'rate-limited',
      'provider-overloaded',
      'network-dns',
      'context-too-long',
    ]) {
      const id = await practise(there, kind);
      const { captures } = await carry(there, [id], here, 'har');
      expect(captures).toHaveLength(1);
      const [before, after] = await Promise.all([
        there.client.captures.get({ id }),
        here.client.captures.get({ id: captures[0]?.id as string }),
      ]);
      const [sent, again] = [before.attemptList[0], after.attemptList[0]];
      for (const member of ['method', 'url', 'status', 'requestHeaders', 'responseHeaders', 'model'] as const)
        expect([kind, again?.[member]]).toEqual([kind, sent?.[member]]);
      expect(again?.requestBody.text).toBe(sent?.requestBody.text);
      expect(again?.responseBody?.text).toBe(sent?.responseBody?.text);
      expect([kind, after.ok, after.cause, after.time]).toEqual([
        kind,
        before.ok,
        before.cause,
        new Date(Date.parse(before.time) + (sent?.timings.startMs ?? 0)).toISOString(),
      ]);
    }
  });
});

it('a failure record from anywhere becomes a capture with the same cause', async () => {
  const file = path.join(import.meta.dirname, '../fixtures/failures/extra.jsonl');
  const lines = (await readFile(file, 'utf8')).trim().split('\n').slice(0, 40);
  const { format, captures, skipped } = await take(lines.join('\n'));
  expect(format).toBe('records');
  expect(captures.length + skipped.length).toBe(40);
  const records = new Map(lines.map((line) => [JSON.parse(line).id as string, JSON.parse(line)]));
  let same = 0;
  for (const { id, from } of captures) {
    const record = records.get(/\((.+)\)$/.exec(from)?.[1] ?? '');
    const [asCapture, asRecord] = await Promise.all([
      here.client.captures.explain({ id }),
      here.client.explain.record(record),
    ]);
    if (asCapture.cause === asRecord.cause) same++;
  }
  expect(captures.length).toBeGreaterThanOrEqual(20);
  // A capture knows a little more than its record: where it was sent, under which name.
  expect(same / captures.length).toBeGreaterThanOrEqual(0.9);
});
