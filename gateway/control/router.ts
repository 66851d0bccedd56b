/** The control interface as one router: every resource of the contract, over the services it is given. */
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient, type Router } from '@orpc/server';
import { appProcedures } from './apps.ts';
import { cacheProcedures } from './cache.ts';
import { captureProcedures, explainProcedures } from './captures.ts';
import { configProcedures } from './config.ts';
import { connectProcedures } from './connect.ts';
import type { Contract } from './contract/index.ts';
import { experimentProcedures } from './experiments.ts';
import { fixProcedures } from './fixes.ts';
import { gatewayKeyProcedures } from './gateway-keys.ts';
import { type ControlContext, os } from './implementer.ts';
import { keyProcedures } from './keys.ts';
import { limitProcedures } from './limits.ts';
import { modelProcedures } from './models.ts';
import { practiceProcedures } from './practice.ts';
import { toControlError } from './problem.ts';
import { presetProcedures, providerProcedures } from './providers.ts';
import { replayProcedures } from './replay.ts';
import { routeProcedures } from './routes.ts';
import type { ControlDeps } from './services.ts';
import { settingsProcedures } from './settings.ts';
import { statusProcedures } from './status.ts';
import { suiteProcedures } from './suites.ts';
import { transferProcedures } from './transfer.ts';
import { transformProcedures } from './transforms.ts';
import { usageProcedures } from './usage.ts';
import { vaultProcedures } from './vault.ts';

function createRouter(deps: ControlDeps): ControlRouter {
  return os.router({
    status: statusProcedures(deps),
    presets: presetProcedures(),
    providers: providerProcedures(deps),
    keys: keyProcedures(deps),
    apps: appProcedures(deps),
    gatewayKeys: gatewayKeyProcedures(deps),
    routes: routeProcedures(deps),
    transforms: transformProcedures(deps),
    limits: limitProcedures(deps),
    cache: cacheProcedures(deps),
    models: modelProcedures(deps),
    captures: captureProcedures(deps),
    experiments: experimentProcedures(deps),
    replay: replayProcedures(deps),
    fixes: fixProcedures(deps, (actor) => controlClient(deps, actor)),
    explain: explainProcedures(),
    practice: practiceProcedures(deps),
    connect: connectProcedures(deps),
    transfer: transferProcedures(deps),
    config: configProcedures(deps),
    suites: suiteProcedures(deps),
    usage: usageProcedures(deps),
    vault: vaultProcedures(deps),
    settings: settingsProcedures(deps),
  });
}
export type ControlRouter = Router<Contract, ControlContext>;

/** Words every error for the caller; the same over every transport. */
export function errorWording(deps: Pick<ControlDeps, 'onFault'>) {
  return async <T>({ next }: { next: () => Promise<T> }): Promise<T> => {
    try {
      return await next();
    } catch (error) {
      throw toControlError(error, deps.onFault);
    }
  };
}

/** The contract as calls, over whichever transport. */
export type ControlClient = ContractRouterClient<Contract>;

const routers = new WeakMap<ControlDeps, ControlRouter>();

/** One router for all transports over the same services: some of it remembers (tries at a passphrase, the practice key). */
export function routerOf(deps: ControlDeps): ControlRouter {
  let router = routers.get(deps);
  if (!router) {
    router = createRouter(deps);
    routers.set(deps, router);
  }
  return router;
}

/** Calls the control interface in this process, as that actor. */
export function controlClient(deps: ControlDeps, actor: ControlContext['actor']): ControlClient {
  return createRouterClient(routerOf(deps), { context: { actor }, interceptors: [errorWording(deps)] });
}
