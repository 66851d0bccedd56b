/**
 * Which of Replicate's three addresses creates a run of a model: official models by their name, all others by their
 * version, deployments of one's own. Source: replicate.com/docs/topics/predictions/create-a-prediction. Pure.
 */
import type { Endpoint } from '../exchange.ts';

const DEPLOYMENTS = 'deployments/';

/** `owner/name:version`, or a version alone; the version goes into the body. */
export function versionOf(model: string): string | undefined {
  return /(?:^|:)([0-9a-f]{64})$/.exec(model)?.[1] ?? /^[^/:]+\/[^/:]+:(.+)$/.exec(model)?.[1];
}

export function replicateCall(endpoint: Endpoint, model: string | undefined): { endpoint: Endpoint; model?: string } {
  if (model?.startsWith(DEPLOYMENTS)) {
    const upstreamPath = endpoint.upstreamPath.replace('/models/', '/');
    return { endpoint: { ...endpoint, upstreamPath }, model };
  }
  if (model === undefined || versionOf(model) === undefined) return { endpoint, model };
  return { endpoint: { ...endpoint, upstreamPath: '/predictions' }, model };
}
