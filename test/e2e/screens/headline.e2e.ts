/** The headline journey in a browser: five ways in which a key stops working, each proven, mended and seen to work. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOURNEYS } from '../../support/headline-journeys.ts';
import type { ServerDialect } from '../../support/provider-servers/accounts.ts';
import { type ProviderServer, startProviderServer } from '../../support/provider-servers/start-provider-server.ts';
import { findBrowser, launchBrowser } from '../../support/screens-fixture/browser.ts';
import { JOURNEY_DIALECTS, mendByScreen } from '../headline-by-screen.ts';
import { expectAccessible, type Served, serve } from './serve.ts';

const executable = findBrowser();
const reason = 'skipped, because there is no Chromium';

/** The journeys share out the looks that the screens must hold in. */
const LOOKS: readonly BrowserContextOptions[] = [
  { colorScheme: 'light' },
  { colorScheme: 'dark' },
  { colorScheme: 'light', viewport: { width: 900, height: 600 } },
  { colorScheme: 'dark', viewport: { width: 900, height: 600 } },
  { colorScheme: 'light' },
];

describe.skipIf(!executable)(executable ? 'the headline journey' : `the headline journey: ${reason}`, () => {
  const servers = new Map<ServerDialect, ProviderServer>();
  let browser: Browser;
  let gateway: Served;

  beforeAll(async () => {
    [browser, gateway] = await Promise.all([launchBrowser(executable as string), serve()]);
    for (const dialect of JOURNEY_DIALECTS) servers.set(dialect, await startProviderServer({ dialect }));
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    for (const server of servers.values()) await server.close();
  });

  it.each(JOURNEYS.map((journey, index) => ({ ...journey, look: LOOKS[index] ?? {} })))(
    'a key that is $what is proven to be the cause, mended, and seen to work',
    async ({ look, ...journey }) => {
      const { page, faults } = await gateway.open(browser, '', look);
      await mendByScreen(page, gateway, servers.get(journey.dialect) as ProviderServer, journey);
      await expectAccessible(page);
      expect(faults).toEqual([]);
      await page.context().close();
    },
  );
});
