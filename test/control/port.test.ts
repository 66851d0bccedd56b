import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { attachControlPort } from '../../gateway/control/port.ts';
import type { ControlClient } from '../../gateway/control/router.ts';
import { type OpenControl, openControl } from './open-control.ts';

let control: OpenControl;
let channel: MessageChannel;
let client: ControlClient;

beforeEach(async () => {
  control = await openControl();
  channel = new MessageChannel();
  attachControlPort(control.deps, channel.port1);
  channel.port1.start();
  channel.port2.start();
  client = createORPCClient(new RPCLink({ port: channel.port2 }));
});
afterEach(async () => {
  channel.port1.close();
  await control.close();
});

it('answers over a MessagePort as over HTTP, and writes the change down as a screen’s', async () => {
  await client.apps.add({ name: 'script' });
  expect(await client.apps.list()).toEqual([expect.objectContaining({ name: 'script' })]);
  expect(await client.settings.audit({ limit: 1 })).toEqual([expect.objectContaining({ actor: 'screen' })]);
});

it('carries an error across the port as a code, a sentence and a next action', async () => {
  await expect(client.gatewayKeys.issue({ app: 'nobody' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    defined: true,
    message: 'There is no app "nobody" here.',
    data: { next: expect.stringContaining('keyward apps add') },
  });
  await expect(client.apps.add({ name: '' })).rejects.toMatchObject({ code: 'INVALID', defined: true });
});

it('streams what changes, and forgets a window that was closed', async () => {
  let listeners = 0;
  const { subscribe } = control.services.store;
  control.services.store.subscribe = (fn) => {
    listeners += 1;
    const end = subscribe.call(control.services.store, fn);
    return () => {
      listeners -= 1;
      end();
    };
  };
  const events = await client.status.live();
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(event.type);
    if (event.type === 'config') break;
    if (event.type === 'hello') void client.apps.add({ name: 'script' });
  }
  expect(seen).toEqual(['hello', 'config']);
  const again = await client.status.live();
  await again[Symbol.asyncIterator]().next();
  expect(listeners).toBeGreaterThan(0);
  channel.port2.close();
  await expect.poll(() => listeners).toBe(0);
});
