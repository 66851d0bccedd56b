/** The cause of a provider's failed answer while its exchange is still under way: the explanation's own first reading. */
import type { Cause } from './causes.ts';
import { explainRecord } from './diagnosis/explain.ts';
import type { Attempt, Exchange, RawHeaders } from './exchange.ts';
import type { ConfigSnapshot } from './store/snapshot.ts';

/** Pure. `other` only where nothing tells; a provider's key in the headers is looked at, never kept. */
export function classifyAnswer(exchange: Exchange, attempt: Attempt, body: string, config: ConfigSnapshot): Cause {
  const provider = config.providers.get(attempt.provider);
  const url = URL.canParse(attempt.url) ? new URL(attempt.url) : undefined;
  const explanation = explainRecord({
    id: exchange.id,
    provider: provider?.preset ?? attempt.provider,
    surface: exchange.endpoint?.name ?? null,
    base_url: attempt.provider === 'practice' ? null : (url?.origin ?? null),
    request: {
      method: attempt.method,
      path: url ? url.pathname : null,
      headers: toRecord(attempt.requestHeaders),
      body: attempt.model === undefined ? null : { model: attempt.model },
    },
    response: { status: attempt.status ?? null, headers: toRecord(attempt.responseHeaders ?? []), body },
    transport_error: null,
  });
  return explanation.cause ?? 'other';
}

function toRecord(headers: RawHeaders): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < headers.length; i += 2)
    record[(headers[i] as string).toLowerCase()] = headers[i + 1] as string;
  return record;
}
