/** A translated stream on the screens: what it lost, field by field, and its events one at a time, light and dark. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';
const CHUNK = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const STREAM = `${[{ role: 'assistant', content: 'Grüße, ' }, { content: '世界!' }, {}]
  .map((delta, index) => ({ ...CHUNK, choices: [{ index: 0, delta, finish_reason: index === 2 ? 'stop' : null }] }))
  .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  .join('')}data: [DONE]\n\n`;

interface Step {
  stage: string;
  output?: { ledger?: { on?: string; path: string; action: string; why: string }[] };
}

describe.skipIf(!executable)(executable ? 'a translated stream' : `a translated stream: ${reason}`, () => {
  let browser: Browser;
  let gateway: Served;
  let provider: Server;
  let capture: string;

  beforeAll(async () => {
    provider = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(STREAM);
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    [browser, gateway] = await Promise.all([launchBrowser(executable as string), serve()]);
    const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
    await gateway.api('/providers', { id: 'mistral', preset: 'mistral', baseUrl });
    await gateway.api('/keys', { provider: 'mistral', secret: 'mistral0123456789abcdefABCDEF0123', check: false });
    await gateway.api('/apps', { name: 'agent' });
    const { key } = await gateway.api<{ key: string }>('/gateway-keys', { app: 'agent' });
    const answer = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'mistral/mistral-large-latest',
        max_tokens: 50,
        stream: true,
        top_k: 5,
        thinking: { type: 'disabled' },
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
    expect(await answer.text()).toContain('message_stop');
    capture = answer.headers.get('x-keyward-capture') ?? '';
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    provider?.close();
  });

  it.each(['light', 'dark'] as const)('shows its ledger and steps through its events, %s', async (colorScheme) => {
    const { page, faults } = await gateway.open(browser, `requests/${capture}`, { colorScheme });
    await page.getByRole('tab', { name: 'Steps' }).click();
    const translate = page.getByText(/^Translated from anthropic-messages to openai-chat/).first();
    await translate.click();
    const ledger = page.getByRole('table', { name: 'What could not be carried as it was' });
    await ledger.getByRole('rowheader', { name: 'top_k' }).waitFor();
    await ledger.getByRole('rowheader', { name: 'thinking' }).waitFor();
    const events = page.getByRole('region', { name: 'The stream, event by event' });
    await events.getByText(/^Event 1 of \d+$/).waitFor();
    await events.getByRole('button', { name: 'Next event' }).click();
    await events.getByText(/^Event 2 of \d+$/).waitFor();
    await events.getByText(/世界/).first().waitFor();
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('says in a replay what each field became and why, %s', async (colorScheme) => {
    const { page, faults } = await gateway.open(browser, `requests/${capture}/replay`, { colorScheme });
    await page
      .getByRole('button', { name: /^Translate/ })
      .first()
      .click();
    const ledger = page.getByRole('table', { name: 'What could not be carried as it was' });
    const row = (field: string) =>
      ledger.getByRole('row').filter({ has: page.getByRole('rowheader', { name: field }) });
    const { steps } = await gateway.api<{ steps: Step[] }>(`/captures/${capture}`, undefined, 'GET');
    const losses = steps.flatMap(({ stage, output }) => (stage === 'translate' ? (output?.ledger ?? []) : []));
    const ofRequest = losses.filter(({ on }) => on !== 'answer');
    expect(ofRequest.map(({ path }) => path)).toEqual(expect.arrayContaining(['top_k', 'thinking']));
    for (const { path, action, why } of ofRequest) await row(path).getByText(`${action}: ${why}`).first().waitFor();
    await expectAccessible(page);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
