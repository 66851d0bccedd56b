import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FakeProvider, fakeProvider } from '../control/open-control.ts';
import { newHome, runCli, type Served, serveCli } from './run-cli.ts';

// Every command is a process of its own, several to a test.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const SECRET = 'sk-proj-Zq3vN8xK2mP7tR5wY9bC4dF6gH1jL0sA3eU8iO5pT7nM2kX9vB4cZ6qW1rE';
const RECORD = {
  id: 'f1',
  provider: 'openai',
  request: { method: 'POST', path: '/v1/chat/completions', headers: {}, body: null },
  response: {
    status: 401,
    headers: {},
    body: '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}',
  },
};

const homes: string[] = [];
function home(): string {
  const made = newHome();
  homes.push(made);
  return made;
}
afterAll(async () => {
  for (const each of homes) await rm(each, { recursive: true, force: true });
});

function problemOf(stderr: string): { message: string; next: string | null } {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { error: { message: string; next: string | null } }).error;
}

describe('wrong usage', () => {
  it('shows what there is when nothing is asked', async () => {
    const { code, stdout } = await runCli([], { home: home() });
    expect(code).toBe(0);
    expect(stdout).toContain('keyward serve');
  });

  it.each([
    [['sevre'], 'Did you mean serve'],
    [['keys', 'lst'], 'Did you mean list'],
    [['captures', 'list', '--faild'], 'Did you mean --failed'],
    [['captures', 'list', '--cause', 'key_expird'], 'cause'],
    [['captures', 'list', '--since', 'sometime'], '90s, 15m, 12h'],
    [['serve', '--port', '99999'], '65535'],
    [['routes', 'set', 'fast', '--target', 'nonsense'], 'provider/model'],
  ])('answers %j with exit code 2 and a hint, as text and as JSON', async (args, hint) => {
    const where = home();
    const [text, json] = await Promise.all([
      runCli(args, { home: where }),
      runCli([...args, '--json'], { home: where }),
    ]);
    expect(text.code).toBe(2);
    expect(text.stderr).toContain(hint);
    expect(text.stderr).not.toMatch(/\n\s+at /);
    expect(json.code).toBe(2);
    expect(json.stdout).toBe('');
    const problem = problemOf(json.stderr);
    expect(`${problem.message} ${problem.next}`).toContain(hint);
  });

  it('does not repeat a secret that was given as an argument', async () => {
    const where = home();
    const results = await Promise.all([
      runCli(['keys', 'add', '--provider', 'openai', SECRET], { home: where }),
      runCli(['keys', 'add', '--provider', 'openai', `--key=${SECRET}`, '--json'], { home: where }),
    ]);
    for (const { code, stdout, stderr } of results) {
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain(SECRET.slice(8));
    }
  });

  it('ends with exit code 3 where there is no home, and makes none', async () => {
    const where = path.join(home(), 'none');
    const results = await Promise.all(
      [['keys', 'list'], ['captures', 'list'], ['status'], ['stop'], ['ui'], ['erase', '--yes']].map((args) =>
        runCli([...args, '--json'], { home: where }),
      ),
    );
    for (const { code, stderr } of results) {
      expect(code).toBe(3);
      expect(problemOf(stderr).next).not.toBeNull();
    }
    expect(existsSync(where)).toBe(false);
  });

  it('wants a network address to be allowed in so many words', async () => {
    const { code, stderr } = await runCli(['serve', '--host', '0.0.0.0', '--port', '0'], { home: home() });
    expect(code).toBe(2);
    expect(stderr).toContain('--expose-to-network');
  });
});

describe('explain without a home', () => {
  it('explains a failure record from a file, as text with the ladder and as JSON', async () => {
    const where = path.join(home(), 'none');
    const file = path.join(home(), 'record.json');
    await writeFile(file, JSON.stringify(RECORD, null, 2));
    const [text, json] = await Promise.all([
      runCli(['explain', file], { home: where }),
      runCli(['explain', file, '--json'], { home: where }),
    ]);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('✗ Did the provider accept the key?');
    expect(text.stdout).toContain('What to do');
    expect(json.rows[0]).toMatchObject({ id: 'f1', cause: 'key_invalid_unknown', ladder: expect.any(Array) });
    expect(existsSync(where)).toBe(false);
  });

  it('streams a batch: a line for each record, a bad line told and passed over', async () => {
    const file = path.join(home(), 'batch.jsonl');
    await writeFile(file, `${JSON.stringify(RECORD)}\n{nonsense\n\n${JSON.stringify({ ...RECORD, id: 'f2' })}\n`);
    const { code, rows, stderr } = await runCli(['explain', '--batch', file, '--json'], { home: home() });
    expect(code).toBe(1);
    expect(rows.map((row) => row.id)).toEqual(['f1', 'f2']);
    expect(problemOf(stderr).message).toContain('Line 2');
  });

  it('says so when the file is not there', async () => {
    const { code, stderr } = await runCli(['explain', './missing.json'], { home: home() });
    expect(code).toBe(1);
    expect(stderr).toContain('no file');
  });
});

describe('on the files of a home that is not running', () => {
  it('keeps what one command stored for the next, and tells rows with their fields', async () => {
    const where = home();
    const app = await runCli(['apps', 'add', 'my script', '--owner', 'ann', '--json'], { home: where });
    expect(app.rows[0]).toMatchObject({ id: expect.stringMatching(/^app_/), name: 'my script', owner: 'ann' });
    const issued = await runCli(
      [
        'gateway-keys',
        'issue',
        '--app',
        'my script',
        '--expires',
        '30d',
        '--rpm',
        '5',
        '--models',
        'practice/*',
        '--json',
      ],
      { home: where },
    );
    expect(Object.keys(issued.rows[0] ?? {}).sort()).toEqual(['app', 'expires', 'id', 'key']);
    const key = issued.rows[0]?.key as string;
    const edited = await runCli(
      ['gateway-keys', 'edit', String(issued.rows[0]?.id), '--tpm', '1000', '--rpm', 'none', '--json'],
      { home: where },
    );
    expect(edited.rows[0]).toMatchObject({ limits: { tpm: 1000 }, scope: { models: ['practice/*'] } });
    const listed = await runCli(['gateway-keys', 'list', '--json'], { home: where });
    expect(listed.rows[0]).toMatchObject({
      id: issued.rows[0]?.id,
      app: 'my script',
      label: '',
      state: 'active',
      expires: issued.rows[0]?.expires,
    });
    expect(listed.stdout).not.toContain(key.slice(14));
    const wrong = await runCli(['gateway-keys', 'issue', '--app', 'my scrip', '--json'], { home: where });
    expect(wrong.code).toBe(1);
    expect(problemOf(wrong.stderr).next).toContain('my script');
    const exported = await runCli(['config', 'export'], { home: where });
    expect(JSON.parse(exported.stdout)).toMatchObject({ apps: [{ name: 'my script' }] });
    expect(exported.stdout).not.toMatch(/hash|sealed|wrapped/);
  });

  it('waits locked until it gets the passphrase, from a file, and says how', async () => {
    const where = home();
    const file = path.join(home(), 'passphrase');
    await writeFile(file, 'correct horse battery\n');
    const set = await runCli(['vault', 'passphrase', '--passphrase-file', file, '--json'], { home: where });
    expect(set.rows[0]).toMatchObject({ state: 'unlocked', ways: expect.arrayContaining(['passphrase']) });
    expect(existsSync(path.join(where, 'master.key'))).toBe(false);
    const add = ['keys', 'add', '--provider', 'openai', '--no-check', '--json'];
    const locked = await runCli(add, { home: where, stdin: SECRET });
    expect(locked.code).toBe(4);
    expect(problemOf(locked.stderr).next).toContain('passphrase');
    const opened = await runCli(add, { home: where, stdin: SECRET, env: { KEYWARD_PASSPHRASE_FILE: file } });
    expect(opened.code).toBe(0);
    expect(opened.rows[0]).toMatchObject({ provider: 'openai', lastFour: SECRET.slice(-4), health: 'never_checked' });
  });

  it('erases its own files only, and only when told so', async () => {
    const where = home();
    await runCli(['apps', 'add', 'x'], { home: where });
    await writeFile(path.join(where, 'mine.txt'), 'not yours');
    await mkdir(path.join(where, 'logs'), { recursive: true });
    await writeFile(path.join(where, 'logs', 'another-program.log'), 'not yours either');
    expect((await runCli(['erase', '--json'], { home: where })).code).toBe(4);
    expect(existsSync(path.join(where, 'keyward.json'))).toBe(true);
    expect((await runCli(['erase', '--yes', '--json'], { home: where })).code).toBe(0);
    expect((await readdir(where)).sort()).toEqual(['logs', 'mine.txt']);
    expect(await readdir(path.join(where, 'logs'))).toEqual(['another-program.log']);
  });
});

describe('against a running instance', () => {
  let where: string;
  let served: Served;
  let provider: FakeProvider;

  beforeAll(async () => {
    where = home();
    provider = await fakeProvider();
    served = await serveCli({ home: where });
  });
  afterAll(async () => {
    await served.end();
    await provider.close();
  });

  it('tells where it listens, on its first line', () => {
    expect(served.ready).toEqual({
      event: 'ready',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      ui: expect.stringMatching(new RegExp(`^${served.ready.url}/ui/\\?token=[\\w-]{43}$`)),
      home: where,
      pid: served.child.pid,
    });
  });

  it('stores a key from stdin, checks it, and ends with 1 when the provider rejects it', async () => {
    provider.answer(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
    const added = await runCli(['keys', 'add', '--provider', 'openai', '--base-url', provider.url, '--json'], {
      home: where,
      stdin: `${SECRET}\n`,
    });
    expect(added.code).toBe(1);
    expect(added.rows[0]).toMatchObject({ provider: 'openai', health: 'rejected', lastFour: SECRET.slice(-4) });
    provider.answer(200, { object: 'list', data: [] });
    const id = String(added.rows[0]?.id);
    expect((await runCli(['keys', 'test', id, '--json'], { home: where })).code).toBe(0);
    const listed = await runCli(['keys', 'list', '--json'], { home: where });
    expect(listed.rows[0]).toMatchObject({ id, provider: 'openai', label: 'OpenAI key', health: 'valid' });
    for (const { stdout, stderr } of [added, listed]) expect(stdout + stderr).not.toContain(SECRET);
    const everyArgument = execFileSync('ps', ['-eo', 'args']).toString();
    expect(everyArgument).not.toContain(SECRET);
  });

  it('ends with 0 when the provider cannot be reached: the key is not at fault', async () => {
    const gone = await fakeProvider();
    await gone.close();
    const { stdout: next } = await runCli(['providers', 'add', 'gone', '--base-url', gone.url], { home: where });
    expect(next).toContain('Store its key: keyward keys add --provider gone');
    const local = await runCli(['providers', 'add', 'ollama'], { home: where });
    expect(local.stdout).toContain('It needs no key: ask for ollama/MODEL');
    const added = await runCli(['keys', 'add', '--provider', 'gone', '--json'], { home: where, stdin: `${SECRET}x` });
    expect(added.code).toBe(0);
    expect(added.rows[0]).toMatchObject({ health: 'unreachable' });
    expect((await runCli(['providers', 'test', 'gone'], { home: where })).code).toBe(1);
  });

  it('lists, shows and explains a failure that an app met', async () => {
    await runCli(['apps', 'add', 'tester'], { home: where });
    const issued = await runCli(['gateway-keys', 'issue', '--app', 'tester'], { home: where });
    expect(issued.stdout.trim()).toMatch(/^kw_[a-z0-9]+_\w+$/);
    const answer = await fetch(`${served.ready.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${issued.stdout.trim()}` },
      body: JSON.stringify({ model: 'practice/key-expired', messages: [{ role: 'user', content: 'hi' }] }),
    });
    const capture = answer.headers.get('x-keyward-capture') as string;
    const listed = await runCli(['captures', 'list', '--failed', '--app', 'tester', '--since', '1h', '--json'], {
      home: where,
    });
    expect(listed.rows).toEqual([
      expect.objectContaining({
        id: capture,
        time: expect.any(String),
        app: 'tester',
        provider: 'practice',
        model: expect.any(String),
        status: 401,
        cause: 'key_expired',
        stage: 'forward',
      }),
    ]);
    const explained = await runCli(['explain', capture, '--json'], { home: where });
    expect(explained.rows[0]).toMatchObject({ id: capture, cause: 'key_expired' });
    const shown = await runCli(['captures', 'show', capture], { home: where });
    expect(shown.stdout).toContain('✗ forward');
    expect(shown.stdout).not.toContain(issued.stdout.trim().slice(14));
    expect((await runCli(['explain', 'c00000000000000000000'], { home: where })).code).toBe(1);
  });

  it('opens a new sign-in, and says how it fares', async () => {
    const ui = await runCli(['ui', '--json'], { home: where });
    const url = String(ui.rows[0]?.url);
    const answer = await fetch(url, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    const status = await runCli(['status', '--json'], { home: where });
    expect(status.rows[0]).toMatchObject({ url: served.ready.url, mode: 'headless', pid: served.child.pid });
  });

  it('lets no second instance at its home, and erases nothing while it runs', async () => {
    const second = await runCli(['serve', '--port', '0', '--json'], { home: where });
    expect(second.code).toBe(4);
    expect(problemOf(second.stderr).message).toContain(String(served.child.pid));
    expect((await runCli(['erase', '--yes'], { home: where })).code).toBe(4);
    expect(existsSync(path.join(where, 'keyward.json'))).toBe(true);
  });

  it('keeps the token of the instance to its owner', () => {
    expect(JSON.parse(readFileSync(path.join(where, 'instance.json'), 'utf8'))).toMatchObject({
      url: served.ready.url,
      token: expect.any(String),
    });
    expect(served.stderr()).not.toContain('token');
  });
});

describe('serve', () => {
  let served: Served | undefined;
  afterEach(async () => {
    await served?.end('SIGKILL');
    served = undefined;
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and ends with 0, leaving no announcement', async (signal) => {
    const where = home();
    served = await serveCli({ home: where });
    expect(await served.end(signal)).toBe(0);
    expect(existsSync(path.join(where, 'instance.json'))).toBe(false);
  });

  it('is ended by `keyward stop`, which waits for it', async () => {
    const where = home();
    served = await serveCli({ home: where });
    const ended = new Promise((resolve) => served?.child.once('exit', resolve));
    const stopped = await runCli(['stop', '--json'], { home: where });
    expect(stopped).toMatchObject({ code: 0, rows: [{ done: true }] });
    expect(await ended).toBe(0);
    expect((await runCli(['stop'], { home: where })).code).toBe(3);
  });

  const beginsAgain = process.platform === 'linux' && 'execve' in process;
  it.skipIf(!beginsAgain)('takes its memory from one arena, in the process that was started', async () => {
    served = await serveCli({ home: home() });
    const { child, ready, stderr } = served;
    expect(ready.pid).toBe(child.pid);
    expect(readFileSync(`/proc/${child.pid}/environ`, 'utf8').split('\0')).toContain('MALLOC_ARENA_MAX=1');
    expect(stderr()).not.toMatch(/warning/i);
  });

  it('says that its port is taken, and ends', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const { code, stdout, stderr } = await runCli(['serve', '--port', String(port), '--json'], { home: home() });
    await new Promise((resolve) => holder.close(resolve));
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(problemOf(stderr).message).toContain(String(port));
  });
});
