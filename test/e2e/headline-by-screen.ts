/**
 * The headline journey by screen, the same in a browser and in the desktop window: a real provider refuses the key, the
 * person opens the failed request, runs the experiment that proves why, presses the fix and sees the request answered.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Journey, MODEL, PRESETS } from '../support/headline-journeys.ts';
import type { ServerDialect } from '../support/provider-servers/accounts.ts';
import type { ProviderServer } from '../support/provider-servers/start-provider-server.ts';

/** A running gateway as a script of its owner reaches it: for what the person had set up before the failure. */
export interface Owner {
  readonly url: string;
  api<T>(at: string, body?: unknown, method?: string): Promise<T>;
}

const FIX_BUTTONS: Readonly<Record<string, (name: string) => string>> = {
  'replace-key': (name) => `Put in a new key for ${name}`,
  'edit-provider-headers': (name) => `Correct the extra headers of ${name}`,
};

const EXPERIMENTS: Readonly<Record<string, RegExp>> = {
  'other-key': /with another key/,
  'without-organisation-header': /without the organisation’s headers/,
};

/** Sets up the provider with the bad key, makes the request fail, and leads the page from there to the green replay. */
export async function mendByScreen(page: Page, owner: Owner, server: ProviderServer, journey: Journey): Promise<void> {
  const [slug = ''] = journey.what.split(' ');
  const provider = `p-${slug}`;
  const name = `House ${slug}`;
  const badKey = journey.bad(server);
  const headers = (journey.headers ?? []).map((line) => line.split(': ') as [string, string]);
  await owner.api('/providers', {
    id: provider,
    name,
    preset: PRESETS[journey.dialect],
    baseUrl: server.url,
    headers: Object.fromEntries(headers),
  });
  await owner.api('/keys', { provider, secret: badKey, check: false });
  await owner.api('/apps', { name: `script-${slug}` });
  const { key: gatewayKey } = await owner.api<{ key: string }>('/gateway-keys', { app: `script-${slug}` });
  const ask = () => askModel(owner.url, gatewayKey, journey.dialect, provider);
  expect((await ask()).ok).toBe(false);
  // Another key of the same provider is what lets an experiment tell this key's fault from anybody else's.
  if (journey.probe === 'other-key')
    await owner.api('/keys', { provider, label: 'spare', secret: server.key('valid'), check: false });

  await page.getByRole('navigation').getByRole('link', { name: 'Requests' }).click();
  await page
    .getByRole('option')
    .filter({ hasText: `script-${slug}` })
    .first()
    .click();
  const certainty = page.getByText(journey.cause, { exact: true }).first();
  await certainty.waitFor();
  await page.getByText(/^(?:Likely|Possible)$/).waitFor();
  await picture(page, `${slug}-1-explained`);

  const experiment = page
    .getByRole('listitem')
    .filter({ hasText: EXPERIMENTS[journey.probe] as RegExp })
    .first();
  await experiment.getByRole('button', { name: /^Run/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Run this test?' });
  await dialog.or(experiment.getByText('Confirms it')).first().waitFor();
  if (await dialog.isVisible()) await dialog.getByRole('button', { name: 'Run it' }).click();
  await experiment.getByText('Confirms it').waitFor();
  await page.getByText('Proven', { exact: true }).waitFor();
  await certainty.waitFor();
  await picture(page, `${slug}-2-proven`);

  const title = (FIX_BUTTONS[journey.fix] as (name: string) => string)(name);
  await page.getByRole('button', { name: title }).click();
  const panel = page.getByRole('form', { name: title });
  const apply = panel.getByRole('button', { name: 'Do it and send again' });
  await apply.waitFor();
  // A second good key, as a provider's page would issue one: the spare is stored already.
  const secret = server.key('other-account');
  if (journey.secret) await panel.getByRole('textbox').fill(secret);
  await picture(page, `${slug}-3-fix`);
  await apply.click();
  await page.getByText('Sent again: answered 200.').waitFor();
  await picture(page, `${slug}-4-mended`);
  for (const text of [badKey, secret, server.key('valid')]) expect(await page.content()).not.toContain(text);

  await page.getByRole('link', { name: 'See that run' }).click();
  await page.getByRole('heading', { name: /Answered/ }).waitFor();
  await page.getByText('replay', { exact: true }).first().waitFor();
  await picture(page, `${slug}-5-replay`);
  expect((await ask()).status).toBe(200);
}

/** What an unmodified client of that maker sends. */
async function askModel(url: string, gatewayKey: string, dialect: ServerDialect, provider: string) {
  const model = `${provider}/${MODEL[dialect]}`;
  const gemini = dialect === 'gemini';
  const answer = await fetch(`${url}${gemini ? `/v1beta/models/${model}:generateContent` : '/v1/chat/completions'}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gatewayKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(
      gemini
        ? { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }
        : { model, messages: [{ role: 'user', content: 'Hello' }] },
    ),
  });
  await answer.arrayBuffer();
  return answer;
}

/** For a person to look at, where KEYWARD_PICTURES names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.KEYWARD_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const where = page.url().startsWith('app:') ? 'window' : 'browser';
  await page.screenshot({ path: path.join(folder, `${where}-${name}.png`) });
}

/** The providers that the five journeys need. */
export const JOURNEY_DIALECTS = ['openai', 'gemini'] as const satisfies readonly ServerDialect[];
