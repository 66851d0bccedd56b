/**
 * The procedures of the control interface over HTTP. Loaded with the first call or the first look at the screens: it is
 * a quarter of the memory of a gateway that only forwards, and a third of the time that it takes to start.
 */
import { OpenAPIHandler } from '@orpc/openapi/node';
import type { ControlContext } from './implementer.ts';
import { errorWording, routerOf } from './router.ts';
import type { ControlDeps } from './services.ts';

export type ControlApi = OpenAPIHandler<ControlContext>;

export function createControlApi(deps: ControlDeps): ControlApi {
  return new OpenAPIHandler<ControlContext>(routerOf(deps), { clientInterceptors: [errorWording(deps)] });
}
