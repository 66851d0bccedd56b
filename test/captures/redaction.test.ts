import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { looksRandom } from '../../gateway/captures/key-patterns.ts';
import { MARKER_PATTERN } from '../../gateway/captures/marker.ts';
import { exchange, type Home, home, redactorFor, tap } from './exchanges.ts';

const ALPHANUMERIC = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const keyText = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...ALPHANUMERIC, '-', '_', '.'), minLength, maxLength });
const secretText = fc.oneof(
  keyText(12, 80),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 }),
  fc.string({
    unit: fc.constantFrom(...ALPHANUMERIC, '/', '+', '=', '"', '\\', '%', ' '),
    minLength: 16,
    maxLength: 48,
  }),
);
const alpha = () => fc.string({ unit: fc.constantFrom(...'abcdefghij ,:{}[]"\\n'), maxLength: 60 });

type Encoding = (text: string) => string;
const everyByte =
  (form: (byte: number) => string): Encoding =>
  (text) =>
    [...Buffer.from(text)].map(form).join('');
const encodings: Record<string, Encoding> = {
  plain: (text) => text,
  url: encodeURIComponent,
  'url, every byte': everyByte((byte) => `%${byte.toString(16).padStart(2, '0')}`),
  json: (text) => JSON.stringify(text).slice(1, -1),
  'json, every character': everyByte((byte) => `\\u${byte.toString(16).padStart(4, '0')}`),
  'json in json': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'url in json': (text) => JSON.stringify(encodeURIComponent(text)).slice(1, -1),
  'base64 at 0': (text) => Buffer.from(text).toString('base64'),
  'base64 at 1': (text) => Buffer.from(`:${text}??`).toString('base64'),
  'base64 at 2': (text) => Buffer.from(`a:${text}!`).toString('base64'),
  base64url: (text) => Buffer.from(`${text}~~`).toString('base64url'),
};

/** Every form a secret could be read back from. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].flatMap((alignment) => {
    const text = Buffer.concat([Buffer.alloc(alignment), bytes, Buffer.alloc(2)]).toString('base64');
    const core = text.slice(Math.ceil((alignment * 8) / 6), Math.floor(((alignment + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inBase64];
}

const known = (...secrets: string[]) => secrets.map((secret) => ({ secret, kind: 'provider-key' }));

describe('redaction of bodies', () => {
  for (const [name, encode] of Object.entries(encodings)) {
    it(`removes a stored secret in this form and nothing else: ${name}`, () => {
      fc.assert(
        fc.property(secretText, alpha(), alpha(), (secret, before, after) => {
          const redactor = redactorFor(known(secret));
          const left = `${before} `;
          const right = ` ${after}`;
          const bytes = Buffer.from(left + encode(secret) + right);
          const out = redactor.redactBytes(bytes, 'body');
          const text = out.bytes.toString();
          expect(out.redactions.length).toBe(1);
          expect(text.startsWith(left)).toBe(true);
          expect(text.endsWith(right)).toBe(true);
          const middle = text.slice(left.length, text.length - right.length);
          for (const form of forms(secret)) expect(middle.replace(MARKER_PATTERN, '')).not.toContain(form);
          // Base64 letters around the secret that hold none of its bits stay; nothing else is left over.
          expect(middle.replace(MARKER_PATTERN, '').length).toBeLessThanOrEqual(name.startsWith('base64') ? 6 : 0);
          expect(out.redactions[0]).toMatchObject({ kind: 'provider-key', length: secret.length });
        }),
        { numRuns: 150 },
      );
    });
  }

  it('returns the very same bytes when there is nothing to remove', () => {
    const redactor = redactorFor(known('sk-proj-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (content) => {
        const bytes = Buffer.from(content);
        expect(redactor.redactBytes(bytes, 'body').bytes).toBe(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves JSON parseable, with the marker as readable as promised', () => {
    const secret = 'sk-proj-abcdefghijABCDEFGHIJ0123456789abcdefghij4f2a';
    const redactor = redactorFor(known(secret));
    const body = JSON.stringify({ error: { message: `Incorrect API key provided: ${secret}. You can` } });
    const out = JSON.parse(redactor.redactBytes(Buffer.from(body), 'body').bytes.toString());
    expect(out.error.message).toMatch(
      /^Incorrect API key provided: ⟦redacted provider-key 52 chars …4f2a #[0-9a-f]{8}⟧\. You can$/,
    );
  });

  it('finds a secret anywhere in a long body, across every internal border', () => {
    const secret = 'zQ9-canary-0123456789-abcdefghijklmnop';
    const redactor = redactorFor(known(secret));
    const escaped = JSON.stringify('a"b\n').slice(1, -1).repeat(100_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500_000 }), fc.constantFrom(...Object.values(encodings)), (at, encode) => {
        const text = `${escaped.slice(0, at)} ${encode(secret)} ${escaped.slice(at, at + 1000)}`;
        const out = redactor.redactBytes(Buffer.from(text), 'body');
        expect(out.redactions.length).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});

describe('secrets that came in pieces', () => {
  const secret = 'sk-proj-abcdefghijABCDEFGHIJ0123456789abcdefghij4f2a';
  const dialects: Record<string, (piece: string) => string> = {
    'OpenAI chat': (piece) =>
      `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content: piece }, finish_reason: null }] })}\n\n`,
    'OpenAI tool arguments': (piece) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 1, function: { arguments: piece } }] } }] })}\n\n`,
    'OpenAI responses': (piece) =>
      `event: response.output_text.delta\ndata: ${JSON.stringify({ type: 'response.output_text.delta', output_index: 0, delta: piece })}\n\n`,
    'Anthropic messages': (piece) =>
      `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: piece } })}\r\n\r\n`,
    'Gemini contents': (piece) =>
      `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: piece }] }, index: 0 }] })}\n\n`,
    'plain text events': (piece) => `data: ${piece}\n\n`,
  };
  for (const [name, event] of Object.entries(dialects)) {
    it(`are removed from every event of a stream: ${name}`, () => {
      const redactor = redactorFor(known(secret));
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: secret.length - 1 }), { minLength: 1, maxLength: 6 }),
          (cuts) => {
            const pieces = split(secret, cuts);
            const stream = Buffer.from(
              [event('Your key is'), ...pieces.map(event), event(' and that is all')].join(''),
            );
            const out = redactor.redactBytes(stream, 'body', { streamed: true });
            const text = out.bytes.toString();
            for (const piece of pieces.filter((one) => one.length > 4)) expect(text).not.toContain(piece);
            expect(text).toContain('Your key is');
            expect(text).toContain(' and that is all');
            const data = text.split(/\r?\n/).filter((line) => line.startsWith('data: {'));
            for (const line of data) JSON.parse(line.slice(6));
            expect(out.redactions.length).toBe(1);
          },
        ),
        { numRuns: 100 },
      );
    });
  }

  it('are kept apart by choice, so that two interleaved answers are both read', () => {
    const redactor = redactorFor(known(secret));
    const event = (index: number, piece: string) =>
      `data: ${JSON.stringify({ choices: [{ index, delta: { content: piece } }] })}\n\n`;
    const stream = `${event(0, secret.slice(0, 20))}${event(1, 'something else')}${event(0, secret.slice(20))}`;
    const text = redactor.redactBytes(Buffer.from(stream), 'body', { streamed: true }).bytes.toString();
    expect(text).not.toContain(secret.slice(0, 20));
    expect(text).not.toContain(secret.slice(20));
    expect(text).toContain('something else');
  });

  it('are removed from the end of a body that was cut inside one', () => {
    const redactor = redactorFor(known(secret));
    for (let length = 8; length < secret.length; length++) {
      const out = redactor.redactBytes(Buffer.from(`{"key":"${secret.slice(0, length)}`), 'body', { cut: true });
      expect(out.bytes.toString()).not.toContain(secret.slice(0, length));
    }
  });
});

describe('keys nobody stored', () => {
  const shaped = {
    openai: `sk-proj-${'aB3'.repeat(20)}`,
    'openai legacy': `sk-${'a1B2c3D4e5'.repeat(2)}T3BlbkFJ${'a1B2c3D4e5'.repeat(2)}`,
    anthropic: `sk-ant-api03-${'x_-Z9'.repeat(18)}abcAA`,
    gemini: `AIza${'SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY'.slice(0, 35)}`,
    groq: `gsk_${'aB3dE6fG9h'.repeat(5)}Zz`,
    deepseek: 'sk-0123456789abcdef0123456789abcdef',
    huggingface: `hf_${'aBcDeFgHiJ'.repeat(3)}KlMn`,
    xai: `xai-${'aB3dE6fG9h'.repeat(8)}`,
    aws: 'AKIAIOSFODNN7EXAMPLE',
    zhipu: '0123456789abcdef0123456789abcdef.aBcDeFgHiJkLmNoP',
    jwt: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
    'gateway key': `kw_ab12cd34_${'aB3dE6fG9h'.repeat(4)}a1b2c3`,
  };
  for (const [name, key] of Object.entries(shaped)) {
    it(`are known by their shape in every form: ${name}`, () => {
      const redactor = redactorFor();
      for (const [form, encode] of Object.entries(encodings)) {
        const out = redactor.redactBytes(Buffer.from(`{"message":"bad key ${encode(key)}"}`), 'body');
        expect(out.redactions, form).toMatchObject([{ length: key.length }]);
        expect(out.bytes.toString(), form).toMatch(/^\{"message":"bad key /);
      }
    });
  }

  it('do not include ordinary text that only resembles them', () => {
    const redactor = redactorFor();
    const text = [
      'sk-learn-pipeline-with-custom-transformers',
      'task-management-for-very-busy-people-in-2024',
      'xai-grok-2-vision-latest-preview-model',
      'jina_embeddings_v2_base_en_and_more_words',
      'fw_framework_configuration_options_reference',
      'd41d8cd98f00b204e9800998ecf8427e 9e107d9d372bb6826bd81d3542a419d6',
      '123e4567-e89b-12d3-a456-426614174000',
      'chatcmpl-9zX2abcdEFGHijklMNOPqrstUVWX fp_44709d6fcb gpt-4o-mini-2024-07-18',
      'eyJub3QiOiAiYSBzaWduZWQgdG9rZW4iLCAiYSI6IDEyMzQ1Njc4OTB9',
      'v1.2.3-alpha-and-a-long-list-of-words-that-goes-on-and-on',
      '/v1/projects/my-project/locations/us-central1/publishers/google/models',
      'https://example.com/docs/bedrock-api-key-rotation-guide-for-beginners',
    ].join('\n');
    const out = redactor.redactBytes(Buffer.from(text), 'body');
    expect(out.redactions).toEqual([]);
  });

  it('are told from words by how they change', () => {
    expect(looksRandom('learn-pipeline-with-custom-transformers')).toBe(false);
    fc.assert(fc.property(keyText(40, 60), (text) => looksRandom(text) || /[-_.].*[-_.]/.test(text)));
  });
});

describe('headers', () => {
  const redact = (headers: string[]) => redactorFor().redactHeaders(headers);
  it('keep the scheme word, quotes and blanks around a credential', () => {
    const out = redact([
      'Authorization',
      'Bearer  "0123456789abcdefSECRET" ',
      'X-Api-Key',
      'tooshort',
      'Accept',
      '*/*',
    ]);
    expect(out.headers[1]).toMatch(/^Bearer {2}"⟦redacted credential-header 22 chars …CRET #\w{8}⟧" $/);
    expect(out.headers[3]).toMatch(/^⟦redacted credential-header 8 chars #\w{8}⟧$/);
    expect(out.headers[5]).toBe('*/*');
    expect(out.redactions.map((one) => one.where)).toEqual(['header authorization', 'header x-api-key']);
  });

  for (const name of [
    'authorization',
    'Proxy-Authorization',
    'x-api-key',
    'api-key',
    'X-Goog-Api-Key',
    'apikey',
    'x-auth-token',
    'X-Amz-Security-Token',
    'ocp-apim-subscription-key',
    'x-signature',
    'cf-access-client-secret',
  ]) {
    it(`lose the value of ${name}`, () => {
      expect(redact([name, 'hunter2-hunter2']).headers.join()).not.toContain('hunter2');
    });
  }

  for (const name of [
    'idempotency-key',
    'sec-websocket-key',
    'x-ratelimit-remaining-tokens',
    'x-request-id',
    'x-goog-api-client',
    'anthropic-version',
    'next-page-token',
  ]) {
    it(`keep the value of ${name}, which is no credential`, () => {
      const headers = [name, 'plain-value'];
      expect(redact(headers).headers).toBe(headers);
    });
  }

  it('lose every value of a cookie and keep its name and attributes', () => {
    const out = redact([
      'Cookie',
      'a=first-value-1; b=second-value-2',
      'Set-Cookie',
      'sid=third-value-3; Path=/; HttpOnly',
    ]);
    expect(out.headers[1]).toMatch(/^a=⟦[^⟧]*⟧; b=⟦[^⟧]*⟧$/);
    expect(out.headers[3]).toMatch(/^sid=⟦[^⟧]*⟧; Path=\/; HttpOnly$/);
  });
});

describe('URLs', () => {
  const redact = (url: string) => redactorFor().redactUrl(url).url;
  it('lose credential parameters and stay URLs', () => {
    for (const name of [
      'key',
      'api_key',
      'api-key',
      'access_token',
      'token',
      'X-Amz-Signature',
      'sig',
      'client_secret',
      'k%65y',
      'code',
    ]) {
      const url = redact(`https://host.example/v1/models?a=1&${name}=hunter2hunter2&b=2`);
      expect(url).not.toContain('hunter2');
      const parsed = new URL(url);
      expect(parsed.searchParams.get('a')).toBe('1');
      expect(parsed.searchParams.get('b')).toBe('2');
    }
  });

  it('keep what is no credential', () => {
    for (const query of ['?pageToken=abc', '?page_token=abc&alt=sse', '?max_tokens=5', '?key=', '']) {
      expect(redact(`/v1beta/models${query}`)).toBe(`/v1beta/models${query}`);
    }
  });

  it('lose user and password', () => {
    expect(redact('https://me:hunter2hunter2@host.example/')).toMatch(/^https:\/\/~redacted\.[^@]+~@host\.example\/$/);
  });
});

describe('what reaches the disk', () => {
  let place: Home;
  beforeEach(() => {
    place = home();
  });
  afterEach(() => place.close());

  it('holds no secret in any form, wherever it was planted, and all else unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(keyText(16, 60), { minLength: 2, maxLength: 3 }),
        fc.array(fc.constantFrom(...Object.keys(encodings)), { minLength: 8, maxLength: 8 }),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (secrets, chosen, cuts, settle) => {
          const here = home();
          try {
            const recorder = await here.open({ redactor: redactorFor(known(...secrets)) });
            let nth = 0;
            const planted = () => {
              const encode = encodings[chosen[nth % chosen.length] as string] as Encoding;
              return encode(secrets[nth++ % secrets.length] as string);
            };
            const body = `{"before":"text one","secret":"${planted()}","after":"text two"}`;
            const answer = `{"error":{"message":"bad ${planted()} here","more":"${planted()}"}}`;
            const one = exchange({
              body: tap(...split(body, cuts)),
              answer: tap(...split(answer, cuts)),
              url: `/v1/chat/completions?x=${encodeURIComponent(planted())}&plain=parameter`,
              requestHeaders: ['Authorization', `Bearer ${secrets[0]}`, 'X-Other', planted(), 'X-Plain', 'header text'],
              attemptHeaders: ['x-api-key', secrets[1] as string, 'X-Note', planted()],
              attemptUrl: `https://api.example.com/v1?key=${secrets[0]}`,
              responseHeaders: ['X-Echo', planted(), 'content-type', 'application/json'],
              status: 401,
              message: `The provider said: ${planted()}`,
            });
            recorder.begin(one);
            await recorder.flush();
            recorder.finish(one);
            if (settle) await recorder.settle();
            else await recorder.flush();
            const capture = JSON.stringify(await recorder.get(one.id));
            for (const text of ['text one', 'text two', 'header text', 'plain=parameter', 'The provider said: ']) {
              expect(capture).toContain(text);
            }
            const raw = Buffer.concat(['', '-wal'].map((ending) => readFileSync(here.file + ending)));
            for (const secret of secrets) {
              for (const form of forms(secret)) {
                expect(raw.includes(form), form).toBe(false);
                expect(capture, form).not.toContain(form);
              }
            }
          } finally {
            await here.close();
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  it('holds no secret that only this exchange knew, though the provider echoed it everywhere', async () => {
    const recorder = await place.open();
    const unknown = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
    const password = 'correct-horse-battery';
    const one = exchange({
      requestHeaders: [
        'x-api-key',
        unknown,
        'proxy-authorization',
        `Basic ${Buffer.from(`me:${password}`).toString('base64')}`,
      ],
      answer: tap(`{"error":"no such key ${unknown.slice(0, 10)}`, `${unknown.slice(10)}, ${password} neither"}`),
      responseHeaders: ['x-echo', `you sent ${unknown}`],
      status: 401,
      message: `rejected ${unknown}`,
    });
    one.steps.push({
      stage: 'forward',
      decision: 'refused',
      summary: `The provider rejected ${unknown}.`,
      evidence: [{ what: 'key', where: 'body', value: Buffer.from(unknown).toString('base64') }],
      startMs: 1,
      endMs: 2,
    });
    recorder.finish(one);
    await recorder.flush();
    const capture = JSON.stringify(await recorder.get(one.id));
    expect(capture).toContain('no such key ⟦redacted');
    const raw = Buffer.concat(['', '-wal'].map((ending) => readFileSync(place.file + ending)));
    for (const form of [...forms(unknown), ...forms(password)]) {
      expect(raw.includes(form)).toBe(false);
      expect(capture).not.toContain(form);
    }
  });

  it('says of each removal what it was, where, how long, and which secrets were equal', async () => {
    const secret = `sk-proj-${'aB3dE6fG9h'.repeat(4)}`;
    const recorder = await place.open({ redactor: redactorFor(known(secret)) });
    const one = exchange({ requestHeaders: ['Authorization', `Bearer ${secret}`], body: tap(`{"my":"${secret}"}`) });
    recorder.finish(one);
    const capture = await recorder.get(one.id);
    const [inHeader] = capture?.request.redactions ?? [];
    const [inBody] = capture?.request.body.redactions ?? [];
    expect(inHeader).toMatchObject({
      kind: 'provider-key',
      where: 'header authorization',
      length: 48,
      lastFour: 'fG9h',
    });
    expect(inBody).toMatchObject({ kind: 'provider-key', where: 'body 7-55', length: 48 });
    expect(inBody?.fingerprint).toBe(inHeader?.fingerprint);
  });
});

function split(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b).filter((cut) => cut > 0);
  return [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
}
