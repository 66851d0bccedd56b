/**
 * `npm run pictures`: a picture of every screen, light and dark, into pictures/. Served headless from a scratch home
 * with practice requests in it, so that there is something to see and nothing private.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';
import { buildStale } from './build.ts';
import { findChromium } from './machine.ts';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(root, 'pictures');
const browserPath = findChromium();
if (!browserPath.path) {
  process.stderr.write(`No pictures, because ${browserPath.missing}.\n`);
  process.exit(1);
}

const PLACES = [
  '',
  'keys',
  'keys?add=any',
  'apps',
  'requests',
  'suites',
  'usage?practice=yes',
  'usage?by=model&show=spend&practice=yes',
  'providers',
  'providers?route=new',
  'settings',
  'settings?section=cache',
  'settings?section=edits',
  'settings?section=limits',
  'settings?section=tracing',
];
const PRACTICE = [
  'ok',
  'stream',
  'key-expired:as=anthropic',
  'rate-limited',
  'model-not-found:as=gemini',
  'network-refused',
];

await buildStale(['renderer']);
const home = mkdtempSync(path.join(tmpdir(), 'keyward-pictures-'));
const gateway = spawn(
  process.execPath,
  [path.join(root, 'gateway/cli/main.ts'), 'serve', '--json', '--port', '0', '--home', home],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const { ui } = await readyLine();
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: browserPath.path, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(ui);
  await page.waitForURL(/\/ui\//);
  await take(page, 'first-run', '');
  const captures: string[] = [];
  for (const model of PRACTICE) captures.push(await practise(page, model));
  const places = [...PLACES, ...captures.slice(2, 3).flatMap((id) => [`requests/${id}`, `requests/${id}/replay`])];
  for (const place of places)
    await take(page, place.replaceAll(/[/?=&]/g, '-').replace(/requests-[^-]+/, 'request') || 'home', place);
  await browser.close();
  process.stdout.write(`${(places.length + 1) * 2} pictures in ${path.relative(process.cwd(), folder) || '.'}\n`);
} finally {
  gateway.kill('SIGTERM');
  await new Promise((resolve) => gateway.once('exit', resolve));
  rmSync(home, { recursive: true, force: true });
}

async function take(page: Page, name: string, place: string): Promise<void> {
  await page.goto(new URL(`/ui/${place}`, page.url()).href);
  await page.getByRole('main').waitFor();
  await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => {}); // a live stream never falls idle
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });
  }
}

/** Sends a practice request and resolves with its capture's id. */
async function practise(page: Page, model: string): Promise<string> {
  const { capture } = await page.evaluate(async (body) => {
    const response = await fetch('/api/practice/try', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return (await response.json()) as { capture: string };
  }, JSON.stringify({ model }));
  return capture;
}

async function readyLine(): Promise<{ ui: string }> {
  for await (const line of createInterface({ input: gateway.stdout })) return JSON.parse(line) as { ui: string };
  throw new Error('The gateway ended before it was ready.');
}
