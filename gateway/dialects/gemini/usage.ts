/** Usage and finish reasons. Source: ai.google.dev/api/generate-content#UsageMetadata, …#FinishReason. */
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish, FinishReason } from '../canonical/response.ts';
import { member } from './member.ts';

/** `promptTokenCount` includes the cached part; `candidatesTokenCount` leaves the thoughts out. */
export function parseUsage(value: unknown): CanonicalUsage | undefined {
  const usage = asRecord(value);
  if (!usage) return undefined;
  const prompt = asNumber(member(usage, 'promptTokenCount'));
  const toolUse = asNumber(member(usage, 'toolUsePromptTokenCount'));
  const answer = asNumber(member(usage, 'candidatesTokenCount'));
  const thoughts = asNumber(member(usage, 'thoughtsTokenCount'));
  return defined({
    inputTokens: prompt === undefined ? undefined : prompt + (toolUse ?? 0),
    cachedInputTokens: asNumber(member(usage, 'cachedContentTokenCount')),
    outputTokens: answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0),
    reasoningTokens: thoughts,
  });
}

export function buildUsage(usage: CanonicalUsage): Fields {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  return defined({
    promptTokenCount: input,
    cachedContentTokenCount: usage.cachedInputTokens,
    candidatesTokenCount: output - (usage.reasoningTokens ?? 0),
    thoughtsTokenCount: usage.reasoningTokens,
    totalTokenCount: input + output,
  });
}

/** Reasons that say the model broke its own rules: the answer cannot be used. */
const BROKEN = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
  'NO_IMAGE',
  'IMAGE_OTHER',
]);

export type CandidateEnd = { readonly finish: Finish; readonly broken?: undefined } | { readonly broken: string };

/** How a candidate ended; undefined while it runs. `called`: it holds function calls, which end with `STOP` too. */
export function parseFinish(candidate: Record<string, unknown>, called: boolean): CandidateEnd | undefined {
  const reason = asText(member(candidate, 'finishReason'));
  const explanation = asText(member(candidate, 'finishMessage'));
  if (reason === undefined || reason === 'FINISH_REASON_UNSPECIFIED') return undefined;
  if (BROKEN.has(reason)) return { broken: explanation ?? `The model's answer cannot be used (${reason}).` };
  if (reason === 'STOP') return { finish: { reason: called ? 'tool-calls' : 'stop' } };
  if (reason === 'MAX_TOKENS') return { finish: { reason: 'length' } };
  const details = { finishReason: reason, safetyRatings: member(candidate, 'safetyRatings') };
  return { finish: defined({ reason: 'content-filter' as const, explanation, details: defined(details) }) };
}

/** A prompt that was blocked before anything was said. */
export function parseBlocked(body: Record<string, unknown>): Finish | undefined {
  const feedback = asRecord(member(body, 'promptFeedback'));
  const reason = asText(member(feedback, 'blockReason'));
  if (reason === undefined || reason === 'BLOCKED_REASON_UNSPECIFIED') return undefined;
  const explanation = asText(member(feedback, 'blockReasonMessage')) ?? `The prompt was blocked (${reason}).`;
  return { reason: 'content-filter', explanation, details: { promptFeedback: feedback } };
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  pause: 'STOP',
  length: 'MAX_TOKENS',
  'context-length': 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
};

export function buildFinish(finish: Finish): Fields {
  return defined({ finishReason: WORDS[finish.reason], finishMessage: finish.explanation });
}
