/** A bundle opens in another home, without keys and unchanged; what was cut, altered or set as a trap does not open. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import { portableConfig } from '../../gateway/transfer/portable-config.ts';
import { writeBundle } from '../../gateway/transfer/write-bundle.ts';
import { startProviderServer } from '../support/provider-servers/start-provider-server.ts';
import { carry, chat, openHome, practise, type TestHome } from './homes.ts';

let there: TestHome;
let here: TestHome;
beforeAll(async () => {
  [there, here] = await Promise.all([openHome(), openHome()]);
});
afterAll(async () => {
  await Promise.all([there?.gateway.stop(), here?.gateway.stop()]);
});

async function bundleOf(ids: string[]): Promise<{ content: Buffer; lines: string[] }> {
  const { content } = await there.client.transfer.export({ ids, format: 'bundle' });
  const bytes = Buffer.from(content, 'base64');
  return { content: bytes, lines: gunzipSync(bytes).toString('utf8').trimEnd().split('\n') };
}

const open = (bytes: Buffer) => here.client.transfer.import({ content: bytes.toString('base64'), encoding: 'base64' });

const KINDS = [
  'ok',
  'key-expired:as=anthropic',
  'rate-limited:as=gemini',
  'network-refused',
  'stream',
  'network-reset-or-truncated',
];

describe('a bundle in another home', () => {
  it('reads, explains and replays as in the one it came from, byte for byte', { timeout: 60_000 }, async () => {
    const ids: string[] = [];
    for (const kind of KINDS) ids.push(await practise(there, kind, { stream: kind === 'stream' }));
    const revoked = await there.gateway.issue({ revokedAt: new Date().toISOString() });
    ids.push(await practise(there, 'ok', {}, { authorization: `Bearer ${revoked}` }));
    ids.push(await practise(there, 'ok', {}, { authorization: 'Bearer sk-proj-not-a-gateway-key-0123456789' }));
    const imported = await carry(there, ids, here);
    expect(imported).toMatchObject({ format: 'bundle', signature: 'good', skipped: [] });
    expect(imported.captures.map(({ id, from }) => [id, from])).toEqual(ids.map((id) => [id, id]));
    for (const id of ids) {
      const capture: Capture = await there.client.captures.get({ id });
      expect(await here.client.captures.get({ id })).toEqual({ ...capture, origin: { kind: 'import' } });
      const [explained, again] = await Promise.all([
        there.client.captures.explain({ id }),
        here.client.captures.explain({ id }),
      ]);
      for (const member of ['cause', 'status', 'title', 'ladder'] as const)
        expect(again[member]).toEqual(explained[member]);
      for (const mode of ['explain', 'recorded', 'dry-run'] as const) {
        const input = { id, mode, config: 'then' as const };
        const before = await there.client.replay.run(input);
        expect(before.refused).toBeNull();
        expect(JSON.stringify((await here.client.replay.run(input)).steps)).toBe(JSON.stringify(before.steps));
      }
    }
  });

  it('gives an answer of the cache again, and asks nobody once the question is another', async () => {
    await there.gateway.gateway.services.store.update(
      { actor: 'test', action: 'route.set', subject: 'kept' },
      (draft) => {
        draft.routes.push({
          name: 'kept',
          targets: [{ provider: 'practice', model: 'ok' }],
          strategy: 'fallback',
          cacheTtlMs: 60_000,
          recording: null,
        });
      },
    );
    const ask = async () => (await there.gateway.post('/v1/chat/completions', chat('kept'))).headers;
    expect((await ask()).get('x-keyward-cache')).toBe('miss');
    const hit = (await ask()).get('x-keyward-capture') as string;
    await carry(there, [hit], here);
    for (const mode of ['recorded', 'dry-run'] as const) {
      const input = { id: hit, mode, config: 'then' as const };
      const replay = await here.client.replay.run(input);
      expect(replay).toMatchObject({ refused: null, outcome: { message: 'Answered from the cache.' } });
      expect(replay.answerDifferences).toEqual([]);
      expect(replay.steps).toEqual((await there.client.replay.run(input)).steps);
    }
    const edits = [{ path: '/messages/0/content', value: 'Another' }];
    const other = await here.client.replay.run({ id: hit, mode: 'dry-run', config: 'then', edits });
    expect(other.steps.map(({ stage, decision }) => `${stage} ${decision}`)).toContain('cache passed');
  });

  it('brings what came from a capture along, still linked to it', async () => {
    const id = await practise(there, 'key-revoked');
    const replayed = await there.client.replay.run({ id, mode: 'live' });
    expect(replayed.capture).not.toBeNull();
    const imported = await carry(there, [id], here);
    expect(imported.captures.map((one) => one.id)).toEqual([id, replayed.capture]);
    expect((await here.client.captures.get({ id: replayed.capture as string })).origin).toEqual({
      kind: 'replay',
      of: id,
    });
  });

  it('shows what would be sent with a marker for the key that stayed at home, as long as the key is', async () => {
    const server = await startProviderServer({ dialect: 'openai' });
    const secret = server.key('expired');
    await there.client.providers.add({ id: 'house', baseUrl: server.url, dialect: 'openai-chat' });
    await there.client.keys.add({ provider: 'house', secret, check: false });
    const failed = await there.gateway.post('/v1/chat/completions', chat('house/gpt-4o-mini'));
    await failed.arrayBuffer();
    await server.close();
    const id = failed.headers.get('x-keyward-capture') as string;
    await carry(there, [id], here);
    const sent = async ({ client }: TestHome) => {
      const { prepared } = await client.replay.run({ id, mode: 'dry-run', config: 'then' });
      return prepared?.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    };
    expect(await sent(here)).toMatch(
      new RegExp(`^Bearer ⟦redacted provider-key ${secret.length} chars …${secret.slice(-4)} #`),
    );
    expect(await sent(here)).toBe(await sent(there));
  });

  it('is taken in once, however often it is opened', async () => {
    const id = await practise(there, 'ok');
    expect((await carry(there, [id], here)).captures).toMatchObject([{ id, added: true }]);
    expect((await carry(there, [id], here)).captures).toMatchObject([{ id, added: false }]);
    expect((await carry(there, [id], there)).captures).toMatchObject([{ id, added: false }]);
    expect((await there.client.captures.get({ id })).origin).toBeNull();
  });

  it('is explained by what its providers were there, not by what is called so here', async () => {
    const upstream = createServer((_, response) => {
      response
        .writeHead(402, { 'content-type': 'application/json' })
        .end('{"error":{"message":"Insufficient balance"}}');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
    await there.gateway.addProvider({ id: 'named', name: 'The provider of there', baseUrl });
    await here.gateway.addProvider({ id: 'named', name: 'Another one', baseUrl: 'https://another.example/v1' });
    const response = await there.gateway.post('/v1/chat/completions', chat('named/m'));
    await response.arrayBuffer();
    const id = response.headers.get('x-keyward-capture') as string;
    await carry(there, [id], here);
    const [explained, again] = await Promise.all([
      there.client.captures.explain({ id }),
      here.client.captures.explain({ id }),
    ]);
    expect(explained.title).toContain('The provider of there');
    expect(again.title).toBe(explained.title);
    upstream.close();
  });

  it('holds configurations that open nothing: no seal, no hash, no salt, nobody else', async () => {
    await there.gateway.addProvider(
      {
        id: 'own',
        baseUrl: 'https://own.example/v1',
        headers: { 'x-token': 'hidden-header-value', 'x-plain': 'shown' },
      },
      'the-key-of-own-provider',
    );
    const id = await practise(there, 'ok');
    const { document } = there.gateway.gateway.services.store.snapshot;
    const { lines } = await bundleOf([id]);
    const text = lines.join('\n');
    for (const key of document.providerKeys) expect(text).not.toContain(key.sealed);
    for (const key of document.gatewayKeys) expect(text).not.toContain(key.hash);
    for (const secret of [document.vault.salt, document.homeId, 'hidden-header-value', 'the-key-of-own-provider'])
      expect(text).not.toContain(secret);
    expect(text).toContain('"x-plain":"shown"');
    const config = JSON.parse(lines.find((line) => line.startsWith('{"config"')) as string).config.document;
    expect(config.gatewayKeys).toHaveLength(1);
  });
});

describe('a bundle that is not as it was made', () => {
  const refused = async (bytes: Buffer, words: RegExp) => {
    const before = await here.client.captures.list({ limit: 1000 });
    await expect(open(bytes)).rejects.toThrow(words);
    expect(await here.client.captures.list({ limit: 1000 })).toEqual(before);
  };
  let lines: string[];
  let content: Buffer;
  beforeAll(async () => {
    const ids = [await practise(there, 'ok'), await practise(there, 'key-expired')];
    ({ lines, content } = await bundleOf(ids));
  });
  const packed = (changed: readonly string[]) => gzipSync(`${changed.join('\n')}\n`);

  it('opens when nothing was changed but the packing', async () => {
    expect((await open(packed(lines))).signature).toBe('good');
    expect((await open(Buffer.from(`${lines.join('\n')}\n`))).signature).toBe('good');
  });

  it('is refused when one letter of it was changed', async () => {
    await refused(packed(lines.map((line) => line.replace('Hello', 'Hallo'))), /altered or damaged/);
  });

  it('is refused when a capture was taken out or put in', async () => {
    await refused(packed(lines.filter((_, at) => at !== 2)), /altered or damaged/);
    await refused(
      packed([...lines.slice(0, -1), lines.at(-2) as string, lines.at(-1) as string]),
      /altered or damaged/,
    );
    await refused(packed([...lines, lines.at(-2) as string]), /altered or damaged/);
  });

  it('is refused when it was sealed again with another key than its own', async () => {
    const changed = lines.map((line) => line.replace('Hello', 'Hallo'));
    const body = `${changed.slice(0, -1).join('\n')}\n`;
    const manifest = JSON.parse(JSON.parse(changed.at(-1) as string).seal.manifest);
    const text = JSON.stringify({ ...manifest, sha256: createHash('sha256').update(body).digest('hex') });
    const { privateKey } = generateKeyPairSync('ed25519');
    const signature = sign(null, Buffer.from(text), privateKey).toString('base64');
    await refused(
      packed([...changed.slice(0, -1), JSON.stringify({ seal: { manifest: text, signature } })]),
      /signature does not fit/,
    );
  });

  it('is refused when it was cut, in its packing or at a line', async () => {
    await refused(content.subarray(0, content.length - 20), /cut short/);
    await refused(content.subarray(0, Math.floor(content.length / 2)), /cut short/);
    await refused(packed(lines.slice(0, -1)), /cut short/);
  });

  it('is refused when a newer Keyward made it, and says so', async () => {
    const head = JSON.parse(lines[0] as string);
    await refused(packed([JSON.stringify({ ...head, version: 99 }), ...lines.slice(1)]), /newer Keyward/);
  });

  it('is refused when it would fill the memory', { timeout: 60_000 }, async () => {
    const piece = Buffer.alloc(32 * 1024 * 1024, 0x20);
    await refused(gzipSync(Buffer.concat([Buffer.from(`${lines[0]}\n`), piece, piece, piece])), /unfolds to more/);
  });

  it('is refused when it is something else, each with what to give instead', async () => {
    await refused(gzipSync('plain text\n'), /altered or damaged|but is none/);
    await refused(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 1]), /no text, and no bundle/);
    await refused(Buffer.from('just words'), /neither a bundle/);
    await refused(Buffer.alloc(0), /empty/);
    await refused(Buffer.from('{"log":{"entries":[{'), /neither a bundle/);
  });
});

it('a bundle cannot say where a key of this home is sent', async () => {
  const asked: string[] = [];
  const stranger = createServer((request, response) => {
    asked.push(String(request.headers.authorization));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/v1`;
  const { services } = here.gateway.gateway;
  const keyId = await here.gateway.addProvider(
    { id: 'mine', baseUrl: 'http://127.0.0.1:9/v1' },
    'the-secret-of-mine-0123456789',
  );
  const response = await here.gateway.post('/v1/chat/completions', chat('mine/m'));
  await response.arrayBuffer();
  const capture = await here.client.captures.get({ id: response.headers.get('x-keyward-capture') as string });
  const { document } = services.store.snapshot;
  const config = portableConfig(document, {
    appId: capture.appId,
    gatewayKeyIds: new Set([capture.gatewayKeyId as string]),
    providerKeyIds: new Set([keyId as string]),
    routeNames: new Set(),
    fingerprint: services.replay.fingerprint,
  });
  const forged = { ...config, providers: config.providers.map((provider) => ({ ...provider, baseUrl: strange })) };
  const id = `${capture.id.slice(0, -4)}0000`;
  async function* entries() {
    yield { capture: { ...capture, id }, explanation: null, config: JSON.stringify(forged), linked: false };
  }
  const chunks: Buffer[] = [];
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signingKey = { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
  const { redactor } = services;
  for await (const chunk of writeBundle(entries(), {
    redactor,
    signingKey,
    madeAt: new Date().toISOString(),
    madeBy: 'x',
  }))
    chunks.push(chunk);
  expect((await open(Buffer.concat(chunks))).captures).toMatchObject([{ id, added: true }]);
  const replay = await here.client.replay.run({ id, mode: 'live', config: 'then' });
  expect(replay.refused?.sentence).toMatch(/not sent to 127\.0\.0\.1/);
  expect(asked).toEqual([]);
  stranger.close();
});
