/** Settings › Import, on a running gateway: a file is looked at, nothing changes, then it is taken over. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';
const SECRET = 'sk-canary0123456789abcdef0123456789ab';
const OTHER_SECRET = 'sk-proj-Wq3vN8sLx2Rt7Yb5Kd0Hf6Jm9Pc4Za1';

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

  it('comes in by a drop with its keys sealed: a wrong passphrase is said, the right one brings them', async () => {
    const other = await serve();
    try {
      await other.api('/keys', { provider: 'openai', secret: OTHER_SECRET, label: 'from afar', check: false });
      const { content } = await other.api<{ content: string }>('/config/export', { passphrase: 'open sesame' });
      expect(content).not.toContain(OTHER_SECRET);
      const { page, faults } = await gateway.open(browser, 'settings?section=import');
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      await drag(page, ['one.json', 'two.json'], content);
      await page.getByRole('alert').getByText('Drop one file at a time.').waitFor();
      await drag(page, ['elsewhere.json'], content, 'over');
      await page.getByText('A configuration: Keyward, LiteLLM').waitFor();
      await drag(page, ['elsewhere.json'], content);
      await page.getByText('A configuration of Keyward. Nothing is changed yet.').waitFor();
      const passphrase = page.getByLabel('Passphrase of the file', { exact: true });
      await passphrase.fill('open barley');
      await page.keyboard.press('Enter');
      await page
        .getByRole('alert')
        .getByText(/passphrase/i)
        .first()
        .waitFor();
      await expectAccessible(page);
      await passphrase.fill('open sesame');
      await page.keyboard.press('Enter');
      await passphrase.waitFor({ state: 'detached' });
      await page
        .getByRole('list', { name: 'What the file holds' })
        .getByText(`…${OTHER_SECRET.slice(-4)}`)
        .waitFor();
      const before = await gateway.api<{ label: string }[]>('/keys', undefined, 'GET');
      expect(before.map(({ label }) => label)).not.toContain('from afar');
      await page.getByRole('button', { name: 'Import this' }).click();
      await page.getByText('A configuration of Keyward: imported.').waitFor();
      const after = await gateway.api<{ label: string; lastFour: string }[]>('/keys', undefined, 'GET');
      expect(after).toContainEqual(expect.objectContaining({ label: 'from afar', lastFour: OTHER_SECRET.slice(-4) }));
      expect(await page.content()).not.toContain(OTHER_SECRET);
      // The secret itself came along, not only its row: it goes out sealed again, and not without a passphrase.
      expect((await gateway.api<{ content: string }>('/config/export', {})).content).not.toContain(OTHER_SECRET);
      // A file dropped afterwards is not opened with the passphrase of the one before.
      await drag(page, ['elsewhere.json'], content);
      await passphrase.waitFor();
      expect(await passphrase.inputValue()).toBe('');
      expect(faults.filter((fault) => !fault.startsWith('Failed to load resource'))).toEqual([]);
      await page.context().close();
    } finally {
      await other.close();
    }
  });

  it('takes dropped text, and says in a sentence what is no configuration', async () => {
    const { page } = await gateway.open(browser, 'settings?section=import');
    await page.getByRole('button', { name: 'Choose a file' }).waitFor();
    await drag(page, [], `MISTRAL_API_KEY=${SECRET}\n`);
    await page.getByText('A file of environment variables. Nothing is changed yet.').waitFor();
    await drag(page, ['photo.bin'], '\u0000\u0001');
    await page.getByRole('alert').getByText('The file is binary, so it is no configuration.').waitFor();
    expect(await page.getByRole('list', { name: 'What the file holds' }).count()).toBe(0);
    await expectAccessible(page);
    await page.context().close();
  });
});

/** What a drag from the desktop does: enter, over, drop; files in hand, or text where there are none. */
async function drag(page: Page, names: readonly string[], content: string, until: 'over' | 'drop' = 'drop') {
  await page.evaluate(
    ([fileNames, text, last]) => {
      const data = new DataTransfer();
      for (const name of fileNames) data.items.add(new File([text], name));
      if (fileNames.length === 0) data.setData('text/plain', text);
      for (const type of ['dragenter', 'dragover', ...(last === 'drop' ? ['drop'] : [])])
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
    },
    [names, content, until] as const,
  );
}
