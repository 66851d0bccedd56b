/**
 * The headline journey, by CLI with real processes: a key stops working, `explain --probe` proves why, `fix` mends it, and
 * the request itself, sent again, shows that it did.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixResult } from '../../gateway/control/contract/experiments.ts';
import type { Explanation } from '../../gateway/control/contract/index.ts';
import { newHome, runCli, type Served, serveCli } from '../cli/run-cli.ts';
import { JOURNEYS, MODEL, PRESETS } from '../support/headline-journeys.ts';
import type { ServerDialect } from '../support/provider-servers/accounts.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

let home: string;
let served: Served;
let gatewayKey: string;
const servers = new Map<ServerDialect, ProviderServer>();

beforeAll(async () => {
  home = newHome();
  for (const dialect of ['openai', 'gemini'] as const) servers.set(dialect, await startProviderServer({ dialect }));
  served = await serveCli({ home });
  const app = await cli(['apps', 'add', 'my-script']);
  expect(app.code).toBe(0);
  const issued = await cli(['gateway-keys', 'issue', '--app', 'my-script', '--json']);
  gatewayKey = String(issued.rows[0]?.key);
}, 60_000);
afterAll(async () => {
  await served.end();
  for (const server of servers.values()) await server.close();
  rmSync(home, { recursive: true, force: true });
});

function cli(args: readonly string[], stdin = '') {
  return runCli(args, { home, stdin });
}

/** What an unmodified client of that maker sends. */
function ask(dialect: ServerDialect, provider: string): Promise<Response> {
  const model = `${provider}/${MODEL[dialect]}`;
  const path = dialect === 'gemini' ? `/v1beta/models/${model}:generateContent` : '/v1/chat/completions';
  const body =
    dialect === 'gemini'
      ? { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }
      : { model, messages: [{ role: 'user', content: 'Hello' }] };
  return fetch(served.ready.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gatewayKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe.each(JOURNEYS)('a key that is $what', ({ what, dialect, bad, headers = [], cause, probe, fix, secret }) => {
  const provider = `p-${what.replace(/[^a-z]+/g, '-')}`;

  it('is proven to be the cause, mended, and seen to work', { timeout: 120_000 }, async () => {
    const server = servers.get(dialect) as ProviderServer;
    const badKey = bad(server);
    const preset = PRESETS[dialect];
    const added = await cli([
      'providers',
      'add',
      provider,
      ...(preset ? ['--preset', preset] : []),
      '--base-url',
      server.url,
      ...headers.flatMap((header) => ['--header', header]),
    ]);
    expect(added.code, added.stderr).toBe(0);
    const stored = await cli(['keys', 'add', '--provider', provider, '--no-check', '--json'], badKey);
    expect(stored.code, stored.stderr).toBe(0);
    if (headers.length === 0) {
      const spare = ['keys', 'add', '--provider', provider, '--label', 'spare', '--no-check'];
      expect((await cli(spare, server.key('valid'))).code).toBe(0);
    }

    const failed = await ask(dialect, provider);
    expect(failed.status).toBeGreaterThanOrEqual(400);
    await failed.arrayBuffer();
    const capture = failed.headers.get('x-keyward-capture') ?? '';

    const explained = await cli(['explain', capture, '--probe', '--json']);
    expect(explained.code, explained.stderr).toBe(0);
    const explanation = explained.rows[0] as unknown as Explanation;
    expect(explanation).toMatchObject({ id: capture, cause, status: 'proven' });
    expect(explanation.confidence).toBeGreaterThanOrEqual(0.99);
    const shown = explanation.probes.find((one) => one.probe === probe);
    expect(shown?.capture).toMatch(/^c/);
    expect(explanation.ladder.find(({ check }) => check === 'key_accepted')?.result).toBe('failed');
    expect(explanation.fixes.map(({ id }) => id)).toContain(fix);

    // What was found stays found, without sending anything again.
    const asked = server.requests.length;
    const later = await cli(['explain', capture, '--json']);
    expect(later.rows[0]).toMatchObject({ cause, status: 'proven' });
    expect(server.requests).toHaveLength(asked);

    const unconfirmed = await cli(['fix', capture, fix, '--json'], secret ? server.key(secret) : '');
    expect(unconfirmed.code).toBe(4);
    expect(JSON.parse(unconfirmed.stderr)).toMatchObject({ error: { next: expect.stringContaining('--yes') } });

    // A stored key is not stored twice, so the spare one goes first: what is put in must be what works.
    if (secret) {
      const keys = await cli(['keys', 'list', '--json']);
      const spare = keys.rows.find((row) => row.provider === provider && row.label === 'spare');
      expect((await cli(['keys', 'remove', String(spare?.id)])).code).toBe(0);
    }
    const mended = await cli(['fix', capture, fix, '--yes', '--json'], secret ? server.key(secret) : '');
    expect(mended.code, mended.stderr + mended.stdout).toBe(0);
    const result = mended.rows[0] as unknown as FixResult;
    expect(result).toMatchObject({ fix, applied: true, fixed: true });
    const replay = await cli(['captures', 'show', result.capture ?? '', '--json']);
    expect(replay.rows[0]).toMatchObject({ ok: true, status: 200, origin: { kind: 'replay', of: capture } });
    expect((await ask(dialect, provider)).status).toBe(200);

    const everything = [explained, later, unconfirmed, mended, replay]
      .map(({ stdout, stderr }) => stdout + stderr)
      .join();
    for (const key of [badKey, server.key('valid')]) expect(everything).not.toContain(key);
  });
});

describe('keyward fix', () => {
  it('lists the fixes of a failure, wants what is missing, and refuses secrets as arguments', {
    timeout: 120_000,
  }, async () => {
    const failed = await fetch(`${served.ready.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gatewayKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'practice/key-expired:as=anthropic', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    const capture = failed.headers.get('x-keyward-capture') ?? '';
    await failed.arrayBuffer();
    const listed = await cli(['fix', capture, '--json']);
    expect(listed.rows[0]).toMatchObject({ id: 'replace-key', action: 'rehearse' });
    const rehearsed = await cli(['fix', capture, 'replace-key', '--json']);
    expect(rehearsed.code).toBe(0);
    expect(rehearsed.rows[0]).toMatchObject({ fix: 'replace-key', applied: true, fixed: true, undo: null });
    const useless = await cli(['fix', capture, 'retry', '--json']);
    expect(useless.code).toBe(1);
    expect(useless.rows[0]).toMatchObject({ fixed: false });
    expect((await cli(['fix', capture, 'raise-timeout'])).code).toBe(1);
    expect((await cli(['fix', 'nope', 'retry'])).code).toBe(1);
    expect((await cli(['fix'])).code).toBe(2);
    expect((await cli(['fix', '--undo', 'nonsense'])).code).toBe(2);
  });

  it('puts back what it changed', { timeout: 120_000 }, async () => {
    const issued = await cli(['gateway-keys', 'issue', '--app', 'my-script', '--json']);
    const { id, key } = issued.rows[0] as { id: string; key: string };
    expect((await cli(['gateway-keys', 'revoke', id])).code).toBe(0);
    const send = () =>
      fetch(`${served.ready.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'practice/ok', messages: [{ role: 'user', content: 'Hi' }] }),
      });
    const refused = await send();
    expect(refused.status).toBe(401);
    await refused.arrayBuffer();
    const capture = refused.headers.get('x-keyward-capture') ?? '';
    const mended = await cli(['fix', capture, 'restore-gateway-key', '--yes', '--json']);
    expect(mended.rows[0]).toMatchObject({ applied: true, fixed: true });
    expect((await send()).status).toBe(200);
    const undone = await cli(['fix', '--undo', String(mended.rows[0]?.undo), '--json']);
    expect(undone.code, undone.stderr).toBe(0);
    expect((await send()).status).toBe(401);
  });
});
