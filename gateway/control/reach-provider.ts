import { headerValue } from '../providers/headers.ts';
import type { Provider } from '../store/schema.ts';
import { resolvedBaseUrl } from './provider-record.ts';
import type { ControlDeps } from './services.ts';

export interface Reach {
  readonly reachable: boolean;
  /** One plain sentence. */
  readonly sentence: string;
  /** What the provider's clock showed (epoch milliseconds), where its answer told. */
  readonly theirTimeMs?: number;
  readonly capture: string | null;
}

const REACH_TIMEOUT_MS = 8000;

/** Asks a provider's address without a key: any HTTP answer, a refusal included, means that the way there is open. */
export async function reachProvider(deps: ControlDeps, provider: Provider): Promise<Reach> {
  const address = resolvedBaseUrl(provider);
  if (!URL.canParse(address)) {
    return { reachable: false, sentence: `${provider.name} has no complete address yet.`, capture: null };
  }
  const url = new URL(address);
  const answer = await deps.probe({
    provider: provider.id,
    method: 'GET',
    url,
    headers: [],
    body: null,
    origin: { kind: 'check' },
    timeoutMs: REACH_TIMEOUT_MS,
  });
  if (answer.status === null) {
    const reason = answer.error ? `${answer.error.code}: ${answer.error.message}` : 'no answer';
    return {
      reachable: false,
      sentence: `${provider.name} could not be reached at ${url.host} (${reason}).`,
      capture: answer.capture,
    };
  }
  const theirTimeMs = Date.parse(headerValue(answer.headers, 'date') ?? '');
  return {
    reachable: true,
    sentence: `${provider.name} answers at ${url.host} (${Math.round(answer.durationMs)} ms).`,
    ...(Number.isNaN(theirTimeMs) ? {} : { theirTimeMs }),
    capture: answer.capture,
  };
}
