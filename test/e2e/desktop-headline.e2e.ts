/** The headline journey in the desktop window: the same five ways as in a browser, in one launched app. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOURNEYS } from '../support/headline-journeys.ts';
import type { ServerDialect } from '../support/provider-servers/accounts.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';
import { JOURNEY_DIALECTS, mendByScreen, type Owner } from './headline-by-screen.ts';
import { because, type LaunchedDesktop, launchDesktop, noDesktop } from './launch-desktop.ts';

describe.skipIf(noDesktop)(`the headline journey in the desktop window${because(noDesktop)}`, () => {
  const servers = new Map<ServerDialect, ProviderServer>();
  const complaints: string[] = [];
  let desktop: LaunchedDesktop;
  let owner: Owner;

  beforeAll(async () => {
    desktop = await launchDesktop();
    desktop.page.on('pageerror', (error) => complaints.push(error.message));
    desktop.page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    for (const dialect of JOURNEY_DIALECTS) servers.set(dialect, await startProviderServer({ dialect }));
    await desktop.page.getByRole('main').waitFor();
    owner = ownerOf(desktop.home);
    const vault = await owner.api<{ state: string }>('/vault', undefined, 'GET');
    // Without a real keychain nothing is sealed before the person has agreed to the weak one.
    if (vault.state === 'empty') await owner.api('/vault/accept-weak');
  });
  afterAll(async () => {
    await desktop?.close();
    for (const server of servers.values()) await server.close();
  });

  it.each(JOURNEYS)('a key that is $what is proven to be the cause, mended, and seen to work', async (journey) => {
    await mendByScreen(desktop.page, owner, servers.get(journey.dialect) as ProviderServer, journey);
    expect(complaints).toEqual([]);
  });
});

function ownerOf(home: string): Owner {
  const { url, token } = JSON.parse(readFileSync(path.join(home, 'instance.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  return {
    url,
    async api<T>(at: string, body?: unknown, method = 'POST') {
      const answer = await fetch(`${url}/api${at}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
  };
}
