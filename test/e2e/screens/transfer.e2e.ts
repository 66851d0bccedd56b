/** Requests in and out, on a running gateway: drop, paste, dialog, menu. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';

const HAR = JSON.stringify({
  log: {
    version: '1.2',
    creator: { name: 'a proxy', version: '1' },
    entries: [
      {
        startedDateTime: '2026-01-31T10:00:00.000Z',
        time: 120,
        request: {
          method: 'POST',
          url: 'https://api.openai.com/v1/chat/completions',
          httpVersion: 'HTTP/1.1',
          headers: [{ name: 'content-type', value: 'application/json' }],
          queryString: [],
          cookies: [],
          headersSize: -1,
          bodySize: -1,
          postData: { mimeType: 'application/json', text: '{"model":"gpt-5","messages":[]}' },
        },
        response: {
          status: 401,
          statusText: 'Unauthorized',
          httpVersion: 'HTTP/1.1',
          headers: [{ name: 'content-type', value: 'application/json' }],
          cookies: [],
          content: {
            size: 0,
            mimeType: 'application/json',
            text: '{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","code":"invalid_api_key"}}',
          },
          redirectURL: '',
          headersSize: -1,
          bodySize: -1,
        },
        cache: {},
        timings: { send: 1, wait: 100, receive: 19 },
      },
    ],
  },
});

/** What a drag from the desktop does: enter, over, drop, with a file in hand. */
async function drag(page: Page, name: string, content: string, drop = true) {
  await page.evaluate(
    ([fileName, text, last]) => {
      const data = new DataTransfer();
      data.items.add(new File([text as string], fileName as string));
      for (const type of ['dragenter', 'dragover', ...(last ? ['drop'] : [])]) {
        document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
      }
    },
    [name, content, drop] as const,
  );
}

describe.skipIf(!executable)(executable ? 'import and export' : `import and export: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;

  beforeAll(async () => {
    [browser, gateway] = await Promise.all([launchBrowser(executable as string), serve()]);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  it('takes a dropped HAR and explains the failure in it', async () => {
    const { page, faults } = await gateway.open(browser, 'requests');
    await page.getByRole('button', { name: 'Import' }).first().waitFor();
    await drag(page, 'session.har', HAR, false);
    await page.getByText('Drop to import').waitFor();
    await drag(page, 'session.har', HAR);
    const dialog = page.getByRole('dialog', { name: 'Import requests' });
    await dialog.getByText('1 request imported.').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Explain the first failure' }).click();
    await page.getByRole('heading', { name: 'What was checked' }).waitFor();
    await page.getByText('imported', { exact: true }).first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('takes a curl command pasted anywhere on the requests, and says what it cannot read', async () => {
    const { page } = await gateway.open(browser, 'requests');
    await page.getByRole('button', { name: 'Import' }).first().waitFor();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'curl https://api.anthropic.com/v1/messages -d \'{"model":"claude-opus-4-5"}\'');
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }),
      );
    });
    const dialog = page.getByRole('dialog', { name: 'Import requests' });
    await dialog.getByText('1 request imported.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await drag(page, 'notes.txt', 'just some words');
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('textbox', { name: 'Or paste a cURL command' }).fill('curl');
    await dialog.getByRole('button', { name: 'Import it' }).click();
    await dialog.getByRole('alert').waitFor();
    await page.context().close();
  });

  it('saves picked requests as a bundle that opens again, and copies a curl command', async () => {
    for (const model of ['ok', 'key-expired']) await gateway.api('/practice/try', { model });
    const { page, faults } = await gateway.open(browser, 'requests', { acceptDownloads: true });
    await page
      .getByRole('option', { name: /practice\/ok/ })
      .first()
      .waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('2 requests selected').waitFor();
    await expectAccessible(page);
    await page.getByRole('region', { name: '2 requests selected' }).getByRole('button', { name: 'Export' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /Keyward bundle/ }).click();
    const saved = await readFile(await (await downloading).path());
    expect(saved.length).toBeGreaterThan(500);
    await page.getByText(/^Saved as /).waitFor();
    await page.keyboard.press('Escape');

    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Import' }).first().click();
    await page.getByRole('button', { name: 'Choose a file…' }).click();
    await (await chooser).setFiles({ name: 'two.keyward', mimeType: 'application/octet-stream', buffer: saved });
    await page.getByRole('dialog').getByText('2 requests imported.').waitFor();
    await page.getByText('The bundle is signed and unchanged.').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();

    await page
      .getByRole('option', { name: /practice\/ok/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Export this request' }).click();
    await page.getByRole('menuitem', { name: 'cURL command', exact: true }).click();
    await page.getByText('cURL command: copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl /m);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
