/** `models list`, `lists` and `refresh`, on the files of a home that nobody serves. */
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openaiList, startListServer } from '../support/list-server.ts';
import { newHome, runCli } from './run-cli.ts';

const home = newHome();
afterAll(() => rm(home, { recursive: true, force: true }));

describe('models', { timeout: 120_000 }, () => {
  it('are asked for, kept for the next command, and fail with what went wrong', async () => {
    const server = await startListServer(openaiList('my-finetune', 'llama3.2:latest'));
    await runCli(['providers', 'add', 'mine', '--base-url', server.url], { home });
    expect((await runCli(['models', 'list', '--json'], { home })).rows).toEqual([]);
    const refreshed = await runCli(['models', 'refresh', '--json'], { home });
    expect(refreshed).toMatchObject({ code: 0, rows: [{ provider: 'mine', models: 2, problem: null }] });
    expect((await stat(path.join(home, 'model-lists.json'))).mode & 0o077).toBe(0);
    const found = await runCli(['models', 'list', '--text', 'FINE', '--json'], { home });
    expect(found.rows).toMatchObject([{ id: 'mine/my-finetune', provider: 'mine', from: 'list' }]);
    expect((await runCli(['models', 'list'], { home })).stdout).toMatch(/^MODEL .*\nmine\/my-finetune/);
    await server.stop();
    const failed = await runCli(['models', 'refresh', 'mine', '--json'], { home });
    expect(failed).toMatchObject({
      code: 1,
      rows: [{ models: 2, problem: { sentence: expect.stringMatching(/refused the connection/) } }],
    });
    expect(await runCli(['models', 'refresh', 'nobody'], { home })).toMatchObject({ code: 1, stdout: '' });
    expect(await runCli(['models', 'list', '--limit', 'many'], { home })).toMatchObject({ code: 2 });
  });
});
