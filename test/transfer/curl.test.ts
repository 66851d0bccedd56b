/** cURL both ways: what is written makes a shell send the same bytes, what is read is what a shell would have sent. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import { findMultipartFields, multipartBoundary } from '../../gateway/stages/multipart-field.ts';
import { readCurl } from '../../gateway/transfer/read-curl.ts';
import { writeCurl } from '../../gateway/transfer/write-curl.ts';
import { openHome, practise, type TestHome } from './homes.ts';

let folder: string;
let home: TestHome;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'keyward-curl-'));
  // Prints its arguments and, where a body comes on standard input, that: each in base64 on a line of its own.
  const fake = path.join(folder, 'curl');
  await writeFile(
    fake,
    '#!/bin/sh\nfor a in "$@"; do printf %s "$a" | base64 -w0; echo; done\ncase " $* " in *" @- "*) echo; base64 -w0;; esac\n',
  );
  await chmod(fake, 0o700);
  home = await openHome();
});
afterAll(async () => {
  await home?.gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a shell makes of the command: the arguments of curl, and its standard input. */
async function run(command: string): Promise<{ args: string[]; input: Buffer | undefined }> {
  const script = path.join(folder, 'command.sh');
  await writeFile(script, command);
  const { stdout } = await promisify(execFile)('sh', [script], {
    env: { PATH: `${folder}:${process.env.PATH}`, KEYWARD_KEY: 'the-key' },
    maxBuffer: 64 * 1024 * 1024,
  });
  const [args = '', input] = stdout.split('\n\n');
  const decode = (line: string) => Buffer.from(line, 'base64');
  return {
    args: args
      .trimEnd()
      .split('\n')
      .map((line) => decode(line).toString()),
    input: input === undefined ? undefined : decode(input),
  };
}

function capture(body: Buffer, headers: [string, string][], url = '/v1/chat/completions'): Capture {
  let text: string | undefined;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    text = undefined;
  }
  return {
    id: 'c0000000000000000000',
    stream: false,
    request: {
      method: 'POST',
      url,
      headers,
      body: {
        sizeBytes: body.length,
        keptBytes: body.length,
        complete: true,
        redactions: [],
        ...(text === undefined ? { base64: body.toString('base64') } : { text }),
      },
    },
  } as unknown as Capture;
}

const after = (args: string[], name: string) => args[args.indexOf(name) + 1];

describe('a capture as a curl command', () => {
  it('gives curl the very same bytes, whatever they are', { timeout: 120_000 }, async () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom("it's", '@file', '-x', '$HOME `id` "q" \\', '\n\n', "'", '!!', 'ä😀\r\n')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
    );
    const value = fc
      .string({ unit: fc.constantFrom(...'aB1 \'"\\$`!;:@#%&*(){}[]<>|~ä'), minLength: 1 })
      .map((text) => text.trim())
      .filter((text) => text !== '');
    await fc.assert(
      fc.asyncProperty(body, value, async (bytes, header) => {
        const { args, input } = await run(
          writeCurl(
            capture(bytes, [
              ['X-Odd', header],
              ['Content-Type', 'application/json'],
            ]),
            'http://127.0.0.1:4141',
          ),
        );
        const raw = args.indexOf('--data-raw');
        expect(raw === -1 ? input : Buffer.from(args[raw + 1] as string)).toEqual(bytes);
        expect(args).toContain(`X-Odd: ${header}`);
        expect(args).toContain('Authorization: Bearer the-key');
        expect(args[0]).toBe('http://127.0.0.1:4141/v1/chat/completions');
      }),
      { numRuns: 60 },
    );
  });

  it('carries a body too long for one argument', async () => {
    const long = Buffer.from('x'.repeat(300_000));
    expect((await run(writeCurl(capture(long, []), 'http://h'))).input).toEqual(long);
  });

  it('never holds a credential, wherever it was sent', async () => {
    const response = await fetch(`${home.gateway.url}/v1/chat/completions?key=${home.gateway.key}&x=1`, {
      method: 'POST',
      headers: {
        'x-api-key': home.gateway.key,
        cookie: 'session=abcdefgh12345678',
        'content-type': 'application/json',
        'x-keep': 'yes',
      },
      body: JSON.stringify({ model: 'practice/ok', messages: [{ role: 'user', content: `key ${home.gateway.key}` }] }),
    });
    const id = response.headers.get('x-keyward-capture') as string;
    const { content } = await home.client.transfer.export({ ids: [id], format: 'curl' });
    expect(content).not.toContain(home.gateway.key);
    expect(content).not.toContain('abcdefgh12345678');
    expect(content).not.toMatch(/cookie/i);
    const { args } = await run(content);
    expect(args[0]).toBe(`${home.gateway.url}/v1/chat/completions?x=1`);
    expect(args).toContain('x-keep: yes');
    expect(args.filter((arg) => arg.startsWith('Authorization'))).toEqual(['Authorization: Bearer the-key']);
  });

  it('works against the gateway', async () => {
    const id = await practise(home, 'ok');
    const { content } = await home.client.transfer.export({ ids: [id], format: 'curl' });
    const { args } = await run(content);
    const answer = await fetch(args[0] as string, {
      method: 'POST',
      headers: { authorization: `Bearer ${home.gateway.key}`, 'content-type': 'application/json' },
      body: after(args, '--data-raw'),
    });
    expect(answer.status).toBe(200);
  });
});

describe('a curl command', () => {
  const one = (text: string) => {
    const [first] = readCurl(text);
    if (!first) throw new Error('nothing was read');
    return {
      method: first.method,
      url: first.url.href,
      headers: Object.fromEntries(first.headers.map(([name, value]) => [name.toLowerCase(), value])),
      body: first.body?.toString('utf8'),
    };
  };

  it('is read as a shell would read it', () => {
    expect(
      one(`curl https://h/v1 -H 'A: it'\\''s' -H "B: \\"q\\" \\$x" -H $'C: \\u00e4\\x41\\xc3\\xa4' --data-raw 'a\nb'`),
    ).toMatchObject({
      method: 'POST',
      headers: { a: "it's", b: '"q" $x', c: 'äAä' },
      body: 'a\nb',
    });
    expect(one('curl \\\n  -sS -XPUT "https://h/x?a=1" \\\n  --json \'{"a":1}\' | jq .')).toMatchObject({
      method: 'PUT',
      url: 'https://h/x?a=1',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    });
    expect(one('curl -G h.example/x -d a=1 --data-urlencode "b=ü &"')).toMatchObject({
      method: 'GET',
      url: 'http://h.example/x?a=1&b=%C3%BC%20%26',
      body: undefined,
    });
    expect(one('curl -u user:pass -b "c=1; d=2" -A me --compressed --url https://h')).toMatchObject({
      method: 'GET',
      headers: {
        authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
        cookie: 'c=1; d=2',
        'user-agent': 'me',
        'accept-encoding': 'gzip, deflate, br',
      },
    });
    expect(one('curl https://h -d a=1 -d b=2 -H "Content-Type:"')).toMatchObject({ body: 'a=1&b=2', headers: {} });
    expect(one('# a note\n$ curl -I https://h').method).toBe('HEAD');
    expect(readCurl('curl https://a; curl https://b\ncurl https://c')).toHaveLength(3);
  });

  it('gives back what was written, property by property', async () => {
    await fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0') && !text.includes('\r\n')),
        (text) => {
          const { body, url } = one(writeCurl(capture(Buffer.from(text), [['Content-Type', 'a/b']]), 'https://h'));
          expect(body).toBe(text);
          expect(url).toBe('https://h/v1/chat/completions');
        },
      ),
    );
  });

  it('with a form is put together as curl would, the same each time', () => {
    const text = `curl https://h/v1/audio/transcriptions -F model=whisper-1 -F 'prompt="a;b";type=text/plain' --form-string 'x=@not-a-file' -H 'Content-Type: multipart/form-data'`;
    const [one] = readCurl(text);
    const [again] = readCurl(text);
    expect(one?.body).toEqual(again?.body);
    const type = one?.headers.filter(([name]) => name.toLowerCase() === 'content-type').map(([, value]) => value);
    expect(type).toHaveLength(1);
    const boundary = multipartBoundary(type?.[0] ?? '') as string;
    const field = (name: string) => findMultipartFields(one?.body as Buffer, boundary, name).map(({ value }) => value);
    expect([field('model'), field('prompt'), field('x')]).toEqual([['whisper-1'], ['a;b'], ['@not-a-file']]);
    expect(one).toMatchObject({ method: 'POST' });
    expect(one?.bodyComplete).toBeUndefined();
  });

  it('with a file in its form says that the file is missing, and is not sent without it', async () => {
    const text = `curl ${home.gateway.url}/v1/audio/transcriptions -F model=practice/ok -F file=@/home/me/speech.mp3`;
    const { captures } = await home.client.transfer.import({ content: text, encoding: 'utf8' });
    const id = captures[0]?.id as string;
    const capture = await home.client.captures.get({ id });
    expect(capture).toMatchObject({ endpoint: 'audio.transcriptions', askedModel: 'practice/ok' });
    expect(capture.request.body.text).toContain('filename="speech.mp3"');
    expect(capture.request.body.text).toContain('⟦file not included: speech.mp3⟧');
    expect(capture.request.body.text).not.toContain('/home/me');
    const { refused } = await home.client.replay.run({ id, mode: 'live' });
    expect(refused?.sentence).toMatch(/file in the form of this request was not part/);
  });

  it('that cannot be read is refused with a reason', () => {
    for (const [text, words] of [
      ['curl https://h -d @body.json', /file body\.json/],
      ['curl https://h -F file', /has no name/],
      ['curl https://h -F a=1 -d b=2', /both a form/],
      ['curl "https://h" ^\r\n  -H ^"a: b^"', /Windows/],
      ["curl https://h -d 'open", /not closed/],
      ['curl -d x', /no address/],
      ['curl ftp://h/x', /not one of HTTP/],
      ['curl https://h --frobnicate', /--frobnicate/],
      ['wget https://h', /no curl command/],
      ['curl https://h -X', /lacks its value/],
    ] as const)
      expect(() => readCurl(text), text).toThrow(words);
  });

  it('becomes a capture that says it has not been sent, and can be: rehearsed, and live', async () => {
    const text = `curl ${home.gateway.url}/v1/chat/completions -H 'Authorization: Bearer $KEYWARD_KEY' --json '{"model":"practice/ok","messages":[{"role":"user","content":"Hi"}]}'`;
    const { format, captures } = await home.client.transfer.import({ content: text, encoding: 'utf8' });
    expect(format).toBe('curl');
    const id = captures[0]?.id as string;
    expect(await home.client.captures.get({ id })).toMatchObject({
      ok: true,
      status: null,
      endpoint: 'chat.completions',
      attempts: 0,
      origin: { kind: 'import' },
    });
    expect((await home.client.captures.explain({ id })).title).toBe('This request has not been sent yet.');
    expect(await home.client.replay.run({ id, mode: 'dry-run' })).toMatchObject({
      refused: null,
      sending: { practice: true },
    });
    expect(await home.client.replay.run({ id, mode: 'live' })).toMatchObject({
      refused: null,
      outcome: { ok: true, status: 200 },
    });
    expect((await home.client.replay.run({ id, mode: 'recorded' })).refused).not.toBeNull();
  });

  it('to a provider goes to that provider, and its key is kept nowhere', async () => {
    const key = 'sk-ant-api03-Abcdefghijklmnop0123456789Abcdefghijklmnop0123456789';
    const text = `curl https://api.anthropic.com/v1/messages -H 'x-api-key: ${key}' -H 'anthropic-version: 2023-06-01' --json '{"model":"claude-sonnet-4-5","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}'`;
    const { captures } = await home.client.transfer.import({ content: text, encoding: 'utf8' });
    const id = captures[0]?.id as string;
    expect(JSON.stringify(await home.client.captures.get({ id }))).not.toContain(key);
    const replay = await home.client.replay.run({ id, mode: 'dry-run', config: 'then' });
    expect(replay).toMatchObject({ refused: null, sending: { url: 'https://api.anthropic.com/v1/messages' } });
  });
});
