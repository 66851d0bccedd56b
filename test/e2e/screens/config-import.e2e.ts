/** Settings › Import, on a running gateway: a file is looked at, nothing changes, then it is taken over. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';
const SECRET = 'sk-canary0123456789abcdef0123456789ab';

describe.skipIf(!executable)(executable ? 'a configuration comes in' : `a configuration comes in: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;
  beforeAll(async () => {
    [gateway, browser] = await Promise.all([serve(), launchBrowser(executable as string)]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  it('is shown first, without its secrets, and taken over by a press', { timeout: 120_000 }, async () => {
    const { page, faults } = await gateway.open(browser, 'settings?section=import');
    const yaml = `model_list:\n  - model_name: smart\n    litellm_params: {model: deepseek/deepseek-chat, api_key: ${SECRET}}\ngeneral_settings: {master_key: x}\n`;
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'config.yaml', mimeType: 'text/yaml', buffer: Buffer.from(yaml) });
    await page.getByText('A configuration of LiteLLM. Nothing is changed yet.').waitFor();
    expect(await gateway.api('/routes', undefined, 'GET')).toEqual([]);
    const items = page.getByRole('list', { name: 'What the file holds' });
    expect(await items.innerText()).toContain(SECRET.slice(-4));
    await page.getByText('One thing is not taken over').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Import this' }).click();
    await page.getByText('A configuration of LiteLLM: imported.').waitFor();
    expect(await page.content()).not.toContain(SECRET);
    expect(await gateway.api('/routes', undefined, 'GET')).toMatchObject([
      { name: 'smart', targets: [{ provider: 'deepseek', model: 'deepseek-chat' }] },
    ]);
    expect(faults).toEqual([]);
  });
});
