/**
 * Translation as the stages use it: requests on their way out, answers, streams and errors on their way back. Pure; each
 * function goes `from` one dialect `to` another, in the direction of the data.
 */
import type { AnswerContext, RequestFacts, TargetFacts } from './adapter.ts';
import { callerPath } from './caller-paths.ts';
import type { CanonicalError } from './error.ts';
import { eventsOfResponse } from './events-of-response.ts';
import { fitQuirks } from './fit-quirks.ts';
import { createLosses, type LedgerEntry, type Refused } from './losses.ts';
import { fitNames } from './names.ts';
import { callerSideOf, providerSideOf } from './registry.ts';
import type { CallerDialect, CanonicalRequest, Fields, ProviderDialect } from './request.ts';
import { type Restoring, restoreResponse } from './restore-tools.ts';

/** What the answer's way back has to know of the request. */
export interface AnswerPlan extends Restoring {
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

export type TranslatedRequest =
  | {
      readonly body: Fields;
      readonly ledger: readonly LedgerEntry[];
      readonly plan: AnswerPlan;
      readonly refused?: undefined;
    }
  | { readonly refused: Refused };

/** A request in the caller's dialect as one in the provider's. `facts` is what stands beside the body (Gemini's path). */
export function translateRequest(
  from: CallerDialect,
  to: ProviderDialect,
  body: unknown,
  target: TargetFacts,
  facts: RequestFacts = {},
): TranslatedRequest {
  const parsed = callerSideOf(from).parseRequest(body, facts);
  if (parsed.refused !== undefined) return parsed;
  const losses = createLosses();
  const builder = providerSideOf(to);
  const ids = target.callIds ?? builder.callIds;
  const { request: named, toolNames } = fitNames(parsed.value, builder.toolNames, ids, losses);
  const request = fitQuirks(named, target, losses);
  const fitted = losses.close(undefined);
  if (fitted.refused !== undefined) {
    return { refused: { ...fitted.refused, param: callerPath(from, fitted.refused.param) } };
  }
  const built = builder.buildRequest(request, target);
  if (built.refused !== undefined) {
    return { refused: { ...built.refused, param: callerPath(from, built.refused.param) } };
  }
  const callInText = builder.callInText?.(request);
  return {
    body: built.value,
    ledger: [...parsed.ledger, ...fitted.ledger, ...built.ledger].map((entry) => ({
      ...entry,
      path: callerPath(from, entry.path),
    })),
    plan: {
      stream: request.stream,
      includeUsage: request.includeUsage ?? true,
      toolNames,
      ...(callInText === undefined ? {} : { callInText }),
      freeTextTools: builder.freeTextTools && target.customTools !== false ? NO_NAMES : freeTextNames(named),
    },
  };
}

const NO_NAMES: ReadonlySet<string> = new Set();

function freeTextNames(request: CanonicalRequest): ReadonlySet<string> {
  return new Set(request.tools.filter((tool) => tool.kind === 'custom').map((tool) => tool.name));
}

export type TranslatedResponse =
  | { readonly body: Fields; readonly ledger: readonly LedgerEntry[]; readonly error?: undefined }
  /** The answer was a failure in spite of its status; `body` says so in the caller's dialect. */
  | { readonly body: Fields; readonly status: number; readonly error: CanonicalError };

/** A whole answer in the provider's dialect as one in the caller's. */
export function translateResponse(
  from: ProviderDialect,
  to: CallerDialect,
  body: unknown,
  plan: AnswerPlan,
  context: AnswerContext,
): TranslatedResponse {
  const parsed = providerSideOf(from).parseResponse(body, context.seed);
  if (parsed.error !== undefined) return { error: parsed.error, ...callerSideOf(to).buildError(parsed.error) };
  const { wire, ledger } = callerSideOf(to).buildResponse(
    restoreResponse(parsed.response, plan, context.seed),
    context,
  );
  return { body: wire, ledger };
}

export type TranslatedStream =
  | { readonly text: string; readonly ledger: readonly LedgerEntry[]; readonly error?: undefined }
  | { readonly error: CanonicalError };

/** A whole answer as the stream that the caller asked for. */
export function translateResponseToStream(
  from: ProviderDialect,
  to: CallerDialect,
  body: unknown,
  plan: AnswerPlan,
  context: AnswerContext,
): TranslatedStream {
  const parsed = providerSideOf(from).parseResponse(body, context.seed);
  if (parsed.error !== undefined) return { error: parsed.error };
  const builder = callerSideOf(to).buildStream(context);
  let state = builder.initial;
  let text = '';
  const ledger: LedgerEntry[] = [];
  for (const event of eventsOfResponse(restoreResponse(parsed.response, plan, context.seed))) {
    const [next, written] = builder.step(state, event);
    state = next;
    text += written.text;
    ledger.push(...(written.lost ?? []));
  }
  return { text, ledger };
}

/** A failed answer in the provider's dialect as one in the caller's; its words stay. */
export function translateError(
  from: ProviderDialect,
  to: CallerDialect,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): { readonly status: number; readonly body: Fields; readonly error: CanonicalError } {
  const error = providerSideOf(from).parseError(status, body, headers);
  return { error, ...callerSideOf(to).buildError(error) };
}
