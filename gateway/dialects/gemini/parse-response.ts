/** A `GenerateContentResponse` as the canonical answer. Source: ai.google.dev/api/generate-content. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import type { Citation, Fields, Part } from '../canonical/request.ts';
import { member } from './member.ts';
import { errorOfValue } from './parse-error.ts';
import { createCallIds, parsePart } from './parse-parts.ts';
import { parseBlocked, parseFinish, parseUsage } from './usage.ts';

/** The first candidate; a blocked prompt is an answer without parts, a broken call an error. */
export function parseResponse(body: unknown, seed: string): ParsedResponse {
  if (!isRecord(body)) return { error: unusable('The answer is no GenerateContentResponse.') };
  if (body.error !== undefined) return { error: errorOfValue(undefined, body, '') };
  const candidate = asRecords(body.candidates)[0];
  const blocked = parseBlocked(body);
  const ids = createCallIds(`${seed}_`);
  const parts = asRecords(asRecord(candidate?.content)?.parts).flatMap((part) => parsePart(part, ids));
  const called = parts.some((part) => part.type === 'tool-call');
  const ended = candidate && parseFinish(candidate, called);
  if (ended?.broken !== undefined) return { error: unusable(ended.broken) };
  const finish = ended?.finish ?? blocked;
  if (!finish) return { error: unusable('The answer holds no candidate with a finish reason.') };
  return {
    response: defined({
      from: 'gemini-generate' as const,
      id: asText(member(body, 'responseId')),
      model: asText(member(body, 'modelVersion')),
      parts: withCitations(parts, candidate ?? {}),
      finish,
      usage: parseUsage(member(body, 'usageMetadata')),
      extra: keepExtra(candidate ?? {}),
    }),
  };
}

function keepExtra(candidate: Record<string, unknown>): Fields | undefined {
  const kept = defined({ groundingMetadata: asRecord(member(candidate, 'groundingMetadata')) });
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** Sources that Google Search gave, on the first text: places are counted in bytes there, so only the sources are kept. */
function withCitations(parts: Part[], candidate: Record<string, unknown>): Part[] {
  const citations = citationsOf(candidate);
  const first = parts.findIndex((part) => part.type === 'text');
  const part = parts[first];
  return citations.length === 0 || part?.type !== 'text' ? parts : parts.with(first, { ...part, citations });
}

export function citationsOf(candidate: Record<string, unknown>): Citation[] {
  const chunks = asRecords(member(asRecord(member(candidate, 'groundingMetadata')), 'groundingChunks'));
  return chunks.flatMap((chunk) => {
    const web = asRecord(chunk.web);
    return web
      ? [defined({ url: asText(web.uri), title: asText(web.title), from: 'gemini-generate' as const, value: chunk })]
      : [];
  });
}
