/** `keyward serve` in a home of its own, and a signed-in page of its screens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import AxeBuilder from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');

export interface Served {
  readonly url: string;
  readonly home: string;
  /** Calls the control interface as the CLI does. */
  api<T>(at: string, body?: unknown, method?: string): Promise<T>;
  /** A signed-in page at an address; what goes wrong in it is in `faults`. */
  open(browser: Browser, at: string, options?: BrowserContextOptions): Promise<{ page: Page; faults: string[] }>;
  close(): Promise<void>;
}

export async function serve(): Promise<Served> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'keyward-screens-'));
  const args = ['gateway/cli/main.ts', 'serve', '--json', '--port', '0', '--home', home];
  const gateway = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await readyUrl(gateway);
  const { token } = JSON.parse(await readFile(path.join(home, 'instance.json'), 'utf8')) as { token: string };
  const api: Served['api'] = async (at, body, method = 'POST') => {
    const answer = await fetch(new URL(`/api${at}`, url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const read = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${JSON.stringify(read)}`);
    return read;
  };
  return {
    url,
    home,
    api,
    async open(browser, at, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        permissions: ['clipboard-read', 'clipboard-write'],
        ...options,
      });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      const signIn = await api<{ url: string }>('/sign-in', {});
      await page.goto(signIn.url);
      await page.goto(`${url}/ui/${at}`);
      return { page, faults };
    },
    async close() {
      const ended = new Promise((resolve) => gateway.once('exit', resolve));
      gateway.kill('SIGTERM');
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function readyUrl(gateway: ChildProcess): Promise<string> {
  const lines = createInterface({ input: gateway.stdout as NodeJS.ReadableStream });
  const first = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    new Promise<never>((_, reject) => gateway.once('exit', (code) => reject(new Error(`serve ended with ${code}`)))),
  ]);
  return (JSON.parse(first) as { url: string }).url;
}

/** Fails with every rule of WCAG 2.2 AA that the page breaks, once nothing loads or fades any more. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll('.mantine-Loader-root').length === 0);
  await page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== 'running'));
  await page.evaluate(AxeBuilder.source);
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: typeof AxeBuilder }).axe;
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`),
    );
  });
  expect(found).toEqual([]);
}
