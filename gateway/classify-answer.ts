/** The cause of a provider's failed answer while its exchange is still under way: the explanation's own first reading. */
import type { Cause } from './causes.ts';
import { readingOfRecord } from './diagnosis/explain.ts';
import type { Attempt, Exchange, RawHeaders } from './exchange.ts';
import type { ConfigSnapshot } from './store/snapshot.ts';

/**
 * `other` only where nothing tells. The provider's key in the headers is looked at, never kept; what is wrong with its shape is
 * noted on the attempt, as nobody can see it later.
 */
export function classifyAnswer(exchange: Exchange, attempt: Attempt, body: string, config: ConfigSnapshot): Cause {
  const provider = config.providers.get(attempt.provider);
  const url = URL.canParse(attempt.url) ? new URL(attempt.url) : undefined;
  const { cause, keyFindings } = readingOfRecord({
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
  const shown = attempt.key ? `…${attempt.key.lastFour}` : 'its text is not kept';
  const flaws = keyFindings.filter(({ where }) => where.startsWith('request header'));
  if (flaws.length > 0) attempt.keyFlaws = flaws.map(({ flaw, where, says }) => ({ flaw, where, says, shown }));
  return cause;
}

function toRecord(headers: RawHeaders): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < headers.length; i += 2)
    record[(headers[i] as string).toLowerCase()] = headers[i + 1] as string;
  return record;
}
