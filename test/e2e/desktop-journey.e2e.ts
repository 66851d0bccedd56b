import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { because, type LaunchedDesktop, launchDesktop, noDesktop } from './launch-desktop.ts';

type Instance = { url: string; pid: number; token: string; mode: string };

const readInstance = (home: string) => JSON.parse(readFileSync(path.join(home, 'instance.json'), 'utf8')) as Instance;

/** A call of the control interface with the instance's token, as the CLI makes it. */
async function control<T>(instance: Instance, method: string, place: string, body?: unknown): Promise<T> {
  const response = await fetch(`${instance.url}/api${place}`, {
    method,
    headers: { authorization: `Bearer ${instance.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

describe.skipIf(noDesktop)(`a newcomer's first minute in the desktop app${because(noDesktop)}`, () => {
  let desktop: LaunchedDesktop;
  const complaints: string[] = [];

  beforeAll(async () => {
    desktop = await launchDesktop();
    desktop.page.on('pageerror', (error) => complaints.push(error.message));
    desktop.page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
  });
  afterAll(() => desktop?.close());

  it('shows Home with the three first steps, and the address it listens on', async () => {
    const { page } = desktop;
    await page.getByRole('heading', { name: /Welcome/ }).waitFor();
    await page.getByText(readInstance(desktop.home).url, { exact: false }).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('answers a practice request in front of them', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Send a practice request' }).click();
    await page.getByRole('button', { name: 'Now make one fail' }).waitFor();
    const answer = page.getByRole('status').filter({ hasText: /\w{3,}/ });
    expect((await answer.first().textContent())?.trim().length).toBeGreaterThan(10);
  });

  it('lets them make one fail, and explains it in words with the checks that were made', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Now make one fail' }).click();
    await page.getByRole('button', { name: 'See why it failed' }).click();
    await page.waitForURL(/\/ui\/requests\/[^/]+$/);
    await page.getByText('key_expired', { exact: true }).first().waitFor();
    await page.getByText('The provider did not accept the key').first().waitFor();
  });

  it('met no error and no breach of the content security policy on the way', () => {
    expect(complaints).toEqual([]);
  });

  it('serves the same screens and the gateway over HTTP, each behind its own door', async () => {
    const { url } = readInstance(desktop.home);
    const screens = await fetch(`${url}/ui/`, { redirect: 'manual' });
    expect([200, 302, 303, 401]).toContain(screens.status);
    expect((await fetch(`${url}/api/status`)).status).toBe(401);
    const refused = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{"model":"practice/ok"}' });
    expect([refused.status, refused.headers.get('x-keyward-cause')]).toEqual([401, 'key_missing']);
  });

  it('keeps its home closed to others, with its profile and its log inside', () => {
    for (const place of ['', 'keyward.json', 'window', 'logs', 'logs/keyward.log']) {
      expect(existsSync(path.join(desktop.home, place)), place).toBe(true);
    }
    for (const place of ['', 'keyward.json', 'instance.json', 'captures.db', 'logs/keyward.log']) {
      expect(statSync(path.join(desktop.home, place)).mode & 0o077, place).toBe(0);
    }
  });
});

describe.skipIf(noDesktop)(`the desktop app and its surroundings${because(noDesktop)}`, () => {
  it('opens all the same when its port is taken, and says so', async () => {
    const other = createServer((_request, response) => response.end('taken'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const desktop = await launchDesktop({ words: [`--port=${port}`] });
    try {
      await desktop.page.getByText(`Port ${port} is taken`, { exact: false }).first().waitFor();
    } finally {
      await desktop.close();
      other.close();
    }
  });

  it('says when its keychain is a weak one, and keeps working with practice', async () => {
    const desktop = await launchDesktop();
    try {
      const instance = await whenShown(desktop);
      const vault = await control<{ state: string; keychain: { backend: string; weak: boolean } | null }>(
        instance,
        'GET',
        '/vault',
      );
      // On a machine with a keychain it is unlocked; without one nothing may have been sealed yet.
      if (vault.keychain?.weak === false) expect(vault.state).toBe('unlocked');
      else expect(vault.state).toBe('empty');
      if (vault.keychain?.weak) {
        const accepted = await control<{ state: string; ways: string[] }>(instance, 'POST', '/vault/accept-weak');
        expect(accepted).toMatchObject({ state: 'unlocked', ways: ['keychain'] });
      }
    } finally {
      await desktop.close();
    }
  });

  it('lets a request under way finish when it is told to end', async () => {
    const desktop = await launchDesktop();
    const instance = await whenShown(desktop);
    const { key } = await issueKey(instance);
    const response = await fetch(`${instance.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'practice/stream:chunks=40,delay=25',
        stream: true,
        messages: [{ role: 'user', content: 'hello' }],
      }),
    });
    expect(response.status).toBe(200);
    const child = desktop.app.process();
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    process.kill(instance.pid, 'SIGTERM');
    const text = await response.text();
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(await ended).toBe(0);
    expect(existsSync(path.join(desktop.home, 'instance.json'))).toBe(false);
    await desktop.close().catch(() => {});
  });
});

async function whenShown(desktop: LaunchedDesktop): Promise<Instance> {
  await desktop.page.getByRole('main').waitFor();
  return readInstance(desktop.home);
}

async function issueKey(instance: Instance): Promise<{ key: string }> {
  await control(instance, 'POST', '/apps', { name: 'journey' });
  return control(instance, 'POST', '/gateway-keys', { app: 'journey' });
}
