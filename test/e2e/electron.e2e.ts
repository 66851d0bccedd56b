import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { because, checkout, electronPath, type LaunchedDesktop, launchDesktop, noDesktop } from './launch-desktop.ts';

describe.skipIf(noDesktop)(`the desktop window${because(noDesktop)}`, () => {
  let desktop: LaunchedDesktop;
  let stranger: Server;
  let strangerUrl: string;

  beforeAll(async () => {
    desktop = await launchDesktop();
    stranger = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<title>stranger</title><h1>A page of the web</h1>');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    strangerUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`;
  });

  afterAll(async () => {
    await desktop?.close();
    stranger?.close();
  });

  it('shows our screens and nothing of Node to them', async () => {
    expect(desktop.page.url()).toMatch(/^app:\/\/keyward\/ui\//);
    expect(
      await desktop.page.evaluate(() => ({
        require: typeof (globalThis as { require?: unknown }).require,
        process: typeof (globalThis as { process?: unknown }).process,
        module: typeof (globalThis as { module?: unknown }).module,
        buffer: typeof (globalThis as { Buffer?: unknown }).Buffer,
        host: Object.keys(window.keyward ?? {}).sort(),
      })),
    ).toEqual({
      require: 'undefined',
      process: 'undefined',
      module: 'undefined',
      buffer: 'undefined',
      host: ['connect', 'openExternal', 'platform'],
    });
  });

  it('runs sandboxed, isolated and without Node, as Electron itself sees it', async () => {
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    });
    expect(preferences.webviewTag ?? false).toBe(false);
  });

  it('does not let what the screens were given be changed or extended', async () => {
    const changed = await desktop.page.evaluate(() => {
      const host = window.keyward as unknown as Record<string, unknown>;
      try {
        host.connect = () => 'mine';
        host.more = true;
      } catch {
        // frozen objects throw in strict code
      }
      return { more: 'more' in host, mine: String(host.connect).includes('mine') };
    });
    expect(changed).toEqual({ more: false, mine: false });
  });

  it('runs no script that a page writes into itself', async () => {
    const ran = await desktop.page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.smuggled = true';
      document.body.append(script);
      const image = document.createElement('img');
      image.setAttribute('onerror', 'window.smuggled = true');
      image.src = '/ui/none.png';
      await new Promise((resolve) => {
        image.addEventListener('error', () => setTimeout(resolve, 0));
        document.body.append(image);
      });
      script.remove();
      image.remove();
      return 'smuggled' in window;
    });
    expect(ran).toBe(false);
  });

  it('stays where it is when a page tries to lead it away', async () => {
    const here = desktop.page.url();
    await desktop.page.evaluate((url) => {
      window.location.href = url;
    }, strangerUrl);
    await desktop.page.evaluate((url) => window.open(url), strangerUrl);
    await desktop.page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, strangerUrl);
    const seen = await desktop.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => contents.getURL()),
    );
    expect(seen).toEqual([here]);
    expect(desktop.page.frames().filter((frame) => frame.url().startsWith('http'))).toEqual([]);
    await desktop.page.evaluate(() => document.querySelector('iframe')?.remove());
  });

  it('fetches nothing from elsewhere', async () => {
    const outcome = await desktop.page.evaluate(
      (url) =>
        fetch(url, { mode: 'no-cors' }).then(
          () => 'fetched',
          () => 'refused',
        ),
      strangerUrl,
    );
    expect(outcome).toBe('refused');
  });

  it('refuses every permission but writing to the clipboard', async () => {
    const states = await desktop.page.evaluate(async () => {
      const query = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state;
      return {
        camera: await query('camera'),
        microphone: await query('microphone'),
        geolocation: await query('geolocation'),
        clipboardRead: await query('clipboard-read'),
      };
    });
    expect(Object.values(states)).toEqual(['denied', 'denied', 'denied', 'denied']);
  });

  it('opens no link but https and mailto ones', async () => {
    const refused = await desktop.page.evaluate(async () => {
      const tries = ['file:///etc/passwd', 'javascript:alert(1)', 'http://127.0.0.1/', 'smb://x/y'].map((url) =>
        Promise.resolve(window.keyward?.openExternal(url)).then(
          () => 'opened',
          (error: Error) => error.message,
        ),
      );
      return Promise.all(tries);
    });
    for (const message of refused) expect(message).toContain('Refused');
  });

  it('refuses a stranger who holds the same preload', async () => {
    const answer = await desktop.app.evaluate(
      async ({ BrowserWindow }, { url, preload }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await window.loadURL(url);
        const said = await window.webContents.executeJavaScript(
          `typeof keyward === 'undefined' ? 'no host' : keyward.connect().then(() => 'connected', (error) => error.message)`,
        );
        window.destroy();
        return said as string;
      },
      { url: strangerUrl, preload: path.join(checkout, 'dist/electron/preload.cjs') },
    );
    expect(answer).toContain('Refused: only the Keyward window may ask.');
  });

  it('refuses a frame of ours that is not the top one, and requests of unknown form', async () => {
    const answers = await desktop.app.evaluate(async ({ ipcMain }) => {
      // Electron keeps handlers private; this is how it calls them.
      const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (...words: unknown[]) => unknown> })
        ._invokeHandlers;
      const handler = handlers.get('keyward:request');
      const ask = async (senderFrame: unknown, payload: unknown) => {
        try {
          return await handler?.({ senderFrame, sender: {} }, payload);
        } catch (error) {
          return (error as Error).message;
        }
      };
      const ours = { url: 'app://keyward/ui/', parent: null };
      return [
        await ask({ url: 'app://keyward/ui/', parent: ours }, { action: 'connect' }),
        await ask(null, { action: 'connect' }),
        await ask(ours, { action: 'quit' }),
        await ask(ours, { action: 'connect', extra: 1 }),
        await ask(ours, 'connect'),
        await ask(ours, null),
      ];
    });
    expect(answers.slice(0, 2)).toEqual(Array(2).fill('Refused: only the Keyward window may ask.'));
    expect(answers.slice(2)).toEqual(Array(4).fill('Refused: no such request.'));
  });

  it('gives the front to a second start, which ends by itself and leads to its link', async () => {
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const code = await new Promise<number | null>((resolve, reject) => {
      const env: NodeJS.ProcessEnv = { ...process.env, KEYWARD_HOME: desktop.home };
      delete env.NODE_OPTIONS;
      const second = spawn(electronPath(), [checkout, 'keyward://requests'], { env, stdio: 'ignore' });
      second.on('error', reject);
      second.on('exit', resolve);
    });
    expect(code).toBe(0);
    await desktop.page.getByRole('heading', { name: 'Requests', level: 1 }).waitFor();
    expect(await desktop.page.evaluate(() => window.location.pathname)).toBe('/ui/requests');
    const windows = await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.isMinimized()),
    );
    expect(windows).toEqual([false]);
  });
});
