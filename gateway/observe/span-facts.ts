/**
 * An exchange as spans: the server's span for the exchange, one beneath it for each attempt at a provider, and what the
 * stages decided as events. Names follow the GenAI semantic conventions
 * (opentelemetry.io/docs/specs/semconv/gen-ai). Pure; no header, no address with a query, no body: content goes along
 * only where `content` makes it, redacted.
 */
import type { Attempt, Dialect, Exchange } from '../exchange.ts';

export type Attributes = Record<string, string | number | boolean>;

export interface SpanFacts {
  readonly name: string;
  readonly kind: 'server' | 'client';
  /** Epoch milliseconds, fractions allowed. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly atMs: number; readonly attributes: Attributes }[];
  /** A cause where it failed. */
  readonly error: string | undefined;
}

export interface TraceFacts {
  readonly server: SpanFacts;
  readonly attempts: readonly SpanFacts[];
}

export interface Wording {
  /** Makes a text fit to leave the house: no secret in it. */
  readonly clean: (text: string) => string;
  /** Preset of a provider's id; null where it has none. */
  readonly presetOf: (provider: string) => string | null;
  /** Bodies as text, cleaned and bounded; absent unless content is switched on. */
  readonly content?: (exchange: Exchange) => { readonly request?: string; readonly response?: string };
}

/** Well-known values of `gen_ai.provider.name`; a provider without one is named by its preset or id. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  'google-gemini': 'gcp.gemini',
  'google-vertex': 'gcp.vertex_ai',
  'amazon-bedrock': 'aws.bedrock',
  'azure-openai': 'azure.ai.openai',
  cohere: 'cohere',
  deepseek: 'deepseek',
  groq: 'groq',
  mistral: 'mistral_ai',
  perplexity: 'perplexity',
  xai: 'x_ai',
};

const OPERATIONS: Readonly<Partial<Record<Dialect, string>>> = {
  'openai-chat': 'chat',
  'openai-responses': 'chat',
  'anthropic-messages': 'chat',
  'gemini-generate': 'generate_content',
  'openai-completions': 'text_completion',
  'openai-embeddings': 'embeddings',
  'gemini-embed': 'embeddings',
};

export function traceFactsOf(exchange: Exchange, wording: Wording): TraceFacts {
  return {
    server: serverSpan(exchange, wording),
    attempts: exchange.attempts.map((attempt, nth) =>
      attemptSpan(exchange, attempt, nth === exchange.attempts.length - 1, wording),
    ),
  };
}

function serverSpan(exchange: Exchange, wording: Wording): SpanFacts {
  const { receivedAt, endpoint, request, verdict, caller, cost, steps } = exchange;
  const route = endpoint?.upstreamPath;
  const content = wording.content?.(exchange);
  const cause = verdict && !verdict.ok ? (verdict.cause ?? 'other') : undefined;
  const attributes = defined({
    'http.request.method': request.method,
    'http.route': route,
    'http.response.status_code': exchange.answer?.status ?? verdict?.status ?? undefined,
    'url.scheme': 'http',
    'gen_ai.operation.name': operationOf(exchange),
    'gen_ai.request.model': exchange.askedModel && wording.clean(exchange.askedModel.slice(0, 200)),
    'error.type': cause,
    'keyward.capture': exchange.id,
    'keyward.endpoint': endpoint?.name,
    'keyward.app': caller?.appName,
    'keyward.gateway_key': caller?.gatewayKeyId,
    'keyward.route': exchange.routeName,
    'keyward.stream': exchange.stream,
    'keyward.attempts': exchange.attempts.length,
    'keyward.cause': cause,
    'keyward.stage': verdict?.stage ?? undefined,
    'keyward.client_gone': verdict?.clientGone,
    'keyward.cost_usd': cost?.usd,
    'keyward.cost_by': cost?.by,
    'keyward.origin': exchange.origin?.kind,
    'keyward.request.body': content?.request,
    'keyward.response.body': content?.response,
  });
  return {
    name: route ? `${request.method} ${route}` : request.method,
    kind: 'server',
    startMs: receivedAt,
    endMs: receivedAt + (verdict?.endMs ?? 0),
    attributes,
    events: steps.map(({ stage, decision, rule, endMs }) => ({
      name: `keyward.${stage}`,
      atMs: receivedAt + endMs,
      attributes: defined({
        'keyward.decision': decision,
        'keyward.rule': rule?.name,
        'keyward.rule_from': rule?.origin.from,
      }),
    })),
    error: cause,
  };
}

function attemptSpan(exchange: Exchange, attempt: Attempt, isLast: boolean, wording: Wording): SpanFacts {
  const { receivedAt } = exchange;
  const { timings, outcome, status } = attempt;
  const usage = isLast ? exchange.usage : undefined;
  const model = attempt.model && wording.clean(attempt.model.slice(0, 200));
  const operation = operationOf(exchange);
  const address = URL.canParse(attempt.url) ? new URL(attempt.url) : undefined;
  // A fallback that followed says so; an app that hung up is nobody's error.
  const error = outcome && !outcome.ok ? outcome.cause : undefined;
  const events =
    timings.firstByteMs === undefined
      ? []
      : [{ name: 'keyward.first_byte', atMs: receivedAt + timings.firstByteMs, attributes: {} }];
  return {
    name: [operation ?? attempt.method, model].filter(Boolean).join(' '),
    kind: 'client',
    startMs: receivedAt + timings.startMs,
    endMs: receivedAt + (timings.endMs ?? exchange.verdict?.endMs ?? timings.startMs),
    attributes: defined({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': providerName(attempt.provider, wording),
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': usage?.inputTokens,
      'gen_ai.usage.output_tokens': usage?.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage?.cachedInputTokens,
      'gen_ai.usage.cache_creation.input_tokens': usage?.cacheWriteTokens,
      'gen_ai.usage.reasoning.output_tokens': usage?.reasoningTokens,
      'http.request.method': attempt.method,
      'http.response.status_code': status,
      'server.address': address?.hostname,
      'server.port': address && Number(address.port || (address.protocol === 'https:' ? 443 : 80)),
      'error.type': error ?? (status !== undefined && status >= 400 ? String(status) : undefined),
      'keyward.provider': attempt.provider,
      'keyward.provider_key': attempt.key?.id,
      'keyward.attempt': attempt.index,
      'keyward.cause': error,
      'keyward.error_code': outcome?.errorCode,
      'keyward.connection_reused': timings.reusedConnection,
    }),
    events,
    error,
  };
}

function operationOf({ endpoint }: Exchange): string | undefined {
  return endpoint && OPERATIONS[endpoint.dialect];
}

function providerName(provider: string, { presetOf }: Wording): string {
  const preset = presetOf(provider) ?? provider;
  return PROVIDER_NAMES[preset] ?? preset;
}

function defined(values: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as Attributes;
}

/** The caller's span, by its `traceparent` (w3.org/TR/trace-context); undefined where there is none that is valid. */
export function callersSpan(
  rawHeaders: readonly string[],
): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number } | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if ((rawHeaders[at] as string).toLowerCase() !== 'traceparent') continue;
    const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/.exec(
      (rawHeaders[at + 1] as string).trim(),
    );
    if (!match || /^0+$/.test(match[1] as string) || /^0+$/.test(match[2] as string)) return undefined;
    return {
      traceId: match[1] as string,
      spanId: match[2] as string,
      traceFlags: Number.parseInt(match[3] as string, 16),
    };
  }
  return undefined;
}
