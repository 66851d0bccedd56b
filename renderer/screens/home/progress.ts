/** How far a newcomer has come. Pure. */
import type { GatewayKeyRow, Status } from '../../../gateway/control/contract/index.ts';

export interface Progress {
  readonly tried: boolean;
  readonly keys: number;
  /** Apps with a gateway key of their own; the key that *Try it* uses, good for practice only, is nobody's app. */
  readonly apps: number;
  readonly done: boolean;
}

export function progress(counts: Status['counts'], gatewayKeys: readonly GatewayKeyRow[]): Progress {
  const own = gatewayKeys.filter((key) => key.scope.providers?.join() !== 'practice');
  const apps = new Set(own.map((key) => key.appId)).size;
  const tried = counts.captures > 0;
  return { tried, keys: counts.keys, apps, done: tried && counts.keys > 0 && apps > 0 };
}
