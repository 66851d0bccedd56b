/** Suites: a pinned capture keeps saying what it said, here and elsewhere, whatever became of the capture itself. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { junitXml } from '../../gateway/control/contract/junit.ts';
import type { SuiteRun } from '../../gateway/control/contract/suites.ts';
import { checkExpectation } from '../../gateway/suites/check-expectation.ts';
import { compareRuns, flakiness, type KeptRun } from '../../gateway/suites/run-history.ts';
import { cliEntry } from '../../scripts/cli-entry.ts';
import { openHome, practise, type TestHome } from '../transfer/homes.ts';

let home: TestHome;
let folder: string;
beforeAll(async () => {
  [home, folder] = await Promise.all([openHome(), mkdtemp(path.join(os.tmpdir(), 'keyward-suites-'))]);
});
afterAll(async () => {
  await home?.gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => path.join(home.gateway.home, 'suites', name);

const CLI = cliEntry();

/** The command as a CI job runs it: on a home that was not there before. */
function keyward(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [CLI, '--home', path.join(folder, 'fresh'), ...args],
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

describe('a run in which nothing can be proved', () => {
  it('is never green, and a bundle is told from its suite', async () => {
    const capture = await practise(home, 'ok');
    await home.client.suites.add({ name: 'sending', capture, mode: 'live' });
    const suite = path.join(folder, 'sending.json');
    await copyFile(file('sending.json'), suite);
    await copyFile(file('sending.keyward'), path.join(folder, 'sending.keyward'));
    expect(await keyward('suites', 'run', suite, '--recordings-only')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing ran'),
    });
    expect(existsSync(path.join(folder, 'fresh'))).toBe(false);
    expect(await keyward('suites', 'run', suite, '--recordings-only', '--mode', 'live')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('contradict'),
    });
    expect(await keyward('suites', 'run', path.join(folder, 'sending.keyward'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`keyward suites run ${suite}`),
    });
  }, 60_000);
});

describe('a case', () => {
  it('without expectations holds as long as its outcome stays what it was, and says what changed when it does not', async () => {
    const { suites } = home.client;
    for (const kind of ['ok', 'key-expired:as=anthropic', 'stream', 'network-refused']) {
      const added = await suites.add({
        name: 'kept',
        capture: await practise(home, kind, { stream: kind === 'stream' }),
      });
      expect(added).toMatchObject({ mode: 'recorded', config: 'then' });
    }
    expect(await suites.run({ name: 'kept' })).toMatchObject({ passed: 4, failed: 0, errors: 0, skipped: 0 });
    const { cases } = await suites.get({ name: 'kept' });
    await suites.update({
      name: 'kept',
      case: cases[1]?.id as string,
      expect: { ...cases[1]?.expect, cause: 'key_revoked', status: 500 },
    });
    const run = await suites.run({ name: 'kept' });
    expect(run).toMatchObject({ passed: 3, failed: 1 });
    expect(run.results[1]?.failures).toEqual([
      'The status was to be 500, and is 401.',
      'The cause was to be "key_revoked", and is "key_expired".',
    ]);
  });

  it('may edit the request, be rehearsed, sent or only looked at', async () => {
    const { suites } = home.client;
    const capture = await practise(home, 'key-expired');
    const edits = [{ path: 'model', value: 'practice/ok' }];
    expect((await suites.add({ name: 'modes', capture, mode: 'dry-run', edits })).expect).toMatchObject({ ok: true });
    await suites.add({
      name: 'modes',
      capture,
      mode: 'live',
      edits,
      expect: { ok: true, status: 200, body: [{ pointer: '/choices/0/message/content', type: 'string' }] },
    });
    await suites.add({
      name: 'modes',
      capture,
      mode: 'explain',
      expect: { cause: 'key_expired', contains: ['expired'] },
    });
    expect(await suites.run({ name: 'modes' })).toMatchObject({ passed: 3 });
    const onRecordings = await suites.run({ name: 'modes', recordingsOnly: true });
    expect(onRecordings).toMatchObject({ passed: 2, skipped: 1 });
    expect(onRecordings.results[1]).toMatchObject({
      result: 'skipped',
      failures: [expect.stringContaining('recordings only')],
    });
    const rehearsed = await suites.run({ name: 'modes', mode: 'dry-run' });
    expect(rehearsed.results[1]).toMatchObject({
      result: 'skipped',
      failures: [expect.stringContaining('sends nothing')],
    });
  });

  it('outlives its capture, and the configuration it was made under', async () => {
    const { suites, captures } = home.client;
    const capture = await practise(home, 'rate-limited:as=gemini');
    await suites.add({ name: 'pinned', capture });
    await captures.prune({ olderThanMs: 0 });
    await expect(captures.get({ id: capture })).rejects.toThrow(/no capture/);
    await rm(path.join(home.gateway.home, 'versions'), { recursive: true, force: true });
    expect(await suites.run({ name: 'pinned' })).toMatchObject({ passed: 1, errors: 0 });
    // Another case on the same capture is pinned out of the bundle.
    await suites.add({ name: 'pinned', capture, title: 'again' });
    expect(await suites.run({ name: 'pinned' })).toMatchObject({ passed: 2 });
  });

  it('that cannot be run is an error of its own and keeps nobody else from running', async () => {
    const { suites } = home.client;
    const capture = await practise(home, 'ok');
    await suites.add({ name: 'partly', capture });
    const suite = JSON.parse(await readFile(file('partly.json'), 'utf8'));
    suite.cases.unshift(
      { ...suite.cases[0], id: 'gone', capture: 'c00000000000000000000' },
      { ...suite.cases[0], id: 'odd', mode: 'explain', edits: [{ path: 'model', value: 'x' }] },
    );
    await writeFile(file('partly.json'), JSON.stringify(suite));
    const run = await suites.run({ name: 'partly' });
    expect(run).toMatchObject({ passed: 1, errors: 2 });
    for (const { failures } of run.results.slice(0, 2)) expect(failures[0]).toMatch(/^[A-Z].*\.$/);
  });
});

describe('a suite', () => {
  it('keeps its newest runs, compares any two and tells how steady each case is', async () => {
    const { suites } = home.client;
    const added = await suites.add({ name: 'history', capture: await practise(home, 'ok') });
    const first = await suites.run({ name: 'history' });
    await suites.update({ name: 'history', case: added.id, expect: { status: 500 } });
    const second = await suites.run({ name: 'history' });
    expect((await suites.runs({ name: 'history' })).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await suites.compareRuns({ name: 'history', before: first.id, after: second.id })).toMatchObject([
      { case: added.id, change: 'broken' },
    ]);
    const row = await suites.get({ name: 'history' });
    // It expects something else now: that makes no unsteady case.
    expect(row.cases[0]).toMatchObject({ lastResults: ['failed', 'passed'], flakiness: 0 });
    for (let count = 0; count < 52; count++) await suites.run({ name: 'history' });
    expect(await suites.runs({ name: 'history' })).toHaveLength(50);
    await expect(suites.compareRuns({ name: 'history', before: 'x', after: second.id })).rejects.toThrow(/no run "x"/);
  });

  it('that was edited wrongly by hand is refused with the place', async () => {
    const { suites } = home.client;
    const capture = await practise(home, 'ok');
    await suites.add({ name: 'edited', capture });
    const good = await readFile(file('edited.json'), 'utf8');
    for (const [text, words] of [
      ['{', /no JSON/],
      [good.replace('"recorded"', '"sometimes"'), /cases\.0\.mode/],
      [good.replace('"version": 1', '"version": 2'), /newer Keyward/],
      [good.replace(/\}\s*\]\s*\}\s*$/, `}, ${JSON.stringify(JSON.parse(good).cases[0])}]}`), /two cases with the id/],
    ] as const) {
      await writeFile(file('edited.json'), text);
      await expect(suites.run({ name: 'edited' })).rejects.toThrow(words);
    }
    const listed = await suites.list();
    expect(listed.length).toBeGreaterThan(1);
    expect(listed.filter((suite) => suite.problem !== undefined).map(({ name }) => name)).toEqual(['edited']);
    await writeFile(file('edited.json'), good);
    await suites.removeCase({ name: 'edited', case: JSON.parse(good).cases[0].id });
    expect((await suites.get({ name: 'edited' })).cases).toEqual([]);
    await suites.remove({ name: 'edited' });
    await expect(suites.get({ name: 'edited' })).rejects.toThrow(/no suite "edited"/);
    await expect(suites.run({ name: '../keyward' })).rejects.toThrow(/no suite/);
  });

  it('runs in CI from its two files, without the home it came from: exit codes, JSON and JUnit', {
    timeout: 60_000,
  }, async () => {
    const { suites } = home.client;
    for (const kind of ['ok', 'key-expired:as=gemini', 'cut-stream']) {
      await suites.add({
        name: 'ci',
        capture: await practise(home, kind, { stream: kind === 'cut-stream' }),
        title: `says "${kind}" & stays <so>`,
      });
    }
    for (const name of ['ci.json', 'ci.keyward']) await copyFile(file(name), path.join(folder, name));
    const [suiteFile, junit] = [path.join(folder, 'ci.json'), path.join(folder, 'out.xml')];
    const good = await keyward('suites', 'run', suiteFile, '--recordings-only', '--json', '--junit', junit);
    expect(good).toMatchObject({ code: 0 });
    expect(JSON.parse(good.stdout)).toMatchObject({ suite: 'ci', passed: 3, failed: 0, errors: 0 });
    const xml = await readFile(junit, 'utf8');
    expect(xml).toContain('tests="3" failures="0" errors="0" skipped="0"');
    expect(xml).toContain('name="says &quot;ok&quot; &amp; stays &lt;so&gt;"');
    const suite = JSON.parse(await readFile(suiteFile, 'utf8'));
    suite.cases[0].expect.status = 418;
    await writeFile(
      suiteFile,
      JSON.stringify({ ...suite, bundle: (await readFile(path.join(folder, 'ci.keyward'))).toString('base64') }),
    );
    await rm(path.join(folder, 'ci.keyward'));
    const bad = await keyward('suites', 'run', suiteFile, '--junit', junit);
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.stdout).toContain('The status was to be 418, and is 200.');
    expect(await readFile(junit, 'utf8')).toMatch(
      /<failure message="The status was to be 418, and is 200\." type="failed">/,
    );
    expect(await keyward('suites', 'run', path.join(folder, 'nowhere.json'))).toMatchObject({ code: 2 });
    expect(await keyward('suites', 'run', suiteFile, '--mode', 'sometimes')).toMatchObject({ code: 2 });
    await writeFile(suiteFile, 'no suite');
    expect(await keyward('suites', 'run', suiteFile)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no JSON'),
    });
  });
});

describe('an expectation', () => {
  const answer = '{"id":"x1","n":3,"list":[{"a/b":null}],"text":"Hello there"}';
  const seen = { ok: true, status: 200, cause: null, stage: null, answer, durationMs: 40 };

  it('of every kind is checked', () => {
    const body = [
      { pointer: '/id', type: 'string' },
      { pointer: '/n', equals: 3, type: 'integer' },
      { pointer: '/list/0/a~1b', type: 'null' },
      { pointer: '/list', type: 'array' },
      { pointer: '' },
    ];
    expect(
      checkExpectation(
        {
          ok: true,
          status: 200,
          cause: null,
          stage: null,
          body,
          contains: ['Hello'],
          lacks: ['Bye'],
          maxDurationMs: 40,
        },
        seen,
      ),
    ).toEqual([]);
    const wrong = {
      ok: false,
      status: 201,
      cause: 'other' as const,
      stage: 'route',
      contains: ['Bye'],
      lacks: ['Hello'],
      maxDurationMs: 39,
    };
    expect(checkExpectation(wrong, seen)).toHaveLength(7);
    const places = [
      { pointer: '/no' },
      { pointer: '/n', equals: 4 },
      { pointer: '/n', type: 'string' },
      { pointer: '/list/0/a~1b', equals: false },
    ];
    expect(checkExpectation({ body: places }, seen)).toHaveLength(4);
    expect(checkExpectation({ body: [{ pointer: '/id' }] }, { ...seen, answer: 'no' })).toEqual([
      '/id cannot be looked at: the answer is no JSON.',
    ]);
  });

  it('of a text finds it also where a stream brought it in pieces', () => {
    const event = (content: string) =>
      `data: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}\n\n`;
    const streamed = { ...seen, answer: `${event('Hel')}${event('lo "wo')}${event('rld"')}data: [DONE]\n\n` };
    expect(checkExpectation({ contains: ['Hello "world"'] }, streamed)).toEqual([]);
    expect(checkExpectation({ lacks: ['Hello "world"'] }, streamed)).toHaveLength(1);
  });
});

it('a case is called unsteady when the same inputs gave another result', () => {
  const run = (result: 'passed' | 'failed' | 'skipped', input = 'a'): KeptRun => ({
    id: 'r',
    suite: 's',
    startedAt: '2026-11-24T00:00:00.000Z',
    durationMs: 1,
    passed: 0,
    failed: 0,
    errors: 0,
    skipped: 0,
    inputs: { c: input },
    results: [{ case: 'c', name: 'c', result, failures: [], durationMs: 1, capture: null }],
  });
  expect(flakiness([run('passed'), run('failed'), run('failed'), run('skipped'), run('passed')], 'c')).toBeCloseTo(
    2 / 3,
  );
  expect(flakiness([run('passed', 'b'), run('failed')], 'c')).toBe(0);
  expect(flakiness([], 'c')).toBe(0);
  expect(compareRuns(run('failed'), run('passed'))).toMatchObject([{ change: 'mended' }]);
  expect(compareRuns(run('failed'), run('skipped'))).toMatchObject([{ change: 'other' }]);
});

it('JUnit XML stays XML whatever a case is called', () => {
  const odd = 'a\u0000b\u0007<&>"\'\n\ud800 ]]> ä😀';
  const run: SuiteRun = {
    id: 'r',
    suite: odd,
    startedAt: '2026-11-24T03:04:05.678Z',
    durationMs: 1234,
    passed: 0,
    failed: 1,
    errors: 1,
    skipped: 1,
    results: (['failed', 'error', 'skipped', 'passed'] as const).map((result) => ({
      case: result,
      name: odd,
      result,
      failures: [odd],
      durationMs: 1,
      capture: null,
    })),
  };
  const xml = junitXml(run);
  expect(xml).not.toMatch(/\p{Surrogate}/u);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML forbids
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  expect(xml.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/);
  for (const tag of ['failure', 'error', 'skipped']) expect(xml.match(new RegExp(`<${tag} `, 'g'))).toHaveLength(1);
  expect(xml).toContain('timestamp="2026-11-24T03:04:05"');
});
