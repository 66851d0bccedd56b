/** Cases and suites on a running gateway: pin, run, break, compare, save, remove. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';

describe.skipIf(!executable)(executable ? 'suites' : `suites: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;

  beforeAll(async () => {
    [browser, gateway] = await Promise.all([launchBrowser(executable as string), serve()]);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  it('pin a failure, pass, fail once more is demanded, compare the two runs and go as JUnit', async () => {
    const { capture } = await gateway.api<{ capture: string }>('/practice/try', { model: 'key-expired' });
    const { page, faults } = await gateway.open(browser, 'suites', { acceptDownloads: true });
    await page.getByRole('heading', { name: 'No suites yet' }).waitFor();
    await expectAccessible(page);

    await page.goto(`${gateway.url}/ui/requests/${capture}`);
    await page.getByRole('button', { name: 'Pin as a case' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pin as a case' });
    await dialog.getByLabel('Name of the case').fill('expired key');
    await dialog.getByLabel('Suite', { exact: true }).fill('Not Good');
    await dialog.getByText('Use small letters, digits').waitFor();
    await dialog.getByLabel('Suite', { exact: true }).fill('keys');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Pin it' }).click();
    await dialog.getByText('Pinned in “keys”.').waitFor();
    await dialog.getByRole('link', { name: 'Open the suite' }).click();
    await page.getByRole('heading', { name: 'keys' }).waitFor();
    await page.getByText('fails, status 401, cause: The key expired').waitFor();

    await page.getByRole('button', { name: 'Run now' }).click();
    const results = page.getByRole('table', { name: 'Runs' });
    await results.getByText('passed').waitFor();
    await page.getByRole('button', { name: 'More actions for expired key' }).click();
    await page.getByRole('menuitem', { name: 'Change what must hold…' }).click();
    await page.getByRole('dialog').getByLabel('Status').fill('403');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('fails, status 403, cause: The key expired').waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await results.getByText('failed').waitFor();
    await results.getByText(/403/).waitFor();
    await expectAccessible(page);

    await page.getByRole('combobox', { name: 'Earlier run' }).click();
    await page.getByRole('option', { name: /passed/ }).click();
    await page.getByRole('table', { name: 'Compare two runs' }).getByText('broken since').waitFor();
    await expectAccessible(page);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JUnit' }).click();
    expect(await readFile(await (await downloading).path(), 'utf8')).toMatch(
      /<testsuite name="keys" tests="1" failures="1"/,
    );

    await page.getByRole('button', { name: 'More for this suite' }).click();
    await page.getByRole('menuitem', { name: 'Remove the suite…' }).click();
    await page.getByRole('button', { name: 'Remove the suite', exact: true }).click();
    await page.getByRole('heading', { name: 'No suites yet' }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
