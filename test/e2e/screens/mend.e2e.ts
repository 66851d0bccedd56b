/** From a failure to its proof, its fix and a green replay, on a running gateway. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';

const REJECTION = {
  error: {
    message: 'Incorrect API key provided.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
};
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'small',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

describe.skipIf(!executable)(executable ? 'mending a failure' : `mending a failure: ${reason}`, () => {
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

  it('proves the cause by an experiment, carries the fix out and shows the green replay', async () => {
    const { page, faults } = await gateway.open(browser, `requests/${await practise('key-expired:as=anthropic')}`);
    await page.getByText('Likely', { exact: true }).waitFor();
    await page.getByText('nobody has tried it yet').waitFor();
    const test = page.getByRole('listitem').filter({ hasText: 'Send the same request with another key' });
    await test.getByText('Costs: nothing').waitFor();
    await test.getByRole('button', { name: /^Run/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Run this test?' });
    await dialog.or(test.getByText('Confirms it')).waitFor();
    if (await dialog.isVisible()) await dialog.getByRole('button', { name: 'Run it' }).click();
    await test.getByText('Confirms it').waitFor();
    await test.getByRole('link', { name: 'The changed run' }).waitFor();
    await page.getByText('Proven', { exact: true }).waitFor();
    await page.getByText('with only this one thing changed the request succeeds').waitFor();
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Put in a new key for Practice' }).click();
    await page.getByText('nothing stored changes').waitFor();
    await page.getByRole('button', { name: 'Do it and send again' }).click();
    await page.getByText('Sent again: answered 200.').waitFor();
    await page.getByRole('link', { name: 'See that run' }).click();
    await page.getByRole('heading', { name: /Answered/ }).waitFor();
    await page.getByText('replay', { exact: true }).first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('takes a revocation back, shows the answer, and revokes again on undo', async () => {
    await gateway.api('/apps', { name: 'night-job' });
    const issued = await gateway.api<{ id: string; key: string }>('/gateway-keys', { app: 'night-job', label: 'ci' });
    await gateway.api(`/gateway-keys/${issued.id}/revoke`, {});
    const refused = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${issued.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'practice/ok', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(refused.status).toBe(401);
    const capture = refused.headers.get('x-keyward-capture') as string;
    const { page, faults } = await gateway.open(browser, `requests/${capture}`, { colorScheme: 'dark' });
    await page.getByRole('button', { name: 'Take the revocation back' }).click();
    await page.getByRole('button', { name: 'Do it and send again' }).click();
    await page.getByText('Sent again: answered 200.').waitFor();
    await expectAccessible(page);
    const state = async () =>
      (await gateway.api<{ state: string }>(`/gateway-keys/${issued.id}`, undefined, 'GET')).state;
    expect(await state()).toBe('active');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect(await state()).toBe('revoked');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('takes a new key in a masked field, sends the request again with it, and keeps it nowhere in the page', async () => {
    const good = 'sk-house-0123456789abcdefghijGOOD';
    const provider = createServer((request, response) => {
      const ok = request.headers.authorization === `Bearer ${good}`;
      response.writeHead(ok ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(ok ? ANSWER : REJECTION));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
    await gateway.api('/providers', { id: 'house', name: 'House', baseUrl, dialect: 'openai-chat' });
    await gateway.api('/keys', { provider: 'house', secret: 'sk-house-0123456789abcdefghijDEAD', check: false });
    await gateway.api('/apps', { name: 'day-job' });
    const { key } = await gateway.api<{ key: string }>('/gateway-keys', { app: 'day-job' });
    const refused = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'house/small', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(refused.status).toBe(401);
    const { page, faults } = await gateway.open(browser, `requests/${refused.headers.get('x-keyward-capture')}`);
    await page.getByRole('button', { name: 'Put in a new key for House' }).click();
    const panel = page.getByRole('form', { name: 'Put in a new key for House' });
    const apply = panel.getByRole('button', { name: 'Do it and send again' });
    await apply.waitFor();
    expect(await apply.isDisabled()).toBe(true);
    const field = panel.getByRole('textbox');
    expect(await field.evaluate((element) => getComputedStyle(element).getPropertyValue('-webkit-text-security'))).toBe(
      'disc',
    );
    await field.fill(good);
    await apply.click();
    await page.getByText('Sent again: answered 200.').waitFor();
    expect(await page.content()).not.toContain(good);
    expect(faults).toEqual([]);
    await page.context().close();
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
  });

  it('finds the last time it worked and replays with the earlier value', async () => {
    await practise('ok');
    const { page, faults } = await gateway.open(browser, `requests/${await practise('model-not-found')}?tab=changes`);
    await page.getByText('Differences, most suspicious first').waitFor();
    await page.getByRole('link', { name: 'Open that request' }).waitFor();
    await expectAccessible(page);
    const model = page.getByRole('listitem').filter({ hasText: 'practice/ok' });
    await model.getByRole('button', { name: 'Replay with the earlier value' }).first().click();
    await page.getByText('So far it would go well. Nothing was sent.').waitFor();
    await page.getByRole('button', { name: 'Send it for real…' }).click();
    await page.getByRole('button', { name: 'Send it', exact: true }).first().click();
    await page.getByText('It failed as recorded, and answers with this change.').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
