import { RPCHandler } from '@orpc/server/message-port';
import type { ControlContext } from './implementer.ts';
import { errorWording, routerOf } from './router.ts';
import type { ControlDeps } from './services.ts';

/** A port as Electron's main process, Node and browsers have them. */
export type ControlPort = Parameters<RPCHandler<ControlContext>['upgrade']>[0];

/**
 * Serves the control interface on one end of a MessagePort, for as long as the port is open. Whoever was handed the
 * other end may do everything: choosing whom is the caller's.
 */
export function attachControlPort(
  deps: ControlDeps,
  port: ControlPort,
  actor: ControlContext['actor'] = 'screen',
): void {
  const handler = new RPCHandler<ControlContext>(routerOf(deps), { clientInterceptors: [errorWording(deps)] });
  handler.upgrade(port, { context: { actor } });
}
