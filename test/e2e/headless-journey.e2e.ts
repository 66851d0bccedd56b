/**
 * The first run as a newcomer has it, on the real gateway in a real browser: nothing is in memory, nothing is pretended.
 * Try it, see one fail and why, add a key of one's own, connect an app, and let the unmodified SDK ask through it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliEntry } from '../../scripts/cli-entry.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';
import { findBrowser, launchBrowser } from '../support/screens-fixture/browser.ts';

const CLI = cliEntry();
const PICTURES = process.env.KEYWARD_PICTURES;
const executable = findBrowser();
const reason = 'skipped, because there is no Chromium on this machine (KEYWARD_TEST_BROWSER names one)';

describe.skipIf(!executable)(executable ? 'the first run, headless' : `the first run, headless: ${reason}`, () => {
  let home: string;
  let gateway: ChildProcess;
  let url: string;
  let browser: Browser;
  let page: Page;
  let provider: ProviderServer;
  const faults: string[] = [];

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'keyward-journey-'));
    provider = await startProviderServer({ dialect: 'openai' });
    gateway = spawn(process.execPath, [CLI, '--home', home, '--json', 'serve', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: gateway.stdout as NonNullable<typeof gateway.stdout> });
    const ready = JSON.parse(String((await once(lines, 'line'))[0])) as { url: string; ui: string };
    url = ready.url;
    browser = await launchBrowser(executable as string);
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(ready.ui);
    if (PICTURES) mkdirSync(PICTURES, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    if (gateway && gateway.exitCode === null) {
      const gone = once(gateway, 'exit');
      gateway.kill('SIGTERM');
      expect((await gone)[0]).toBe(0);
    }
    await provider?.close();
    rmSync(home, { recursive: true, force: true });
  });

  const picture = async (name: string) => {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  it('the sign-in token leaves the address, and works once', async () => {
    expect(page.url()).toBe(`${url}/ui/`);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await picture('1-first-run');
    const stranger = await fetch(`${url}/api/status`);
    expect(stranger.status).toBe(401);
  });

  it('try it: a practice request is answered, and one that fails is explained', async () => {
    await page.getByRole('button', { name: 'Send a practice request' }).click();
    await page.getByText('Hello from the practice provider').waitFor();
    await picture('2-answered');
    await page.getByRole('button', { name: 'Now make one fail' }).click();
    await page.getByRole('button', { name: 'See why it failed' }).click();
    await page.getByText('The key for Practice has expired.').first().waitFor();
    await page.getByText('The provider did not accept the key').waitFor();
    await picture('3-explained');
    await page.getByRole('tab', { name: 'Steps' }).click();
    await page.getByText(/Step \d+ of \d+/).waitFor();
    await picture('4-steps');
  });

  it('add a key: pasted with its quotes, checked live, and told in a sentence', async () => {
    // Not the internet's OpenAI but one on this machine that answers like it.
    const added = spawn(
      process.execPath,
      [CLI, '--home', home, 'providers', 'add', 'openai', '--base-url', provider.url],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    expect((await once(added, 'exit'))[0]).toBe(0);
    await page.goto(`${url}/ui/keys?add=any`);
    await page.getByLabel('Paste the key').fill(`"${provider.key()}"`);
    await page.getByText('The key stood in quotation marks; they were taken away.').waitFor();
    await page.getByText('This is a key of OpenAI.').waitFor();
    await page.getByRole('button', { name: 'Save and check' }).click();
    await page
      .getByText(/^Works/)
      .first()
      .waitFor();
    await picture('5-key-works');
    expect(provider.requests.at(-1)?.headers.authorization).toBe(`Bearer ${provider.key()}`);
    expect(await page.content()).not.toContain(provider.key().slice(12, 60));
  });

  it('connect an app: its key is shown once, and the SDK gets its answer through it', async () => {
    await page.goto(`${url}/ui/apps?connect=curl`);
    const dialog = page.getByRole('dialog', { name: 'Connect an app' });
    await dialog.getByRole('button', { name: /Make a gateway key/ }).click();
    const shown = dialog.getByText(/kw_[a-z0-9]+_[0-9A-Za-z]{40,}/).first();
    await shown.waitFor();
    const key = /kw_[a-z0-9]+_[0-9A-Za-z]{40,}/.exec((await shown.textContent()) ?? '')?.[0];
    await picture('6-connected');
    const openai = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
    const answer = await openai.chat.completions.create({
      model: 'openai/gpt-4o-mini',
      messages: [{ role: 'user', content: 'hello' }],
    });
    expect(answer.choices[0]?.message.content).toBeTruthy();
    await page.goto(`${url}/ui/requests`);
    await page
      .getByRole('option', { name: /gpt-4o-mini/ })
      .first()
      .waitFor();
    await picture('7-requests');
  });

  it('no page had an error', () => {
    expect(faults).toEqual([]);
  });
});
