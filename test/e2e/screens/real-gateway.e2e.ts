/** The newcomer's minute on the real thing: `keyward serve`, its sign-in link, its practice provider. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textsOf } from '../../support/home-files.ts';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';

const executable = findBrowser();
const root = path.join(import.meta.dirname, '../../..');
const SECRET = 'sk-proj-canary0123456789abcdefghijT3BlbkFJklmnopqrstuvwxyz0123';

describe.skipIf(!executable)(
  executable
    ? 'the screens of a running gateway'
    : 'the screens of a running gateway: skipped, because there is no Chromium',
  () => {
    let browser: Browser;
    let home: string;
    let gateway: ChildProcess;
    let ui: string;

    beforeAll(async () => {
      home = await mkdtemp(path.join(os.tmpdir(), 'keyward-screens-'));
      const args = ['gateway/cli/main.ts', 'serve', '--json', '--port', '0', '--home', home];
      gateway = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
      const lines = createInterface({ input: gateway.stdout as NodeJS.ReadableStream });
      const [first] = await Promise.race([
        new Promise<string[]>((resolve) => lines.once('line', (line) => resolve([line]))),
        new Promise<never>((_, reject) =>
          gateway.once('exit', (code) => reject(new Error(`serve ended with ${code}`))),
        ),
      ]);
      ui = JSON.parse(first as string).ui;
      browser = await launchBrowser(executable as string);
    });
    afterAll(async () => {
      await browser?.close();
      const ended = new Promise((resolve) => gateway?.once('exit', resolve));
      gateway?.kill('SIGTERM');
      await ended;
      await rm(home, { recursive: true, force: true });
    });

    it('take a newcomer to an answer, a failure, its explanation and a connected app', async () => {
      const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      await page.goto(ui);
      expect(page.url()).not.toContain('token');

      await page.getByRole('button', { name: 'Send a practice request' }).click();
      await page.getByText(/Answered in .* by the built-in practice provider/).waitFor();
      await page.getByRole('img', { name: '1: done' }).waitFor();
      await page.getByRole('button', { name: 'Now make one fail' }).click();
      await page.getByText('It failed with status 401').waitFor();
      await page.getByRole('button', { name: 'See why it failed' }).click();
      await page.getByRole('heading', { name: /The key expired/ }).waitFor();
      await page.getByRole('heading', { name: 'What was checked' }).waitFor();
      for (const tab of ['Steps', 'Request', 'Response', 'Attempts', 'Timing', 'Raw']) {
        await page.getByRole('tab', { name: tab }).click();
        await page.getByRole('tabpanel').getByRole('button', { name: 'Copy as text' }).first().waitFor();
      }
      const capture = page.url();
      await page.reload();
      expect(page.url()).toBe(capture);
      await page.getByRole('tab', { name: 'Raw', selected: true }).waitFor();

      await page.getByRole('link', { name: 'Home' }).click();
      await page.getByRole('img', { name: '3: to do' }).waitFor();
      await page.getByRole('link', { name: 'Connect an app' }).click();
      await page.getByRole('button', { name: /Make a gateway key for/ }).click();
      await page.getByText('The key is in the text above.').waitFor();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('rowheader', { name: /this computer/ }).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    });

    it('recognise a pasted key and leave no trace of it, neither saved nor unsaved, in the page or the home', async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const again = await fetch(new URL('/api/sign-in', ui), {
        method: 'POST',
        headers: { authorization: `Bearer ${await token()}` },
      });
      await page.goto((await again.json()).url);
      await page.getByRole('link', { name: 'Add a key' }).first().click();
      await page.getByLabel('Paste the key').fill(`"${SECRET}"`);
      await page.getByText(/This is a key of OpenAI/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.content()).not.toContain(SECRET);
      expect(JSON.stringify(await context.storageState())).not.toContain(SECRET);
      for (const { name, text } of await textsOf(home)) expect(text.includes(SECRET), name).toBe(false);
      await context.close();
    });

    async function token(): Promise<string> {
      return JSON.parse(await readFile(path.join(home, 'instance.json'), 'utf8')).token;
    }
  },
);
