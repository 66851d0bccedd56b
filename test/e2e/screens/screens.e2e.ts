/** Whole journeys through the built screens in a real browser, over a control interface in memory. */
import AxeBuilder from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import type { FixtureOptions } from '../../support/screens-fixture/router.ts';
import { captureRow, KINDS } from '../../support/screens-fixture/sample-captures.ts';
import { startFixture } from '../../support/screens-fixture/server.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium on this machine (KEYWARD_TEST_BROWSER names one)';

describe.skipIf(!executable)(executable ? 'the screens' : `the screens: ${reason}`, () => {
  let browser: Browser;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    browser = await launchBrowser(executable as string);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(() => browser?.close());

  async function open(at: string, options: FixtureOptions, dark = false) {
    const fixture = await startFixture(options);
    const context = await browser.newContext({
      viewport: { width: 900, height: 600 },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        faults.push(message.text());
    });
    closing.push(async () => {
      await context.close();
      fixture.server.closeAllConnections();
      await new Promise((resolve) => fixture.server.close(resolve));
      expect(faults).toEqual([]);
    });
    await page.goto(`${fixture.url}/ui/${at}`);
    return { page, push: fixture.push };
  }

  it('takes a newcomer from nothing to an answered request, a failed one, and why it failed', async () => {
    const { page } = await open('', { home: 'empty' });
    await page.getByRole('button', { name: 'Send a practice request' }).click();
    await page.getByText('I answer without a key and without a network').waitFor();
    await page.getByRole('button', { name: 'Now make one fail' }).click();
    await page.getByText('It failed with status 401').waitFor();
    await page.getByRole('button', { name: 'See why it failed' }).click();
    await page.getByRole('heading', { name: /The key expired/ }).waitFor();
    await page.getByText('The key has expired: it was good until yesterday, and nobody renewed it.').waitFor();
    expect(page.url()).toMatch(/\/ui\/requests\/c\w+$/);
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByRole('img', { name: '1: done' }).waitFor();
  });

  it('mends a pasted key, names its provider, saves it and says that it works', async () => {
    const { page } = await open('', { home: 'empty' });
    await page.getByRole('link', { name: 'Add a key' }).click();
    await page.getByLabel('Paste the key').fill(' "sk-proj-0123456789abcdefghijklmnopqrstuv" ');
    await page.getByText('There were quotation marks around it.').waitFor();
    await expectText(page, 'Provider', 'OpenAI');
    await page.getByRole('button', { name: 'Save and check' }).click();
    await page.getByRole('dialog').getByText('Works. OpenAI accepted the key.').waitFor();
    await page.getByText('Kept encrypted, sent to OpenAI only.').waitFor();
    expect(await page.content()).not.toContain('0123456789abcdefghijklmnop');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'OpenAI' }).waitFor();
  });

  it('will not save a placeholder', async () => {
    const { page } = await open('keys?add=any', { home: 'empty' });
    await page.getByLabel('Paste the key').fill('YOUR_API_KEY_HERE');
    await page.getByText('This is a placeholder, not a key.').first().waitFor();
    expect(await page.getByRole('button', { name: 'Save and check' }).isDisabled()).toBe(true);
  });

  it('says in one sentence what is wrong with a rejected key and offers what mends it', async () => {
    const { page } = await open('keys?add=openai', { home: 'empty' });
    await page.getByLabel('Paste the key').fill('sk-proj-bad456789abcdefghijklmnopqrstuv');
    await page.getByRole('button', { name: 'Save and check' }).click();
    await page.getByText('OpenAI does not know this key').first().waitFor();
    await page.getByRole('link', { name: /Open OpenAI’s key page/ }).waitFor();
    await page.getByRole('button', { name: 'Paste another key' }).click();
    expect(await page.getByLabel('Paste the key').inputValue()).toBe('');
  });

  it('shows a gateway key once, with snippets that hold it', async () => {
    const { page } = await open('apps?connect=any', { home: 'empty' });
    const dialog = page.getByRole('dialog', { name: 'Connect an app' });
    await dialog.getByRole('button', { name: 'Make a gateway key for curl' }).click();
    await dialog.getByText(/authorization: Bearer kw_/).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('rowheader', { name: /this computer kw_/ }).waitFor();
    expect(await page.content()).not.toContain('0123456789abcdefghijklmnopqrstuvwxyz');
  });

  it('opens the form of a new gateway key with its first empty field in hand, from an address too', async () => {
    const { page } = await open('apps?issue=app_cursor01', { home: 'full' });
    const label = page.getByRole('dialog', { name: 'Issue a gateway key' }).getByLabel('Label');
    await label.waitFor();
    await expect.poll(() => label.evaluate((field) => field === document.activeElement)).toBe(true);
  });

  it('revokes a gateway key and takes that back', async () => {
    const { page } = await open('apps', { home: 'full' });
    await page.getByRole('button', { name: 'More actions for laptop' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    await page
      .getByRole('row', { name: /laptop/ })
      .getByText('Revoked')
      .waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page
      .getByRole('row', { name: /laptop/ })
      .getByText('Active')
      .waitFor();
  });

  it('finds requests by the grammar and says what it does not understand', async () => {
    const { page } = await open('requests', { home: 'full' });
    const search = page.getByRole('textbox', { name: 'Search requests' });
    await search.fill('cause:key_revoked colour:red');
    await page.getByText('There is no field “colour”').waitFor();
    await search.fill('cause:key_revoked');
    await page.waitForURL(/q=cause/);
    const options = page.getByRole('option', { name: /Cursor/ });
    await options.first().waitFor();
    for (const name of await options.allInnerTexts()) expect(name).toContain('The key was revoked');
  });

  it('is read with the keyboard alone: down, open, on to the next, back', async () => {
    const { page } = await open('requests', { home: 'full' });
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /The key was revoked/ }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: /Out of credit/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Choose a request to see what happened and why.').waitFor();
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Search requests');
  });

  it('leads from evidence to the very place it was found', async () => {
    const { page } = await open('requests', { home: 'full' });
    await page
      .getByRole('option', { name: /The key was revoked/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Show response body /error/code' }).click();
    expect(await page.getByRole('tab', { name: 'Response' }).getAttribute('aria-selected')).toBe('true');
    await page.locator('.kw-pointed-at', { hasText: '"code": "key_revoked"' }).waitFor();
    await page.getByRole('tab', { name: 'Explanation' }).click();
    await page.getByRole('button', { name: 'Show request header authorization' }).click();
    await page.getByText('redacted, gateway key, 63 characters, ends in x91k').waitFor();
  });

  it('puts live requests in front at the top of the list, and holds them back while one reads', async () => {
    const { page, push } = await open('requests', { home: 'full' });
    const list = page.getByRole('listbox', { name: 'Requests, newest first' });
    await page.getByRole('option').first().waitFor();
    const kind = KINDS[5] as (typeof KINDS)[number];
    push(captureRow(9001, Date.now(), { ...kind, app: 'first-live' }));
    await page.getByRole('option', { name: /first-live/ }).waitFor();

    await list.hover();
    const before = await page.getByRole('option').first().getAttribute('id');
    push(captureRow(9002, Date.now(), { ...kind, app: 'second-live' }));
    await page.getByRole('button', { name: '1 new request' }).waitFor();
    expect(await page.getByRole('option').first().getAttribute('id')).toBe(before);
    await page.getByRole('button', { name: '1 new request' }).click();
    await page.getByRole('option', { name: /second-live/ }).waitFor();
  });

  it('tests a key from the explanation, and leads to replacing it', async () => {
    const { page } = await open('requests', { home: 'full' });
    await page
      .getByRole('option', { name: /The key was revoked/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Test the key now' }).click();
    await page.getByText('Tested: Rejected by OpenAI: the key was deleted.').waitFor();
    await page.getByRole('button', { name: 'Replace the key' }).click();
    // This gateway cannot carry it out: the way by hand stays open.
    await page.getByRole('alert').getByText('The sample home cannot do that.').waitFor();
    await page.getByRole('button', { name: 'Do it by hand' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replace “work”' });
    await dialog.getByLabel('Paste the key').fill('sk-proj-0123456789abcdefghijklmnopqrstuv');
    await dialog.getByRole('button', { name: 'Save and check' }).click();
    await dialog.getByText('Works.').waitFor();
  });

  it('steps through what each stage did, and says where the rule was set', async () => {
    const { page } = await open('requests', { home: 'full' });
    await page
      .getByRole('option', { name: /The key expired.*nightly-report/ })
      .first()
      .click();
    await page.getByRole('tab', { name: 'Steps' }).click();
    await page.getByText('Step 2 of 3').waitFor();
    await page.getByText('gateway-key.expiry').waitFor();
    await page.getByText('gateway key k7f3a9').first().waitFor();
    await page.keyboard.press('[');
    await page.getByText('Step 1 of 3').waitFor();
  });

  it('draws a route as a path, says who is passed over and why, has it tried, and makes another', async () => {
    const { page } = await open('providers', { home: 'full' });
    const path = page.getByRole('list', { name: 'Targets of fast' });
    await expect
      .poll(() => path.getByRole('listitem').allTextContents())
      .toEqual([
        'openai/gpt-5-mini',
        expect.stringMatching(/^anthropic\/claude-haiku-4-5passed over until .*Anthropic answered with status 529\.$/),
        'openai/gpt-5-nano',
      ]);
    await page.getByRole('button', { name: 'Try now: the targets of fast' }).click();
    await expect.poll(() => path.getByText('passed over').count()).toBe(0);
    await page.getByRole('button', { name: 'Add a route' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a route' });
    const save = dialog.getByRole('button', { name: 'Add a route' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('fast');
    await dialog.getByText('There is a route of that name.').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('careful');
    await dialog.getByRole('combobox', { name: 'Provider of target 1' }).click();
    await page.getByRole('option', { name: 'Anthropic' }).click();
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByRole('combobox', { name: 'Model of target 1' }).fill('opus');
    // What the provider is known to have is offered; any other name may be typed.
    await page.getByRole('option', { name: 'claude-opus-4-5' }).click();
    await save.click();
    await page.getByRole('list', { name: 'Targets of careful' }).getByText('anthropic/claude-opus-4-5').waitFor();
  });

  it('unlocks the vault from wherever one is', async () => {
    const { page } = await open('keys', { home: 'full', vault: 'locked' });
    await page.getByLabel('Passphrase', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('That is not the passphrase.').waitFor();
    await page.getByLabel('Passphrase', { exact: true }).fill('open sesame');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('The vault is locked').waitFor({ state: 'detached' });
  });

  it('says how to sign in where nobody is signed in', async () => {
    const { page } = await open('', { home: 'full', signedOut: true });
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await page.getByText('keyward ui').waitFor();
  });

  it('opens everything by name', async () => {
    const { page } = await open('', { home: 'full' });
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search everything' }).fill('anthropic');
    await page.getByRole('button', { name: /anthropic · Claude Code/ }).click();
    await page.waitForURL(/\/ui\/keys#pk_/);
  });

  const PLACES = [
    '',
    'keys',
    'keys?add=openai',
    'apps',
    'apps?issue=app_cursor01',
    'apps?connect=any',
    'requests',
    'requests?import=any',
    'suites',
    'providers',
    'providers?edit=house-llm',
    'providers?route=new',
    'settings',
    'settings?section=cache',
    'settings?section=edits',
    'settings?section=limits',
    'settings?section=tracing',
    'settings?section=vault',
    'settings?section=audit',
  ];
  it.each(PLACES.flatMap((at) => [false, true].map((dark) => [at, dark] as const)))(
    'breaks no rule of WCAG 2.2 AA at “%s” (dark: %s)',
    async (at, dark) => {
      const { page } = await open(at, { home: 'full' }, dark);
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
      await settled(page);
      expect(await violations(page)).toEqual([]);
    },
  );

  it.each(
    ['Explanation', 'Steps', 'Request', 'Response', 'Attempts', 'Timing', 'Changed since it worked', 'Raw'].flatMap(
      (tab) => [[tab, false] as const, [tab, true] as const],
    ),
  )('breaks no rule of WCAG 2.2 AA in the tab %s (dark: %s)', async (tab, dark) => {
    const { page } = await open('requests', { home: 'full' }, dark);
    await page
      .getByRole('option', { name: /The key was revoked/ })
      .first()
      .click();
    await page.getByRole('tab', { name: tab }).click();
    await settled(page);
    expect(await violations(page)).toEqual([]);
  });

  it('needs no sideways scrolling at 900 × 600 and 200 % zoom', async () => {
    const { page } = await open('', { home: 'full' });
    await page.setViewportSize({ width: 450, height: 300 });
    for (const at of ['', 'keys', 'apps', 'requests', 'suites', 'providers', 'settings']) {
      await page.goto(new URL(`/ui/${at}`, page.url()).href);
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, at).toBeLessThanOrEqual(0);
    }
  });
});

async function expectText(page: Page, label: string, value: string) {
  await expect
    .poll(() =>
      page
        .getByRole('textbox', { name: label })
        .or(page.getByRole('combobox', { name: label }))
        .first()
        .inputValue(),
    )
    .toBe(value);
}

/** Nothing is loading any more and nothing fades. */
async function settled(page: Page) {
  await page.waitForFunction(() => document.querySelectorAll('.mantine-Loader-root').length === 0);
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: typeof AxeBuilder }).axe;
    const { violations: found } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`),
    );
  });
}
