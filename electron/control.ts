import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract, LiveEvent } from '../gateway/control/contract/index.ts';

export type ControlClient = ContractRouterClient<Contract>;

/** The shell's own client: the same contract over the same kind of port as a window's, within this process. */
export async function controlClient(
  attachPort: (port: MessageChannel['port1']) => Promise<void>,
): Promise<ControlClient> {
  const { port1, port2 } = new MessageChannel();
  await attachPort(port1);
  port1.start();
  port2.start();
  // Neither end may keep a process alive that wants to quit.
  port1.unref();
  port2.unref();
  return createORPCClient(new RPCLink({ port: port2 }));
}

/** Calls back for everything that happens, until the gateway stops. Resolves then; rejects if the stream breaks. */
export async function followLive(client: ControlClient, onEvent: (event: LiveEvent) => void): Promise<void> {
  for await (const event of await client.status.live()) onEvent(event);
}
