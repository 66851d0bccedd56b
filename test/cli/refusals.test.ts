import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { newHome, runCli } from './run-cli.ts';

// Every command is a process of its own, several to a test.
vi.setConfig({ testTimeout: 90_000 });

const KEY = 'sk-proj-Zq3vN8xK2mP7tR5wY9bC4dF6gH1jL0sA3eU8iO5pT7nM2kX9vB4cZ6qW1rE';
const homes: string[] = [];
function home(): string {
  const made = newHome();
  homes.push(made);
  return made;
}
afterAll(async () => {
  for (const each of homes) await rm(each, { recursive: true, force: true });
});

const next = (stderr: string) =>
  (JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { error: { message: string; next: string } }).error;

it('an app whose gateway key is in use is removed only with --yes; one whose keys are all revoked goes at once', async () => {
  const where = home();
  await runCli(['apps', 'add', 'scripts'], { home: where });
  const issued = await runCli(['gateway-keys', 'issue', '--app', 'scripts', '--json'], { home: where });
  const id = String(issued.rows[0]?.id);
  const refused = await runCli(['apps', 'remove', 'Scripts', '--json'], { home: where });
  expect(refused.code).toBe(4);
  expect(next(refused.stderr)).toMatchObject({
    message: expect.stringContaining('would stop working'),
    next: expect.stringContaining('--yes'),
  });
  expect((await runCli(['apps', 'list', '--json'], { home: where })).rows).toHaveLength(1);
  await runCli(['gateway-keys', 'revoke', id], { home: where });
  expect((await runCli(['apps', 'remove', 'scripts'], { home: where })).code).toBe(0);
  await runCli(['apps', 'add', 'tools'], { home: where });
  await runCli(['gateway-keys', 'issue', '--app', 'tools'], { home: where });
  expect((await runCli(['apps', 'remove', 'tools', '--yes'], { home: where })).code).toBe(0);
});

it('rotating an expired gateway key is refused and says how to go on', async () => {
  const where = home();
  await runCli(['apps', 'add', 'a'], { home: where });
  const { rows } = await runCli(['gateway-keys', 'issue', '--app', 'a', '--expires', '1s', '--json'], { home: where });
  const id = String(rows[0]?.id);
  await vi.waitUntil(() => Date.now() > Date.parse(String(rows[0]?.expires)), { timeout: 10_000 });
  const rotated = await runCli(['gateway-keys', 'rotate', id, '--json'], { home: where });
  expect([rotated.code, rotated.stdout]).toEqual([1, '']);
  expect(next(rotated.stderr).next).toContain(`gateway-keys edit ${id} --expires`);
  await runCli(['gateway-keys', 'edit', id, '--expires', '30d'], { home: where });
  const again = await runCli(['gateway-keys', 'rotate', id, '--json'], { home: where });
  expect(Date.parse(String(again.rows[0]?.expires))).toBeGreaterThan(Date.now());
});

it('a group without its command is wrong usage, as JSON where JSON is asked for', async () => {
  const where = home();
  for (const group of ['keys', 'gateway-keys', 'captures']) {
    const json = await runCli([group, '--json'], { home: where });
    expect([json.code, json.stdout]).toEqual([2, '']);
    expect(next(json.stderr)).toMatchObject({ message: 'A command is missing.' });
    const text = await runCli([group], { home: where });
    expect(text.code).toBe(2);
    expect(text.stderr).toContain('list');
  }
});

it('what is missing or irreversible has the exit code that the contract gives it', async () => {
  const where = home();
  const doctor = await runCli(['doctor', '--json'], { home: `${where}/none` });
  expect(doctor.code).toBe(3);
  expect(doctor.rows.map((row) => row.check)).toContain('home');
  await runCli(['apps', 'add', 'a'], { home: where });
  const erase = await runCli(['erase', '--json'], { home: where });
  expect(erase.code).toBe(4);
  expect(next(erase.stderr).next).toContain('--yes');
});

it('several lines on standard input are no key, whatever their last one is', async () => {
  const where = home();
  for (const stdin of [`first line\n${KEY}\n`, `${KEY}\nsecond\n`, `A=1\r\nOPENAI_API_KEY=${KEY}\r\n`]) {
    const { code, stdout, stderr } = await runCli(['keys', 'add', '--provider', 'openai', '--no-check', '--json'], {
      home: where,
      stdin,
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(next(stderr).message).toContain('a key is one line');
    expect(stderr).not.toContain(KEY);
  }
  expect(
    (await runCli(['keys', 'add', '--provider', 'openai', '--no-check'], { home: where, stdin: `${KEY}\n\n` })).code,
  ).toBe(0);
});

it('says what is odd about a key also where the provider is not asked', async () => {
  const where = home();
  const stump = 'sk-ant-api03-Zq3vN8xK2mP7tR5wY9bC';
  const { code, stdout, stderr } = await runCli(['keys', 'add', '--provider', 'openai', '--no-check'], {
    home: where,
    stdin: stump,
  });
  expect(stdout + stderr).toMatch(/Anthropic/);
  expect([0, 2]).toContain(code);
  expect(stdout + stderr).not.toContain(stump);
});

it('a short secret keeps an ending to be told by, and gives little of itself away', async () => {
  const where = home();
  await runCli(['providers', 'add', 'local', '--base-url', 'http://127.0.0.1:9/v1'], { home: where });
  const { rows } = await runCli(['keys', 'add', '--provider', 'local', '--no-check', '--json'], {
    home: where,
    stdin: 'q7x9w2k5',
  });
  expect(rows[0]?.lastFour).toBe('••k5');
  expect(readFileSync(`${where}/keyward.json`, 'utf8')).not.toContain('q7x9w2k5');
});

it('values that cannot be are told in plain words', async () => {
  const where = home();
  const dialect = await runCli(
    ['providers', 'add', 'x', '--base-url', 'http://127.0.0.1:9', '--dialect', 'bogus', '--json'],
    { home: where },
  );
  expect(dialect.code).toBe(2);
  expect(JSON.stringify(next(dialect.stderr))).toContain('anthropic-messages');
  for (const args of [
    ['--rpm', '-5'],
    ['--budget-day', '-1'],
    ['--concurrency', '0'],
    ['--expires', '-3d'],
  ]) {
    const bad = await runCli(['gateway-keys', 'issue', '--app', 'a', ...args, '--json'], { home: where });
    expect(bad.code, args.join(' ')).toBe(2);
    expect(bad.stderr).not.toMatch(/Invalid option|expected number|Too small/);
  }
});

it.each([
  [['limits', 'set', 'app', 'a', '--rpm', '1.5'], '"1.5" is not a whole number above 0.', 'such as 60'],
  [['routes', 'set', '', '--target', 'openai/gpt-x'], 'A route needs a name.', 'keyward routes set fast'],
  [['routes', 'set', 'my route', '--target', 'openai/gpt-x'], '"my route" cannot be', 'without spaces'],
  [
    ['transforms', 'set', '--route', 'r', '--set-body', 'temperature=0'],
    '"temperature"',
    "--set-body '/temperature=0'",
  ],
  [['transforms', 'set', '--route', 'r', '--remove-body', 'a.b'], '"a.b"', "--remove-body '/a/b'"],
  ...['@-1', '@0', '@50%', '@1,5', '@', '@12345'].map(
    (weight) =>
      [
        ['routes', 'set', 'r', '--target', `openai/gpt-x${weight}`],
        `"${weight}" is no weight.`,
        'such as openai/gpt-x@3',
      ] as [string[], string, string],
  ),
] as [string[], string, string][])(
  '%j is refused with what is wrong and the right form',
  async (args, message, form) => {
    const { code, stderr, stdout } = await runCli([...args, '--json'], { home: home() });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(next(stderr).message).toContain(message);
    expect(next(stderr).next).toContain(form);
  },
);

it('a version behind an @ is part of the model’s name, and a weight is none', async () => {
  const where = home();
  await runCli(['providers', 'add', 'mine', '--base-url', 'http://127.0.0.1:9/v1'], { home: where });
  const targets = ['mine/claude@20240229', 'mine/gemini@latest', 'mine/gpt-x@0.5', 'mine/gpt-y@12'];
  const set = await runCli(['routes', 'set', 'r', ...targets.flatMap((each) => ['--target', each]), '--json'], {
    home: where,
  });
  expect(set.rows[0]?.targets).toEqual([
    { provider: 'mine', model: 'claude@20240229' },
    { provider: 'mine', model: 'gemini@latest' },
    { provider: 'mine', model: 'gpt-x', weight: 0.5 },
    { provider: 'mine', model: 'gpt-y', weight: 12 },
  ]);
});

it.each([
  ['{}', '"id" is missing'],
  ['{"id":null}', '"id" is missing'],
  ['null', 'it is no JSON object'],
  ['{"id":1,"response":{"status":"x"}}', '"response.status" should be a number'],
])('explain FILE says of %s in plain words what is wrong with it', async (text, words) => {
  const where = home();
  const file = path.join(where, 'record.json');
  mkdirSync(where, { recursive: true });
  writeFileSync(file, text);
  const { code, stderr } = await runCli(['explain', file, '--json'], { home: where });
  expect(code).toBe(2);
  expect(next(stderr).message).toBe(`This is no failure record: ${words}.`);
});
