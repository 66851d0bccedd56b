/** Pictures of every screen for human eyes: `node test/support/screens-fixture/look.ts DIR [name…]`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { findBrowser, launchBrowser } from './browser.ts';
import type { FixtureOptions } from './router.ts';
import { startFixture } from './server.ts';

interface View {
  name: string;
  at: string;
  fixture: FixtureOptions;
  act?: (page: Page) => Promise<unknown>;
}

const full = { home: 'full' } as const;
const empty = { home: 'empty' } as const;
const first = (page: Page, name: RegExp) => page.getByRole('option', { name }).first().click();
const tab = (name: string) => async (page: Page) => {
  await first(page, /revoked/);
  await page.getByRole('tab', { name }).click();
};

const VIEWS: View[] = [
  { name: 'home', at: '', fixture: full },
  { name: 'home-empty', at: '', fixture: empty },
  {
    name: 'home-tried',
    at: '',
    fixture: empty,
    act: async (page) => {
      await page.getByRole('button', { name: 'Send a practice request' }).click();
      await page.getByRole('button', { name: 'Now make one fail' }).click();
      await page.getByRole('button', { name: 'See why it failed' }).waitFor();
    },
  },
  { name: 'keys', at: 'keys', fixture: full },
  { name: 'keys-empty', at: 'keys', fixture: empty },
  {
    name: 'keys-add',
    at: 'keys?add=any',
    fixture: full,
    act: async (page) => {
      await page.getByLabel('Paste the key').fill(' "sk-proj-0123456789abcdefghijklmnopqrstuv"');
      await page.getByText('This is a key of OpenAI.').waitFor();
    },
  },
  {
    name: 'keys-saved-bad',
    at: 'keys?add=any',
    fixture: full,
    act: async (page) => {
      await page.getByLabel('Paste the key').fill('sk-proj-bad456789abcdefghijklmnopqrstuv');
      await page.getByRole('button', { name: 'Save and check' }).click();
      await page.getByRole('button', { name: 'Check again' }).waitFor();
    },
  },
  { name: 'apps', at: 'apps', fixture: full },
  { name: 'apps-empty', at: 'apps', fixture: empty },
  { name: 'apps-issue', at: 'apps?issue=app_cursor01', fixture: full },
  {
    name: 'apps-issued',
    at: 'apps?issue=app_cursor01',
    fixture: full,
    act: (page) => page.getByRole('dialog').getByRole('button', { name: 'Issue a key' }).click(),
  },
  { name: 'apps-connect', at: 'apps?connect=any', fixture: full },
  { name: 'requests', at: 'requests', fixture: full },
  { name: 'requests-empty', at: 'requests', fixture: empty },
  {
    name: 'requests-search',
    at: 'requests',
    fixture: full,
    act: async (page) => {
      await page.getByLabel('Search requests').fill('failed cause:ke');
      await page.waitForTimeout(400);
    },
  },
  { name: 'explanation', at: 'requests', fixture: full, act: (page) => first(page, /revoked/) },
  { name: 'steps', at: 'requests', fixture: full, act: tab('Steps') },
  { name: 'request', at: 'requests', fixture: full, act: tab('Request') },
  { name: 'response', at: 'requests', fixture: full, act: tab('Response') },
  { name: 'attempts', at: 'requests', fixture: full, act: tab('Attempts') },
  { name: 'timing', at: 'requests', fixture: full, act: tab('Timing') },
  { name: 'raw', at: 'requests', fixture: full, act: tab('Raw') },
  {
    name: 'stream',
    at: 'requests',
    fixture: full,
    act: async (page) => {
      await first(page, /Answered.*Cursor/);
      await page.getByRole('tab', { name: 'Response' }).click();
    },
  },
  { name: 'usage', at: 'usage?since=7d', fixture: full },
  { name: 'usage-latency', at: 'usage?show=duration&by=model', fixture: full },
  { name: 'usage-empty', at: 'usage', fixture: empty },
  {
    name: 'providers-route',
    at: 'providers',
    fixture: full,
    act: async (page) => {
      await page.getByRole('button', { name: 'More actions for fast' }).click();
      await page.getByRole('menuitem', { name: 'Edit…' }).click();
      await page.getByRole('combobox', { name: 'Model of target 3' }).waitFor();
    },
  },
  { name: 'providers', at: 'providers', fixture: full },
  { name: 'providers-edit', at: 'providers?edit=house-llm', fixture: full },
  { name: 'settings', at: 'settings', fixture: full },
  { name: 'settings-limits', at: 'settings?section=limits', fixture: full },
  { name: 'settings-limits-empty', at: 'settings?section=limits', fixture: empty },
  {
    name: 'settings-limits-dialog',
    at: 'settings?section=limits',
    fixture: full,
    act: (page) =>
      page
        .getByRole('button', { name: /^Change the limits of/ })
        .first()
        .click(),
  },
  { name: 'settings-tracing', at: 'settings?section=tracing', fixture: full },
  {
    name: 'settings-edits',
    at: 'settings?section=edits',
    fixture: full,
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Whose requests' }).click();
      await page.getByRole('option').first().click();
    },
  },
  { name: 'settings-recording', at: 'settings?section=recording', fixture: full },
  { name: 'settings-vault', at: 'settings?section=vault', fixture: full },
  { name: 'settings-audit', at: 'settings?section=audit', fixture: full },
  {
    name: 'settings-doctor',
    at: 'settings?section=doctor',
    fixture: full,
    act: (page) => page.getByRole('button', { name: 'Run the checks' }).click(),
  },
  { name: 'locked', at: 'keys', fixture: { home: 'full', vault: 'locked' } },
  { name: 'not-listening', at: '', fixture: { home: 'full', listening: false } },
  { name: 'signed-out', at: '', fixture: { home: 'full', signedOut: true } },
  { name: 'help', at: '', fixture: full, act: (page) => page.keyboard.press('?') },
  {
    name: 'palette',
    at: '',
    fixture: full,
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('open');
    },
  },
];

const SHAPES = [
  { name: 'light-900', width: 900, height: 600, colorScheme: 'light' },
  { name: 'dark-1440', width: 1440, height: 900, colorScheme: 'dark' },
  { name: 'light-1440', width: 1440, height: 900, colorScheme: 'light' },
  { name: 'dark-900', width: 900, height: 600, colorScheme: 'dark' },
  { name: 'zoom', width: 450, height: 300, colorScheme: 'light' },
] as const;

const [directory = '/tmp/pictures', ...wanted] = process.argv.slice(2);
const shapes = process.env.SHAPES?.split(',') ?? SHAPES.map((shape) => shape.name);
const executable = findBrowser();
if (!executable) throw new Error('There is no browser on this machine.');
mkdirSync(directory, { recursive: true });
const browser = await launchBrowser(executable);
for (const view of VIEWS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  for (const shape of SHAPES.filter(({ name }) => shapes.includes(name))) {
    const { url, server } = await startFixture(view.fixture);
    const context = await browser.newContext({
      viewport: shape,
      colorScheme: shape.colorScheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) process.stderr.write(`${view.name}: ${message.text()}\n`);
    });
    page.on('pageerror', (error) => process.stderr.write(`${view.name}: ${error.stack}\n`));
    await page.goto(`${url}/ui/${view.at}`);
    await page.locator('main').waitFor();
    await page.waitForTimeout(350);
    try {
      await view.act?.(page);
    } catch (error) {
      process.stderr.write(`${view.name} ${shape.name}: ${(error as Error).message}\n`);
    }
    await page.waitForTimeout(350);
    await page.screenshot({ path: path.join(directory, `${view.name}-${shape.name}.png`) });
    await context.close();
    server.closeAllConnections();
    server.close();
  }
}
await browser.close();
