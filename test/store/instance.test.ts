import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { homePaths } from '../../gateway/store/home.ts';
import { findInstance, readInstance, removeInstance, writeInstance } from '../../gateway/store/instance.ts';
import { temporaryHome } from './temporary-home.ts';

const announcement = {
  url: 'http://127.0.0.1:9',
  pid: process.pid,
  token: 'a-token-of-at-least-16',
  startedAt: '2026-11-23T12:00:00.000Z',
  mode: 'headless' as const,
  version: '0.1.0',
};

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('instance.json', () => {
  it('announces a running instance to its owner only, and finds it', async () => {
    const home = temporaryHome();
    const headers: unknown[] = [];
    const url = await listening((request, response) => {
      headers.push(request.url, request.headers.authorization);
      response.end('{}');
    });
    await writeInstance(home, { ...announcement, url });
    if (process.platform !== 'win32') expect(statSync(homePaths(home).instance).mode & 0o777).toBe(0o600);
    expect(await findInstance(home)).toEqual({ state: 'running', instance: { ...announcement, url } });
    // The token must not go to whoever happens to listen on that port now.
    expect(headers).toEqual(['/health', undefined]);
  });

  it('of a process that was killed is stale', async () => {
    const home = temporaryHome();
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeInstance(home, { ...announcement, pid });
    expect(await findInstance(home)).toEqual({ state: 'stale' });
  });

  it('of a living process is silent when nothing listens, when another program answers, and when it hangs', async () => {
    const home = temporaryHome();
    const wrong = await listening((_, response) => response.writeHead(404).end());
    const hanging = await listening(() => undefined);
    const trickling = await listening((_, response) => {
      response.socket?.write('HTTP/1.1 20'); // never gets further
    });
    for (const url of ['http://127.0.0.1:9', wrong, hanging, trickling, null]) {
      await writeInstance(home, { ...announcement, url });
      expect(await findInstance(home, 200)).toMatchObject({ state: 'silent', instance: { pid: process.pid } });
    }
  });

  it.each(['', '{"url":', '[]', '{"pid":"1"}'])('that holds "%s" counts as none', async (content) => {
    const home = temporaryHome();
    writeFileSync(homePaths(home).instance, content);
    expect(await findInstance(home)).toEqual({ state: 'none' });
  });

  it('is taken back by its own process and by no other', async () => {
    const home = temporaryHome();
    await removeInstance(home); // nothing there is fine
    await writeInstance(home, { ...announcement, pid: process.ppid });
    await removeInstance(home);
    expect((await readInstance(home))?.pid).toBe(process.ppid);
    await removeInstance(home, process.ppid);
    expect(existsSync(homePaths(home).instance)).toBe(false);
  });
});
