/** The debugger on a running gateway: steps, breakpoints, branches, edits, modes, and what a reload keeps. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';

describe.skipIf(!executable)(executable ? 'the debugger' : `the debugger: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;

  beforeAll(async () => {
    [browser, gateway] = await Promise.all([launchBrowser(executable as string), serve()]);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  });

  const practise = async (model: string) =>
    (await gateway.api<{ capture: string }>('/practice/try', { model })).capture;

  it('turns a red request green by an edit, shows both side by side, and keeps it over a reload', async () => {
    const { page, faults } = await gateway.open(browser, `requests/${await practise('bad-request-parameter')}`);
    await page.getByRole('heading', { name: /Invalid parameter/ }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Replay: Invalid parameter' }).waitFor();
    await expectAccessible(page);

    await page.keyboard.press('f');
    const body = page.getByRole('textbox', { name: 'Body' });
    await body.waitFor();
    await expectAccessible(page);
    await body.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{"model": "practice/ok", "messages": [');
    await page.getByText(/This is no JSON/).waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('{"model": "practice/ok", "messages": [{"role": "user", "content": "hello"}]}');
    await page.getByText('Valid JSON').waitFor();
    await page.getByRole('button', { name: 'Apply and run the steps' }).click();
    await page.getByText('So far it would go well. Nothing was sent.').waitFor();
    await page.getByRole('table', { name: 'Difference from the original' }).getByText('practice/ok').first().waitFor();

    await page.getByText('Live', { exact: true }).click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Send it' }).click();
    await page.getByText('It failed as recorded, and answers with this change.').waitFor();
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Answer' }).waitFor();
    await page.getByRole('table', { name: 'Request: Body' }).getByText('practice/ok').waitFor();
    await expectAccessible(page);

    await page.reload();
    await page.getByText('It failed as recorded, and answers with this change.').waitFor();
    await page.getByRole('table', { name: 'Answer: Body' }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('steps, sets a breakpoint and runs on to it with the keyboard alone', async () => {
    const { page, faults } = await gateway.open(browser, `requests/${await practise('ok')}/replay`, {
      viewport: { width: 900, height: 600 },
      colorScheme: 'dark',
    });
    await page.getByText('step 6 of 6').waitFor();
    await page.keyboard.press('p');
    await page.getByText('step 5 of 6').waitFor();
    await page.keyboard.press('n');
    await page.getByText('step 6 of 6').waitFor();
    await page.getByRole('button', { name: 'Back to the first step' }).click();
    await page.getByText('step 1 of 6').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'Authorize' }).waitFor();
    await page.getByText('step 1 of 6').waitFor();
    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'Breakpoint at Authorize', pressed: true }).waitFor();
    await page.keyboard.press('c');
    await page.getByText('step 3 of 6').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('t');
    await page.getByText('step 4 of 6').waitFor();
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('button', { name: 'Breakpoint at Authorize', pressed: true }).waitFor();
    await page.getByText('step 3 of 6').waitFor();
    // 900 × 600 at 200 % zoom.
    await page.setViewportSize({ width: 450, height: 300 });
    for (const key of ['f', 'd']) {
      await page.keyboard.press(key);
      await page.getByRole('button', { name: 'Branch 1 dry run' }).waitFor();
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(over, key).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('serves the recorded answer again without sending anything, and compares branches with each other', async () => {
    const { page, faults } = await gateway.open(browser, `requests/${await practise('key-revoked:as=openai')}/replay`);
    await page.getByText('Recorded', { exact: true }).click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Serve the recorded answer' }).click();
    await page.getByText('It still fails.').waitFor();
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.getByRole('textbox', { name: 'Model' }).fill('practice/echo');
    await page.getByRole('button', { name: 'Apply and run the steps' }).click();
    await page
      .getByText(/The recorded answer is|So far/)
      .first()
      .waitFor();
    await page.getByText('Compare', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Left side' }).click();
    await page.getByRole('option', { name: 'Branch 1' }).click();
    await page.getByRole('table', { name: 'Request: Body' }).getByText('practice/echo').waitFor();
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('says in a sentence why something cannot be replayed, and what to do', async () => {
    const { page } = await gateway.open(browser, `requests/${await practise('ok')}/replay`);
    await page.getByText('step 6 of 6').waitFor();
    await page.keyboard.press('f');
    await page.getByRole('textbox', { name: 'URL' }).fill('not a path');
    await page.getByRole('button', { name: 'Apply and run the steps' }).click();
    await page.getByRole('alert').getByText('The URL must be a path such as /v1/chat/completions.').waitFor();
    await page.getByRole('alert').getByText('Give the path, and the query if there is one.').waitFor();
    await page.context().close();
  });
});
