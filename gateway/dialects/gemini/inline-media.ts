/**
 * What `generateContent` answers where images or sound were wanted: parts with data, or the reason why there are none.
 * Source: ai.google.dev/api/generate-content.
 */
import { blocked, unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import type { CanonicalUsage } from '../canonical/response.ts';
import type { ParsedAnswer } from '../canonical/translate-call.ts';
import { member } from './member.ts';
import { errorOfValue } from './parse-error.ts';
import { parseBlocked, parseFinish, parseUsage } from './usage.ts';

export interface MediaAnswer {
  readonly parts: readonly Record<string, unknown>[];
  /** The texts among them, without thoughts. */
  readonly said?: string;
  readonly usage?: CanonicalUsage;
}

/** `what`: the word for what was wanted, for the sentence that says why it did not come. */
export function readMedia(body: unknown, what: string): ParsedAnswer<MediaAnswer> {
  if (!isRecord(body)) return { error: unusable('The answer is no GenerateContentResponse.') };
  if (body.error !== undefined) return { error: errorOfValue(undefined, body, '') };
  const refused = parseBlocked(body);
  if (refused) return { error: blocked(refused.explanation ?? 'The prompt was blocked.') };
  const candidate = asRecords(body.candidates)[0] ?? {};
  const ended = parseFinish(candidate, false);
  if (ended?.broken !== undefined) return { error: unusable(ended.broken) };
  if (ended?.finish.reason === 'content-filter') {
    const reason = asText(member(candidate, 'finishReason')) ?? '';
    return { error: blocked(ended.finish.explanation ?? `The provider withheld the ${what} (${reason}).`) };
  }
  // Drafts that a model made while it thought are no answer.
  const parts = asRecords(asRecord(candidate.content)?.parts).filter((part) => part.thought !== true);
  const said = parts.map((part) => asText(part.text) ?? '').join('');
  return {
    answer: defined({
      parts,
      said: said.trim() === '' ? undefined : said,
      usage: parseUsage(member(body, 'usageMetadata')),
    }),
  };
}

/** Parts that carry their data. */
export function inlineParts(parts: readonly Record<string, unknown>[]): { base64: string; mediaType: string }[] {
  return parts.flatMap((part) => {
    const inline = asRecord(member(part, 'inlineData'));
    const base64 = asText(inline?.data);
    return base64 ? [{ base64, mediaType: asText(member(inline, 'mimeType')) ?? '' }] : [];
  });
}
