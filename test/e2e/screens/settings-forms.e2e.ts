/** Settings that people fill in by words: limits, edits of requests, traces; on a running gateway, by the keyboard too. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';
const SECRET = 'mistral0123456789abcdefABCDEF0123';

describe.skipIf(!executable)(executable ? 'settings in words' : `settings in words: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;
  let provider: Server;
  let gatewayKey: string;
  const asked: Record<string, unknown>[] = [];
  const traced: string[] = [];

  beforeAll(async () => {
    provider = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      if (request.url === '/v1/traces') {
        traced.push(request.headers['content-type'] ?? '');
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
        return;
      }
      if (request.url !== '/v1/chat/completions') return void response.writeHead(404).end();
      asked.push(JSON.parse(body.toString('utf8')));
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          id: 'c1',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
        }),
      );
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    [browser, gateway] = await Promise.all([launchBrowser(executable as string), serve()]);
    const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
    await gateway.api('/providers', { id: 'mistral', preset: 'mistral', baseUrl });
    await gateway.api('/keys', { provider: 'mistral', secret: SECRET, label: 'work', check: false });
    await gateway.api('/apps', { name: 'notes' });
    ({ key: gatewayKey } = await gateway.api<{ key: string }>('/gateway-keys', { app: 'notes', label: 'laptop' }));
    await gateway.api(
      '/routes',
      { name: 'fast', targets: [{ provider: 'mistral', model: 'mistral-large-latest' }] },
      'PUT',
    );
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    provider?.close();
  });

  const ask = () =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gatewayKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'fast',
        temperature: 1,
        messages: [{ role: 'user', content: 'card 4111111111111111' }],
      }),
    });

  it('sets a limit, shows what is used beside it, refuses 0 in place and takes it away', async () => {
    const { page, faults } = await gateway.open(browser, 'settings?section=limits');
    await page.getByText('Nothing has a limit yet').waitFor();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Set limits of' }).click();
    await page.getByRole('option', { name: 'notes', exact: true }).click();
    await page.getByRole('button', { name: 'Set limits…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Limits of notes' });
    const perMinute = dialog.getByLabel('Requests a minute');
    await expect.poll(() => perMinute.evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.type('0');
    await dialog.getByText('A limit is above 0. Leave the field empty for no limit.').waitFor();
    expect(await perMinute.getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await perMinute.fill('2');
    await dialog.getByLabel('Dollars a day').pressSequentially('0.05');
    await dialog.getByLabel('Dollars a month').fill('0.01');
    await dialog.getByText('The month’s budget is smaller than the day’s').waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await gateway.api('/limits', undefined, 'GET')).toMatchObject([
      { of: 'app', limit: 'rpm', allowed: 2, used: 0 },
      { of: 'app', limit: 'budgetDayUsd', allowed: 0.05 },
      { of: 'app', limit: 'budgetMonthUsd', allowed: 0.01 },
    ]);

    for (const status of [200, 200, 429]) expect((await ask()).status).toBe(status);
    await page.getByRole('progressbar', { name: '2 of 2 requests a minute' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Change the limits of notes' }).click();
    await dialog.getByText('2 in the last minute').waitFor();
    for (const field of ['Requests a minute', 'Dollars a day', 'Dollars a month'])
      await dialog.getByLabel(field).fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('notes has no limits any more.').waitFor();
    await page.getByText('Nothing has a limit yet').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('limits a provider key where the key is, and a route where the route is', async () => {
    const { page, faults } = await gateway.open(browser, 'keys');
    await page.getByRole('button', { name: 'More actions for work' }).click();
    await page.getByRole('menuitem', { name: 'Limits…' }).click();
    const ofKey = page.getByRole('dialog', { name: /Limits of .*work/ });
    await ofKey.getByText('another key of the provider').waitFor();
    await ofKey.getByLabel('Requests at once').fill('4');
    await ofKey.getByRole('button', { name: 'Save' }).click();
    await page.getByText('0 of 4 requests at once').waitFor();
    await page.goto(`${gateway.url}/ui/providers`);
    await page.getByRole('button', { name: 'More actions for fast' }).click();
    await page.getByRole('menuitem', { name: 'Limits…' }).click();
    await page.getByRole('dialog', { name: 'Limits of fast' }).getByLabel('Tokens a minute').fill('50000');
    await page.keyboard.press('Enter');
    await page.getByText(/of 50,000 tokens a minute/).waitFor();
    await expectAccessible(page);
    await page.goto(`${gateway.url}/ui/settings?section=limits`);
    await page.getByRole('list', { name: 'Routes' }).getByText('fast').waitFor();
    await page.getByRole('list', { name: 'Provider keys' }).getByText(/work/).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('makes edits from words, shows each as a sentence, and the provider gets what they say', async () => {
    const { page, faults } = await gateway.open(browser, 'settings?section=edits');
    await page.getByRole('combobox', { name: 'Whose requests' }).click();
    await page.getByRole('option', { name: 'fast' }).click();
    await page.getByText('Nothing yet: requests go on as they came.').waitFor();
    const kind = page.getByRole('combobox', { name: 'What to do' });
    await page.getByLabel('Field').fill('temper ature');
    await page.getByText('Write a name like temperature').waitFor();
    await page.getByLabel('Field').fill('temperature');
    await page.getByLabel('Value').fill('0');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await kind.click();
    await page.getByRole('option', { name: 'Take out words that match a pattern' }).click();
    await page.getByLabel('Pattern').fill('[0-9]{16}');
    await page.getByLabel('Put in its place').fill('[card]');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const list = page.getByRole('list', { name: 'What is changed' });
    await list.getByText('Sets temperature to 0.').waitFor();
    await list.getByText('As a rule').first().click();
    await list.getByText('set /temperature = 0').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The edits hold from the next request on.').waitFor();
    await ask();
    expect(asked.at(-1)).toMatchObject({ temperature: 0, messages: [{ content: 'card [card]' }] });

    // What the gateway will not edit it says at the form, and nothing is lost.
    await kind.click();
    await page.getByRole('option', { name: 'Set a header', exact: true }).click();
    await page.getByLabel('Header', { exact: true }).fill('authorization');
    await page.getByLabel('Value').fill('x');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('carries a credential').waitFor();
    await page.getByRole('button', { name: /^Remove: Sets the header authorization/ }).click();
    await page.getByRole('button', { name: /^Remove: Sets temperature/ }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(async () => {
        const rows = await gateway.api<{ id: string; transform: unknown }[]>('/transforms', undefined, 'GET');
        return rows.find(({ id }) => id === 'fast')?.transform;
      })
      .toMatchObject({ headers: [], body: [], redact: [{ pattern: '[0-9]{16}', with: '[card]' }] });
    expect(faults).toEqual([expect.stringContaining('400')]);
    await page.context().close();
  });

  it('switches traces on, refuses an address that is none in place, and a trace arrives', async () => {
    const { page, faults } = await gateway.open(browser, 'settings?section=tracing');
    const address = page.getByLabel('Address of the collector');
    expect(await address.isDisabled()).toBe(true);
    await page.getByRole('switch', { name: 'Send a trace of each request' }).check({ force: true });
    await address.fill('ftp://collector');
    await page.getByText('An address begins with http:// or https://').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    await address.fill(url);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`Traces go to ${url}.`).waitFor();
    await ask();
    await expect.poll(() => traced.length, { timeout: 30_000 }).toBeGreaterThan(0);
    await page.getByRole('switch', { name: 'Send a trace of each request' }).uncheck({ force: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`Traces go to ${url}.`).waitFor({ state: 'detached' });
    expect(await gateway.api('/settings', undefined, 'GET')).toMatchObject({ tracing: { otlpUrl: null } });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('asks for what a provider needs besides its key, says what for, and says why it lists no models', async () => {
    const { page, faults } = await gateway.open(browser, 'keys?add=watsonx');
    const dialog = page.getByRole('dialog', { name: 'Add a key' });
    await dialog.getByText('A project or a deployment space is needed').waitFor();
    await dialog.getByRole('combobox', { name: /^Region/ }).click();
    await page.getByRole('option', { name: 'eu-de' }).click();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.goto(`${gateway.url}/ui/providers?edit=mistral`);
    await page
      .getByRole('dialog', { name: /^Edit / })
      .getByLabel('Base URL')
      .waitFor();
    await page.goto(`${gateway.url}/ui/providers`);
    // The server of this test lists no models: it answers 404.
    await page.getByRole('button', { name: /^More actions for Mistral/ }).click();
    await page.getByRole('menuitem', { name: 'Ask for its models' }).click();
    await page.getByText(/^It has not said which models it has\. .+/).waitFor();
    await page.getByRole('link', { name: 'See why' }).click();
    await page.getByRole('heading', { name: 'What was checked' }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
