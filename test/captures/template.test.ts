import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Batch } from '../../gateway/captures/batch.ts';
import { captureNumber } from '../../gateway/captures/capture-id.ts';
import { openAtRest, openRecord, recordAtRest, rowOfRecord } from '../../gateway/captures/open-record.ts';
import { packExchange } from '../../gateway/captures/pack.ts';
import { HEAD, STATE } from '../../gateway/captures/record-form.ts';
import type { Redactor } from '../../gateway/captures/redact.ts';
import type { StoredTemplate } from '../../gateway/captures/template.ts';
import { TemplateBook } from '../../gateway/captures/template-book.ts';
import { unpackCapture } from '../../gateway/captures/unpack.ts';
import type { Exchange } from '../../gateway/exchange.ts';
import { exchange, type Home, home, redactorFor, tap } from './exchanges.ts';

/** Reads back what was packed with the book's help, and says whether a template was used. */
function throughBook(book: TemplateBook, templates: Map<number, StoredTemplate>, redactor: Redactor, one: Exchange) {
  const batch = new Batch();
  packExchange(batch, one, captureNumber(one.id) as number, STATE.done, { redactor, maxBodyBytes: 1e6, book });
  for (const { id, text } of book.unsent.splice(0)) templates.set(id, JSON.parse(text));
  return { ...opened(batch, one, templates), bytes: batch.length };
}

function inFull(redactor: Redactor, one: Exchange) {
  const batch = new Batch();
  packExchange(batch, one, captureNumber(one.id) as number, STATE.done, { redactor, maxBodyBytes: 1e6 });
  return { ...opened(batch, one, new Map()), bytes: batch.length };
}

function opened(batch: Batch, one: Exchange, templates: Map<number, StoredTemplate>) {
  expect(batch.bytes.readUInt32LE(HEAD.totalBytes)).toBe(batch.length);
  const record = batch.bytes.subarray(HEAD.record, batch.length);
  const templateOf = (id: number) => templates.get(id);
  const full = openRecord(record, templateOf);
  expect(rowOfRecord(record, templateOf)).toEqual(full.row);
  const capture = unpackCapture(one.id, STATE.done, full.row, full);
  const rested = unpackCapture(one.id, STATE.done, full.row, openAtRest(recordAtRest(full).record));
  expect(rested).toEqual(capture);
  return { capture, templated: record.readUInt32LE(8) > 0 };
}

const time = fc.integer({ min: 0, max: 5_000_000 }).map((us) => us / 1000);
const word = fc.constantFrom('alpha', 'beta', 'gamma “quoted”', 'd"e\\f', 'ünï → …', '');
const variation = fc.record({
  app: fc.constantFrom('cursor', 'opencode'),
  key: fc.constantFrom('kw_ab12cd34_aB3dE6fG9haB3dE6fG9ha1b2c3', 'kw_zz99yy88_Zz3dE6fG9haB3dE6fG9hq9q9q9'),
  status: fc.constantFrom(200, 200, 200, 401),
  length: fc.integer({ min: 0, max: 99_999 }),
  chunks: fc.integer({ min: 1, max: 4 }),
  say: word,
  header: fc.option(word, { nil: undefined }),
  usage: fc.option(fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat() }), { nil: undefined }),
  stepMs: fc.tuple(time, time),
  evidence: fc.array(fc.record({ what: word, where: word, value: word }), { maxLength: 1 }),
  query: fc.constantFrom('', '?alt=sse', '?key=AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY'),
  rule: fc.option(fc.oneof(fc.integer(), word, fc.boolean(), fc.constant(null), fc.constant([]), fc.constant([1, 2])), {
    nil: undefined,
  }),
});

function varied(v: typeof variation extends fc.Arbitrary<infer T> ? T : never): Exchange {
  const one = exchange({
    app: v.app,
    status: v.status,
    url: `/v1/chat/completions${v.query}`,
    requestHeaders: [
      ...['Host', '127.0.0.1:4141', 'Authorization', `Bearer ${v.key}`, 'Content-Length', String(v.length)],
      ...(v.header === undefined ? [] : ['X-Note', v.header]),
    ],
    responseHeaders: ['Content-Type', 'application/json', 'x-request-id', `req_${v.length}`],
    answer: tap(...Array.from({ length: v.chunks }, (_, nth) => `{"part":${nth},"say":"${v.say}"}`)),
    message: v.say,
  });
  const step = { stage: 'route' as const, decision: 'passed' as const, summary: v.say, evidence: v.evidence };
  one.steps.push({
    ...step,
    ...(v.rule === undefined ? {} : { rule: { name: 'r', origin: { from: 'default', name: 'x' }, value: v.rule } }),
    startMs: v.stepMs[0],
    endMs: v.stepMs[1],
  });
  if (v.usage) one.usage = v.usage;
  return one;
}

describe('a record that is written like an earlier one', () => {
  it('reads the same as one that is written in full, whatever differs', () => {
    let templated = 0;
    let all = 0;
    fc.assert(
      fc.property(fc.array(variation, { minLength: 80, maxLength: 200 }), (variations) => {
        const redactor = redactorFor();
        const book = new TemplateBook(redactor, 1000, () => undefined);
        const templates = new Map<number, StoredTemplate>();
        for (const v of variations) {
          const one = varied(v);
          const like = throughBook(book, templates, redactor, one);
          expect(like.capture).toEqual(inFull(redactor, one).capture);
          all++;
          if (like.templated) templated++;
        }
      }),
      { numRuns: 15 },
    );
    // Otherwise this would only compare full records with themselves.
    expect(templated).toBeGreaterThan(all * 0.1);
  });

  it('is a fraction as long', () => {
    const redactor = redactorFor();
    const book = new TemplateBook(redactor, 1, () => undefined);
    const templates = new Map<number, StoredTemplate>();
    const make = () => exchange({ body: tap('{}'), answer: tap('{}') });
    throughBook(book, templates, redactor, make());
    throughBook(book, templates, redactor, make());
    const third = throughBook(book, templates, redactor, make());
    expect(third.templated).toBe(true);
    expect(third.bytes).toBeLessThan(inFull(redactor, make()).bytes / 2);
  });

  it('names the other key when another app’s key was used', () => {
    const redactor = redactorFor();
    const book = new TemplateBook(redactor, 1, () => undefined);
    const templates = new Map<number, StoredTemplate>();
    const made = (key: string) => exchange({ requestHeaders: ['Authorization', `Bearer ${key}`] });
    const [first, second] = ['kw_ab12cd34_aB3dE6fG9haB3dE6fG9ha1b2c3', 'kw_zz99yy88_Zz3dE6fG9haB3dE6fG9hq9q9q9'];
    for (let nth = 0; nth < 3; nth++) throughBook(book, templates, redactor, made(first as string));
    const { capture, templated } = throughBook(book, templates, redactor, made(second as string));
    expect(templated).toBe(true);
    expect(capture.request.headers[0]?.[1]).toMatch(/^Bearer ⟦redacted gateway-key 38 chars …q9q9 #\w{8}⟧$/);
    expect(capture.request.redactions).toMatchObject([{ kind: 'gateway-key', lastFour: 'q9q9' }]);
  });

  it('is not written like one from before a text in it became a secret', () => {
    const secrets = [{ secret: 'sk-test-first-0123456789abcdef', kind: 'provider-key' }];
    const redactor = redactorFor(secrets);
    let forgotten = 0;
    const book = new TemplateBook(redactor, 1, () => forgotten++);
    const templates = new Map<number, StoredTemplate>();
    const later = 'hexhexhex-0123456789-hexhexhex';
    const made = () => exchange({ requestHeaders: ['X-Note', later] });
    for (let nth = 0; nth < 4; nth++) throughBook(book, templates, redactor, made());
    secrets.push({ secret: later, kind: 'provider-key' });
    redactor.refresh();
    book.refresh();
    expect(forgotten).toBe(1);
    const { capture } = throughBook(book, templates, redactor, made());
    expect(JSON.stringify(capture)).not.toContain(later);
    expect(capture.request.headers).toEqual([['X-Note', expect.stringMatching(/^⟦redacted provider-key 30 chars/)]]);
  });

  it('is never like one with credentials that only it knew', () => {
    const redactor = redactorFor();
    const book = new TemplateBook(redactor, 1, () => undefined);
    const templates = new Map<number, StoredTemplate>();
    for (const password of ['hunter2-hunter2', 'other-password']) {
      for (let nth = 0; nth < 3; nth++) {
        const one = exchange({ requestHeaders: ['x-api-key', password, 'X-Echo', 'hunter2-hunter2'] });
        const { capture, templated } = throughBook(book, templates, redactor, one);
        expect(templated).toBe(false);
        expect(JSON.stringify(capture)).not.toContain(password);
      }
    }
  });
});

describe('templates on disk', () => {
  let place: Home;
  beforeEach(() => {
    place = home();
  });
  afterEach(() => place.close());

  const stored = () => {
    const db = new DatabaseSync(place.file);
    try {
      return Number(db.prepare('SELECT count(*) AS count FROM template').get()?.count);
    } finally {
      db.close();
    }
  };

  it('are there for fresh captures after a crash, and gone when those have settled', async () => {
    const first = await place.open();
    const all = Array.from({ length: 20 }, () => exchange());
    for (const one of all) first.finish(one);
    await first.flush();
    expect(stored()).toBe(1);
    await first.close();
    const second = await place.open();
    for (const one of all) expect((await second.get(one.id))?.steps).toEqual(one.steps);
    await second.settle();
    expect(stored()).toBe(0);
    for (const one of all) expect((await second.get(one.id))?.steps).toEqual(one.steps);
  });

  it('do not outlive captures that were removed', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 20; nth++) recorder.finish(exchange());
    await recorder.settle();
    expect(stored()).toBe(1);
    expect((await recorder.prune({ olderThanMs: 0 })).removed).toBe(20);
    await recorder.settle();
    expect(stored()).toBe(0);
    const after = Array.from({ length: 5 }, () => exchange());
    for (const one of after) recorder.finish(one);
    for (const one of after) expect((await recorder.get(one.id))?.steps).toEqual(one.steps);
  });
});
