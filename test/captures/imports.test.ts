/** Captures that come from elsewhere: read back as they were, found again, kept from their import on, secrets caught. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import { createCaptureIds } from '../../gateway/captures/capture-id.ts';
import type { Recorder } from '../../gateway/captures/recorder.ts';
import { begun, exchange, type Home, home, redactorFor, tap } from './exchanges.ts';

const homes: Home[] = [];
function freshHome(): Home {
  const fresh = home();
  homes.push(fresh);
  return fresh;
}
afterEach(async () => {
  for (const one of homes.splice(0)) await one.close();
});

async function recorded(recorder: Recorder, given: ReturnType<typeof exchange>): Promise<Capture> {
  recorder.begin(given);
  recorder.finish(given);
  return (await recorder.get(given.id)) as Capture;
}

const item = (capture: Capture, config: string | null = null) => ({ record: { capture }, config });

describe('an imported capture', () => {
  it('reads in another home exactly as it read in its own, fresh and settled', async () => {
    const there = await freshHome().open({
      redactor: redactorFor([{ kind: 'provider-key', secret: 'sk-proj-hidden-hidden-hidden' }]),
    });
    const here = await freshHome().open();
    const captures = [
      await recorded(
        there,
        exchange({
          url: '/v1/chat/completions?key=kw_abcdefgh_secretsecret',
          requestHeaders: ['Authorization', 'Bearer sk-proj-hidden-hidden-hidden', 'X-One', 'ä', 'x-one', 'b'],
          attemptHeaders: ['authorization', 'Bearer sk-proj-hidden-hidden-hidden'],
          answer: tap('{"error":{"message":"bad key sk-proj-hidden-hidden-hidden"}}'),
          status: 401,
          cause: 'key_invalid_unknown',
        }),
      ),
      await recorded(there, exchange({ answer: tap(Buffer.from([0xff, 0xfe, 0, 1])), body: tap('{"a":', '"é"}') })),
      await recorded(there, exchange({ recording: 'no-bodies' })),
      await recorded(there, exchange({ upstreamBody: tap('{"model":"other"}'), clientBody: tap('data: rest') })),
    ];
    expect(await here.import(captures.map((capture) => item(capture)))).toEqual(
      captures.map(({ id }) => ({ id, added: true })),
    );
    for (const capture of captures) expect(await here.get(capture.id)).toEqual(capture);
    await here.settle();
    for (const capture of captures) expect(await here.get(capture.id)).toEqual(capture);
    expect((await here.list({})).map((row) => row.id)).toEqual(captures.map(({ id }) => id).reverse());
  });

  it('is kept once, however often it comes, and never replaces what is here', async () => {
    const recorder = await freshHome().open();
    const capture = await recorded(recorder, exchange({ model: 'first' }));
    expect(await recorder.import([item({ ...capture, model: 'second' })])).toEqual([{ id: capture.id, added: false }]);
    await recorder.settle();
    expect(await recorder.import([item({ ...capture, model: 'second' })])).toEqual([{ id: capture.id, added: false }]);
    expect((await recorder.get(capture.id))?.model).toBe('first');
    expect(await recorder.count()).toEqual({ captures: 1, failures: 0 });
  });

  it('that was interrupted or still running stands as interrupted', async () => {
    const there = await freshHome().open();
    const here = await freshHome().open();
    const running = begun();
    there.begin(running);
    const capture = (await there.get(running.id)) as Capture;
    await here.import([item(capture)]);
    expect(await here.get(running.id)).toMatchObject({ state: 'interrupted', ok: false });
    expect(await here.count()).toEqual({ captures: 1, failures: 1 });
  });

  it('is looked through for secrets again: those of this home, and any that look like one', async () => {
    const there = await freshHome().open();
    const redactor = redactorFor([{ kind: 'provider-key', secret: 'an-ordinary-looking-secret-of-here' }]);
    const here = await freshHome().open({ redactor });
    const capture = await recorded(there, exchange());
    const body = Buffer.from('a secret: an-ordinary-looking-secret-of-here').toString('base64');
    const spoiled: Capture = {
      ...capture,
      message: 'told an-ordinary-looking-secret-of-here',
      request: {
        ...capture.request,
        url: '/v1/chat/completions?api_key=whatever-this-is-1234',
        headers: [
          ['authorization', 'Bearer plain-and-unknown-credential'],
          ['x-api-key', '⟦redacted gateway-key 51 chars …abcd #12345678⟧'],
        ],
        body: { ...capture.request.body, text: `${capture.request.body.text} ${body}` },
      },
    };
    await here.import([item(spoiled)]);
    const read = JSON.stringify(await here.get(capture.id));
    for (const secret of [
      'an-ordinary-looking-secret-of-here',
      'whatever-this-is-1234',
      'plain-and-unknown-credential',
      body,
    ])
      expect(read).not.toContain(secret);
    expect(read).toContain('⟦redacted gateway-key 51 chars …abcd #12345678⟧');
  });

  it('is as old as its import, however long ago it was made', async () => {
    const month = 30 * 86_400_000;
    const there = await freshHome().open();
    let now = Date.now();
    const here = await freshHome().open({ clock: () => now });
    const oldIds = createCaptureIds(() => now - 12 * month);
    const capture = await recorded(there, exchange({ id: oldIds.next(), receivedAt: now - 12 * month }));
    await here.import([item(capture)]);
    await here.settle();
    await here.prune();
    expect(await here.get(capture.id)).toEqual(capture);
    now += 2 * month;
    await here.prune({ olderThanMs: month });
    expect(await here.get(capture.id)).toBeNull();
    expect(await here.import([item(capture)])).toEqual([{ id: capture.id, added: true }]);
  });

  it('comes with the configuration that it was made under; what was made here has none', async () => {
    const there = await freshHome().open();
    const here = await freshHome().open();
    const [a, b, c] = [
      await recorded(there, exchange()),
      await recorded(there, exchange()),
      await recorded(there, exchange()),
    ];
    await here.import([item(a, '{"version":7}'), item(b, '{"version":7}'), item(c)]);
    expect(await here.importedConfig(a.id)).toEqual({ document: '{"version":7}' });
    expect(await here.importedConfig(b.id)).toEqual({ document: '{"version":7}' });
    expect(await here.importedConfig(c.id)).toEqual({ document: null });
    expect(await there.importedConfig(a.id)).toBeNull();
  });
});
