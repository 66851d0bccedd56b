import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { newHome, runCli } from './run-cli.ts';

const home = newHome();
let gateway: TestGateway;
let failed: string;
let worked: string;

beforeAll(async () => {
  gateway = await startTestGateway({ home });
  const body = { model: 'practice/ok', messages: [{ role: 'user', content: 'hi' }] };
  const revoked = await gateway.issue({ revokedAt: new Date().toISOString() });
  const refused = await gateway.post('/v1/chat/completions', body, { authorization: `Bearer ${revoked}` });
  await refused.text();
  failed = refused.headers.get('x-keyward-capture') ?? '';
  const answered = await gateway.post('/v1/chat/completions', body);
  await answered.text();
  worked = answered.headers.get('x-keyward-capture') ?? '';
  // A paid provider that cannot be reached: nothing must ever be sent to it here without a word.
  await gateway.addProvider({ id: 'paid', baseUrl: 'https://paid.invalid/v1' }, 'sk-paid-0123456789');
}, 30_000);
afterAll(() => gateway.stop());

/** The one line of JSON on stderr. */
function outcomeOf(stderr: string): unknown {
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return (JSON.parse(lines[0] as string) as { replay: unknown }).replay;
}

describe('keyward replay', () => {
  it('prints a line a step, tells the outcome on stderr, and exits 1 for what fails', async () => {
    const { code, rows, stderr } = await runCli(['replay', failed, '--json'], { home });
    expect(code).toBe(1);
    expect(rows.map(({ stage }) => stage)).toEqual(['receive', 'identify', 'respond']);
    expect(outcomeOf(stderr)).toMatchObject({
      mode: 'dry-run',
      config: 'now',
      outcome: { cause: 'key_revoked' },
      refused: null,
    });
    expect(outcomeOf(stderr)).not.toHaveProperty('steps');
  });

  it('prints the same bytes each time, here and in another home, in every mode that sends nothing', async () => {
    const bundle = path.join(home, 'one.keyward');
    expect((await runCli(['captures', 'export', worked, '--out', bundle], { home })).code).toBe(0);
    const elsewhere = newHome();
    expect((await runCli(['captures', 'import', bundle], { home: elsewhere })).code).toBe(0);
    for (const mode of ['explain', 'dry-run', 'recorded']) {
      const args = ['replay', worked, '--mode', mode, '--json'];
      const once = await runCli(args, { home });
      const again = await runCli(args, { home });
      const there = await runCli(args, { home: elsewhere });
      expect(once.rows.length).toBeGreaterThan(3);
      expect(once.rows.every(({ stage }) => typeof stage === 'string')).toBe(true);
      expect(again.stdout).toBe(once.stdout);
      expect(there.stdout).toBe(once.stdout);
    }
  }, 60_000);

  it('reads well for a person, differences among it', async () => {
    const { code, stdout } = await runCli(['replay', worked, '--set', '/messages/0/content=bye'], { home });
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ receive/);
    expect(stdout).toMatch(/Would be sent: POST/);
    expect(stdout).toMatch(/~ \/messages\/0\/content: hi → bye/);
  });

  it('exits 0 for steps that are only shown', async () => {
    expect((await runCli(['replay', failed, '--mode', 'explain'], { home })).code).toBe(0);
  });

  it('exits 4 with a sentence and a next action where it is refused', async () => {
    const { code, stdout } = await runCli(['replay', worked, '--mode', 'recorded', '--set', 'model=practice/echo'], {
      home,
    });
    expect(code).toBe(4);
    expect(stdout).toMatch(/Not replayed to its end: The recorded answer is/);
    expect(stdout).toMatch(/mode live/);
  });

  it('exits 2 for an edit without a place, naming the nearest', async () => {
    const { code, stderr } = await runCli(['replay', worked, '--set', '/mesages/0=1'], { home });
    expect(code).toBe(2);
    expect(stderr).toMatch(/Did you mean \/messages\/0\?/);
    expect((await runCli(['replay', worked, '--mode', 'dream'], { home })).code).toBe(2);
  });

  it('exits 1 for a capture that is not there', async () => {
    expect((await runCli(['replay', 'c00000000000000000000'], { home })).code).toBe(1);
  });

  it('asks before it sends to a provider that may cost money', async () => {
    const args = ['replay', worked, '--mode', 'live', '--set', 'model=paid/m'];
    const asked = await runCli(args, { home });
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/https:\/\/paid\.invalid\/v1\/chat\/completions .*may cost money/);
    expect(asked.stderr).toMatch(/--yes/);
    const sent = await runCli([...args, '--yes', '--json'], { home });
    expect(sent.code).toBe(1);
    expect(outcomeOf(sent.stderr)).toMatchObject({ outcome: { cause: 'network_dns' } });
  });

  it('sends to the practice provider without asking', async () => {
    const { code, stderr } = await runCli(['replay', worked, '--mode', 'live', '--json'], { home });
    expect(code).toBe(0);
    expect(outcomeOf(stderr)).toMatchObject({
      outcome: { ok: true, status: 200 },
      capture: expect.stringMatching(/^c/),
    });
  });

  it('takes a header away where no value is given', async () => {
    const args = ['replay', worked, '--set', 'header.authorization', '--json'];
    const { code, stderr } = await runCli(args, { home });
    expect(code).toBe(1);
    expect(outcomeOf(stderr)).toMatchObject({ outcome: { cause: 'key_missing' } });
  });

  it('works on the files where nothing runs', async () => {
    await gateway.stop();
    const { code, stderr } = await runCli(['replay', worked, '--mode', 'recorded', '--json'], { home });
    expect(code).toBe(0);
    expect(outcomeOf(stderr)).toMatchObject({ outcome: { ok: true }, answerDifferences: [] });
  });
});
