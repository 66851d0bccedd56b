/** Usage in a real browser, over a gateway that served real traffic. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CountingProvider, mixedTraffic, startCountingProvider } from '../../observe/traffic.ts';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium on this machine (KEYWARD_TEST_BROWSER names one)';
const ROUNDS = 2;

describe.skipIf(!executable)(executable ? 'the usage screen' : `the usage screen: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;
  let provider: CountingProvider;

  beforeAll(async () => {
    browser = await launchBrowser(executable as string);
    provider = await startCountingProvider();
    gateway = await serve();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await provider?.close();
  });

  it('teaches while there is nothing, then shows what was sent, what failed and why, in words and numbers', async () => {
    const { page, faults } = await gateway.open(browser, 'usage', { viewport: { width: 900, height: 600 } });
    await page.getByRole('heading', { name: 'Nothing was sent yet' }).waitFor();
    await expectAccessible(page);

    for (const id of ['one', 'two']) {
      const preset = 'openai';
      await gateway.api('/providers', { id, preset, baseUrl: provider.baseUrl });
      await gateway.api('/keys', { provider: id, secret: `sk-upstream-0123456789abcdefABCDEF${id}`, check: false });
    }
    await gateway.api('/apps', { name: 'Night batch' });
    const { key } = await gateway.api<{ key: string }>('/gateway-keys', {
      app: 'Night batch',
      limits: { budgetDayUsd: 1 },
    });
    const post = (path: string, body: unknown, headers = {}) =>
      fetch(gateway.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    await mixedTraffic({ url: gateway.url, key, post }, ROUNDS);

    await page.reload();
    const tiles = page.locator('dl[aria-label="In this time"]');
    await tiles.getByText(`${11 * ROUNDS}`, { exact: true }).waitFor();
    await page.getByRole('img', { name: /^Requests from .* highest/ }).waitFor();
    await page.getByRole('row', { name: /^Night batch/ }).waitFor();
    await page.getByRole('row', { name: /^not identified/ }).waitFor();
    await page
      .getByText('2 practice requests not counted', { exact: false })
      .or(page.getByText('4 practice requests not counted', { exact: false }))
      .waitFor();
    await page.getByText('Amounts marked ≈ are estimates', { exact: false }).waitFor();
    await page.getByRole('progressbar', { name: /Night batch, today: \$/ }).waitFor();
    const weather = page.getByRole('region', { name: 'Provider weather' }).first();
    await weather.getByRole('row', { name: /^one Trouble 75 %/ }).waitFor();
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('keeps what is chosen in the address, tells it as a table, and leads to the requests behind a cause', async () => {
    const { page, faults } = await gateway.open(browser, '', { colorScheme: 'dark' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL(/\/ui\/usage/);
    await page.getByRole('radiogroup', { name: 'Measure' }).getByText('Tokens').click();
    await page.getByText('The same as a table').click();
    await page.getByRole('columnheader', { name: 'Out', exact: true }).waitFor();
    await page.getByRole('radiogroup', { name: 'By' }).getByText('Model').click();
    await page.getByRole('row', { name: /^gpt-4o-mini/ }).waitFor();
    await page.getByRole('switch', { name: 'Count practice too' }).click();
    await page.getByRole('row', { name: /^key-expired practice/ }).waitFor();
    expect(page.url()).toContain('show=tokens');
    expect(page.url()).toContain('by=model');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Requests that failed: Too many requests' }).click();
    await page.waitForURL(/\/ui\/requests\?q=cause%3Arate_limited/);
    await page.getByRole('option').first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
