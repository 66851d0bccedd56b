import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedBody } from '../../gateway/captures/capture.ts';
import { type Capture, captureRowSchema, captureSchema } from '../../gateway/captures/capture.ts';
import { begun, exchange, type Home, home, tap } from './exchanges.ts';

let place: Home;
beforeEach(() => {
  place = home();
});
afterEach(() => place.close());

const bytesOf = (body: RecordedBody | undefined) =>
  body?.base64 === undefined ? Buffer.from(body?.text ?? '') : Buffer.from(body.base64, 'base64');

describe('a recorded exchange', () => {
  for (const settled of [false, true]) {
    it(`comes back with all four legs byte for byte ${settled ? 'after' : 'before'} it was compressed`, async () => {
      const recorder = await place.open();
      const legs = {
        request: Buffer.from('{"model":"gpt-4o-mini","x":"\u{1F600} é\\u00e9\\n"}'),
        sent: Buffer.from('{"model":"gpt-4o","x":"\u{1F600}"}'),
        received: randomBytes(5000),
        answered: Buffer.from('data: {"a":1}\n\ndata: [DONE]\n\n'),
      };
      const one = exchange({
        body: tap(legs.request),
        upstreamBody: tap(legs.sent),
        answer: tap(legs.received.subarray(0, 1000), legs.received.subarray(1000)),
        clientBody: tap(legs.answered),
      });
      recorder.begin(one);
      recorder.finish(one);
      if (settled) await recorder.settle();
      const capture = (await recorder.get(one.id)) as Capture;
      captureSchema.parse(capture);
      expect(bytesOf(capture.request.body)).toEqual(legs.request);
      expect(bytesOf(capture.attemptList[0]?.requestBody)).toEqual(legs.sent);
      expect(bytesOf(capture.attemptList[0]?.responseBody)).toEqual(legs.received);
      expect(bytesOf(capture.answer?.body)).toEqual(legs.answered);
      expect(capture.attemptList[0]?.responseBody?.chunkSizes).toEqual([1000, 4000]);
      expect(capture.attemptList[0]?.responseBody?.chunkTimesMs).toEqual([10, 10.5]);
      expect(capture.attemptList[0]?.timings).toEqual({
        startMs: 0.25,
        connectMs: 1.5,
        sentMs: 2,
        firstByteMs: 8.125,
        endMs: 11,
        reusedConnection: false,
      });
      expect(capture.steps).toEqual(one.steps);
      expect(capture.verdict).toEqual(one.verdict);
      expect(capture.usage).toEqual(one.usage);
      expect(capture.request.headers).toContainEqual(['Host', '127.0.0.1:4141']);
      expect(capture.attemptList[0]?.key).toEqual(one.attempts[0]?.key);
    });
  }

  it('is listed with what a row promises', async () => {
    const recorder = await place.open();
    const one = exchange({ status: 429, cause: 'rate_limited', message: 'Too many requests.' });
    recorder.finish(one);
    const [row] = await recorder.list({});
    expect(captureRowSchema.parse(row)).toMatchObject({
      id: one.id,
      time: new Date(one.receivedAt).toISOString(),
      state: 'done',
      app: 'cursor',
      provider: 'openai',
      model: 'gpt-4o-mini',
      status: 429,
      ok: false,
      cause: 'rate_limited',
      stage: 'forward',
      durationMs: 12.5,
      inputTokens: 12,
      keyId: 'pk_1',
    });
    await recorder.settle();
    expect(await recorder.list({})).toEqual([row]);
    expect(await recorder.count()).toEqual({ captures: 1, failures: 1 });
  });

  it('keeps legs with the same bytes once, and fills them in on reading', async () => {
    const recorder = await place.open();
    const text = randomBytes(300_000).toString('base64');
    const one = exchange({
      body: tap(text),
      upstreamBody: tap(text),
      answer: tap(text, text),
      clientBody: tap(text + text),
    });
    recorder.finish(one);
    await recorder.settle();
    const capture = (await recorder.get(one.id)) as Capture;
    expect(capture.attemptList[0]?.requestBody).toMatchObject({ sameAs: 'request', text });
    expect(capture.answer?.body).toMatchObject({ sameAs: 'attempt', text: text + text });
    await recorder.close();
    const db = new DatabaseSync(place.file);
    const { size } = db.prepare('SELECT sum(length(record)) AS size FROM detail').get() as { size: number };
    db.close();
    expect(size).toBeLessThan(3.1 * 300_000);
  });

  it('is stored decoded where the body was compressed, and says from what', async () => {
    const recorder = await place.open();
    const text = `{"say":"${'hello '.repeat(500)}"}`;
    const codings = {
      gzip: gzipSync(text),
      br: brotliCompressSync(text),
      deflate: deflateSync(text),
      'deflate, gzip': gzipSync(deflateRawSync(text)),
    };
    for (const [coding, bytes] of Object.entries(codings)) {
      const one = exchange({
        answer: tap(bytes.subarray(0, 20), bytes.subarray(20)),
        responseHeaders: ['content-type', 'application/json', 'Content-Encoding', coding],
      });
      recorder.finish(one);
      const body = (await recorder.get(one.id))?.attemptList[0]?.responseBody;
      expect(body).toMatchObject({ text, decodedFrom: coding, sizeBytes: bytes.length });
    }
  });

  it('keeps a bomb only up to the recording bound', async () => {
    const settings = { captureBodyBytes: 300_000, retention: { maxAgeDays: 1, failureMaxAgeDays: 1, maxSizeMb: 10 } };
    const recorder = await place.open({ settings: () => settings });
    const bomb = gzipSync(Buffer.alloc(80_000_000, 'a'), { level: 9 });
    const one = exchange({ answer: tap(bomb), responseHeaders: ['content-encoding', 'gzip'] });
    recorder.finish(one);
    const body = (await recorder.get(one.id))?.attemptList[0]?.responseBody;
    expect(body?.text?.length).toBe(300_000);
    expect(body).toMatchObject({ leftOut: 'over-bound', decodedFrom: 'gzip', sizeBytes: bomb.length });
  });

  it('leaves out a body that it cannot look into', async () => {
    const recorder = await place.open();
    const one = exchange({
      answer: tap('\u0001\u0002 no such coding'),
      responseHeaders: ['content-encoding', 'compress'],
    });
    recorder.finish(one);
    const body = (await recorder.get(one.id))?.attemptList[0]?.responseBody;
    expect(body).toMatchObject({ leftOut: 'undecodable', sizeBytes: 17, keptBytes: 0 });
    expect(body?.text ?? body?.base64).toBeUndefined();
  });

  it('keeps the beginning of a body over the bound and says so', async () => {
    const settings = { captureBodyBytes: 100, retention: { maxAgeDays: 1, failureMaxAgeDays: 1, maxSizeMb: 10 } };
    const recorder = await place.open({ settings: () => settings });
    const one = exchange({ body: tap('a'.repeat(150)) });
    recorder.finish(one);
    expect((await recorder.get(one.id))?.request.body).toMatchObject({
      text: 'a'.repeat(100),
      sizeBytes: 150,
      keptBytes: 100,
      leftOut: 'over-bound',
    });
  });
});

describe('recording policies', () => {
  it('keep no bodies when told so', async () => {
    const recorder = await place.open();
    const one = exchange({ recording: 'no-bodies' });
    recorder.finish(one);
    const capture = (await recorder.get(one.id)) as Capture;
    expect(capture.request.body).toMatchObject({ leftOut: 'recording-off', keptBytes: 0 });
    expect(capture.request.body.text).toBeUndefined();
    expect(capture.steps.length).toBe(1);
  });

  it('take the row away when recording turns out to be off for an exchange that had begun', async () => {
    const recorder = await place.open();
    const one = begun();
    recorder.begin(one);
    await recorder.flush();
    expect(await recorder.count()).toEqual({ captures: 1, failures: 0 });
    one.recording = 'off';
    recorder.finish(one);
    expect(await recorder.get(one.id)).toBeNull();
    expect(await recorder.count()).toEqual({ captures: 0, failures: 0 });
  });
});

describe('reading a capture whose id was just handed out', () => {
  it('waits until it is committed', async () => {
    const recorder = await place.open();
    const one = exchange();
    recorder.begin(one);
    recorder.finish(one);
    expect((await recorder.get(one.id))?.state).toBe('done');
  });

  it('waits for the end of an exchange that is about to end', async () => {
    const recorder = await place.open();
    const one = exchange();
    recorder.begin(one);
    const reading = recorder.get(one.id);
    setImmediate(() => recorder.finish(one));
    expect((await reading)?.state).toBe('done');
  });

  it('answers with what there is when the exchange goes on', async () => {
    const recorder = await place.open();
    const one = begun();
    recorder.begin(one);
    const capture = await recorder.get(one.id);
    expect(capture?.state).toBe('running');
    expect(capture?.request.body).toMatchObject({ leftOut: 'running', sizeBytes: one.request.body.sizeBytes });
    one.verdict = exchange().verdict;
    recorder.finish(one);
    expect((await recorder.get(one.id))?.state).toBe('done');
    expect(await recorder.count()).toEqual({ captures: 1, failures: 0 });
  });

  it('says that there is none for an id nobody handed out', async () => {
    const recorder = await place.open();
    expect(await recorder.get('c0000000000zzzzzzzzzz')).toBeNull();
    expect(await recorder.get('nonsense')).toBeNull();
  });
});

describe('the file', () => {
  it('is readable by its owner only, log and index too', async () => {
    const recorder = await place.open();
    recorder.finish(exchange());
    await recorder.flush();
    for (const ending of ['', '-wal', '-shm']) expect(statSync(place.file + ending).mode & 0o777).toBe(0o600);
  });

  it('keeps captures, counts and last use over a restart', async () => {
    const first = await place.open();
    const one = exchange();
    const two = exchange({ status: 500 });
    first.finish(one);
    await first.settle();
    first.finish(two);
    await first.close();
    const second = await place.open();
    expect((await second.list({})).map((row) => row.id)).toEqual([two.id, one.id]);
    expect(await second.count()).toEqual({ captures: 2, failures: 1 });
    const used = await second.lastUsed();
    const time = new Date(two.receivedAt).toISOString();
    expect(used.apps.get('app_cursor')).toBe(time);
    expect(used.gatewayKeys.get('gk1')).toBe(time);
    expect(used.keys.get('pk_1')).toBe(time);
  });
});

describe('subscribers', () => {
  it('hear of the beginning of a long exchange and of its end', async () => {
    const recorder = await place.open();
    const heard: string[] = [];
    const stop = recorder.subscribe((row) => heard.push(`${row.id} ${row.state}`));
    const one = exchange();
    recorder.begin(one);
    await recorder.flush();
    recorder.finish(one);
    await recorder.flush();
    stop();
    recorder.finish(exchange());
    await recorder.flush();
    expect(heard).toEqual([`${one.id} running`, `${one.id} done`]);
  });
});
