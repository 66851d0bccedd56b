/**
 * IBM watsonx.ai: whose project pays stands in the body, the API's version in the query, and the key is exchanged for a
 * token first. Sources: cloud.ibm.com/apidocs/watsonx-ai, cloud.ibm.com/apidocs/iam-identity-token-api, www.ibm.com/docs/watsonx
 * (REST API), github.com/IBM/watsonx-ai-node-sdk (src/authentication/utils/urls.ts). Pure.
 */
import type { Endpoint } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { type UnresolvedUpstream, unresolved } from './unresolved.ts';

export const WATSONX = 'watsonx';

/** The date in IBM's own examples; a newer one is a setting. */
const VERSION = '2025-02-06';
const TOKEN_URL = 'https://iam.cloud.ibm.com/identity/token';
const DEPLOYMENT = 'deployment/';

export function watsonxVersion(provider: Provider): string {
  return provider.settings.version?.trim() || VERSION;
}

/** Whose project or space is asked for; one of the two is compulsory. */
export function watsonxScope({ settings }: Provider): { readonly [name: string]: string } | undefined {
  const space = settings.spaceId?.trim();
  if (space) return { space_id: space };
  const project = settings.projectId?.trim();
  return project ? { project_id: project } : undefined;
}

/** The same call for a model deployed in a space: it is named in the path, with its space. */
export function watsonxCall(endpoint: Endpoint, model: string | undefined): { endpoint: Endpoint; model?: string } {
  if (endpoint.dialect !== 'watsonx-chat' || !model?.startsWith(DEPLOYMENT)) return { endpoint, model };
  const upstreamPath = `/deployments/{modelId}${endpoint.upstreamPath}`;
  return { endpoint: { ...endpoint, upstreamPath }, model: model.slice(DEPLOYMENT.length) };
}

/** Why a request of this kind cannot be asked yet; undefined where nothing is missing. */
export function watsonxLacks(
  provider: Provider,
  endpoint: Endpoint,
  model: string | undefined,
): UnresolvedUpstream | undefined {
  if (endpoint.dialect !== 'watsonx-chat' && endpoint.dialect !== 'watsonx-embed') return undefined;
  if (model?.startsWith(DEPLOYMENT) || watsonxScope(provider)) return undefined;
  return unresolved(
    'gateway_config',
    'The setting "Project id" is missing, and watsonx.ai asks whose project or space a request is for.',
    'Set it with `keyward providers add … --set projectId=…` (or spaceId=…): it stands in the project under Manage, General.',
  );
}

/**
 * Where the key is exchanged: IBM Cloud's own address, or one of the owner's that is IBM's too, is on the host that is asked
 * anyway, or is this machine. A key must not leave for any other.
 */
export function watsonxTokenUrl(provider: Provider, base: URL): string | UnresolvedUpstream {
  const given = provider.settings.iamUrl?.trim();
  if (!given) {
    // IBM's regions on AWS and for governments have another token service (IBM/watsonx-ai-node-sdk, AUTH_AWS_URLS).
    if (!/(?:^|\.)(?:wxai\.ibm\.com|ibmforusgov\.com)$/.test(base.hostname)) return TOKEN_URL;
    return unresolved(
      'gateway_config',
      `${base.hostname} takes tokens of another service than IBM Cloud's, which Keyward does not speak.`,
      'Use a region of IBM Cloud, or store a bearer token (eyJ…) that something else renews as the key.',
    );
  }
  if (isIbms(given, base)) return given;
  return unresolved(
    'gateway_config',
    'The setting "iamUrl" is an address that is neither IBM Cloud’s nor this provider’s own: the key is not sent there.',
    'Correct it, or leave it out to use https://iam.cloud.ibm.com.',
  );
}

function isIbms(address: string, base: URL): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username || url.password) return false;
  if (url.origin === base.origin) return true;
  if (url.protocol === 'https:') return /(?:^|\.)iam(?:\.test)?\.cloud\.ibm\.com$/.test(url.hostname);
  return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}
