/** `config export`, `import` and `schema`, as commands, over files of several homes. */
import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newHome, runCli } from './run-cli.ts';

const SECRET =
  'sk-ant-api03-canary0123456789canary0123456789canary0123456789canary0123456789canary0123456789canary01-AA';
const homes: string[] = [];
const home = () => {
  const made = newHome();
  homes.push(made);
  return made;
};
afterAll(() => Promise.all(homes.map((folder) => rm(folder, { recursive: true, force: true }))));
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('config', { timeout: 120_000 }, () => {
  it('goes sealed from one home through a file into another, looked at first', async () => {
    const [there, here, files] = [home(), home(), home()];
    const added = await runCli(['keys', 'add', '--provider', 'anthropic', '--no-check'], {
      home: there,
      stdin: SECRET,
    });
    expect(added.code).toBe(0);
    const [file, passphrase] = [path.join(files, 'all.json'), path.join(files, 'passphrase')];
    await writeFile(passphrase, 'correct horse battery\n');
    const sealed = ['--sealed-with', passphrase];
    const exported = await runCli(['config', 'export', '--out', file, ...sealed, '--json'], { home: there });
    expect(exported).toMatchObject({ code: 0, rows: [{ file, sealed: true }] });
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readFile(file, 'utf8')).not.toContain(SECRET);

    const looked = await runCli(['config', 'import', file, ...sealed, '--dry-run', '--json'], { home: here });
    expect(looked.rows[0]).toMatchObject({ applied: false, format: 'keyward', sealed: false });
    expect(await runCli(['config', 'import', file, ...sealed], { home: here })).toMatchObject({ code: 2 });
    expect((await runCli(['keys', 'list', '--json'], { home: here })).rows).toEqual([]);
    const taken = await runCli(['config', 'import', file, ...sealed, '--yes'], { home: here });
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    expect(taken.stdout).toContain(`…${SECRET.slice(-4)}`);
    expect(taken.stdout).not.toContain(SECRET);
    const again = await runCli(['config', 'import', file, ...sealed], { home: here });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('There is nothing to import.') });
    const keys = await runCli(['keys', 'list', '--json'], { home: here });
    expect(keys.rows).toMatchObject([{ provider: 'anthropic', lastFour: SECRET.slice(-4) }]);
    expect(existsSync(path.join(here, 'master.key'))).toBe(true);
  });

  it('refuses what is no configuration, with a sentence and without its content', async () => {
    const [where, files] = [home(), home()];
    const rubbish: [string, string | Buffer, RegExp][] = [
      ['binary', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xfe]), /no text/],
      ['zeros', Buffer.alloc(64), /binary/],
      ['empty', '  \n', /empty/],
      ['huge', Buffer.alloc(100 * 1024 * 1024, 'a'), /too large/],
      ['cut', '{"keyward":"config","version":1,"apps":[{"name":"canarytext', /./],
      ['newer', '{"keyward":"config","version":2}', /newer/],
      ['deep', '['.repeat(200_000), /./],
    ];
    for (const [name, content, sentence] of rubbish) {
      const file = path.join(files, name);
      await writeFile(file, content);
      const { code, stderr } = await runCli(['config', 'import', file, '--yes', '--json'], { home: where });
      expect([name, code]).toEqual([name, 2]);
      expect((json(stderr) as { error: { message: string } }).error.message).toMatch(sentence);
      expect(stderr).not.toContain('canarytext');
    }
  });

  it('takes the variables that a LiteLLM file names from where it is run, and says which are not set', async () => {
    const where = home();
    const file = path.join(where, 'config.yaml');
    await writeFile(
      file,
      'model_list:\n  - model_name: smart\n    litellm_params: {model: anthropic/claude-x, api_key: os.environ/MY_KEY}\n',
    );
    const bare = await runCli(['config', 'import', file, '--dry-run', '--json'], { home: where });
    expect(bare.rows[0]).toMatchObject({ format: 'litellm', missing: ['MY_KEY'] });
    const taken = await runCli(['config', 'import', file, '--yes'], { home: where, env: { MY_KEY: SECRET } });
    expect(taken.code).toBe(0);
    expect(taken.stdout + taken.stderr).not.toContain(SECRET);
    const routes = await runCli(['routes', 'list', '--json'], { home: where });
    expect(routes.rows).toMatchObject([{ name: 'smart', targets: [{ provider: 'anthropic', model: 'claude-x' }] }]);
  });

  it('prints the schema that the exported file names', async () => {
    const printed = await runCli(['config', 'schema'], { home: home() });
    expect(printed.code).toBe(0);
    expect(json(printed.stdout)).toMatchObject({ $schema: expect.stringContaining('json-schema.org'), type: 'object' });
  });
});
