/** `captures export` and `captures import` as commands: files, exit codes, nothing half written. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHome, practise, type TestHome } from './homes.ts';

let home: TestHome;
let folder: string;
beforeAll(async () => {
  [home, folder] = await Promise.all([openHome(), mkdtemp(path.join(os.tmpdir(), 'keyward-files-'))]);
});
afterAll(async () => {
  await home?.gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

function keyward(where: string, args: string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = path.join(import.meta.dirname, '../../gateway/cli/main.ts');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, '--home', where, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

it('a bundle goes from a running home through a file into a fresh one', { timeout: 180_000 }, async () => {
  const id = await practise(home, 'key-expired');
  const out = path.join(folder, 'one.keyward');
  const running = home.gateway.home;
  const exported = await keyward(
    running,
    ['captures', 'export', '-', '--out', out, '--json'],
    `{"id":"${id}","time":"x"}\n`,
  );
  expect(exported).toMatchObject({ code: 0 });
  expect(JSON.parse(exported.stdout)).toMatchObject({ file: out, format: 'bundle', captures: 1 });
  expect((await stat(out)).mode & 0o077).toBe(0);
  const fresh = path.join(folder, 'fresh');
  const imported = await keyward(fresh, ['captures', 'import', out, '--json']);
  expect(imported).toMatchObject({ code: 0 });
  expect(JSON.parse(imported.stdout)).toMatchObject({ signature: 'good', captures: [{ id, added: true }] });

  await home.client.replay.run({ id, mode: 'recorded' });
  const more = path.join(folder, 'more.keyward');
  const together = await keyward(running, ['captures', 'export', id, '--out', more]);
  expect(together.stdout).toContain('Wrote 1 capture and 1 run linked to it to ');
  const fuller = await keyward(path.join(folder, 'fuller'), ['captures', 'import', more]);
  expect(fuller.stdout).toContain('Took in 1 capture and 1 run linked to it from a bundle.');

  const none = path.join(folder, 'none.har');
  expect(
    await keyward(running, ['captures', 'export', 'c00000000000000000000', '--format', 'har', '--out', none]),
  ).toMatchObject({ code: 1, stderr: expect.stringContaining('no capture') });
  expect([existsSync(none), existsSync(`${none}.part`)]).toEqual([false, false]);
  const bytes = await readFile(out);
  await writeFile(out, bytes.subarray(0, bytes.length - 30));
  expect(await keyward(fresh, ['captures', 'import', out])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cut short'),
  });
  const curl = await keyward(running, ['captures', 'export', id, '--format', 'curl']);
  expect(curl).toMatchObject({ code: 0 });
  expect(curl.stdout).toContain('$KEYWARD_KEY');
});
