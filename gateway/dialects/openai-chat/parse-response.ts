/** A chat completion as the canonical answer. Source: platform.openai.com/docs/api-reference/chat/object. */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined, isRecord } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import { audioMediaType } from '../canonical/media.ts';
import type { Citation, Part } from '../canonical/request.ts';
import { parseContent } from './parse-content.ts';
import { errorOfValue } from './parse-error.ts';
import { parseToolCalls } from './parse-messages.ts';
import { parseReasoning } from './parse-reasoning.ts';
import { brokeOff, parseFinish, parseUsage } from './usage.ts';

/** The first choice; an error inside a 200, or an answer without a choice, is an error. */
export function parseResponse(body: unknown, _seed: string): ParsedResponse {
  if (!isRecord(body)) return { error: unusable('The answer is no chat completion.') };
  if (body.error !== undefined && body.error !== null) return { error: errorOfValue(undefined, body, '') };
  const choice = asRecords(body.choices)[0];
  const message = asRecord(choice?.message);
  if (!choice || !message) return { error: unusable('The chat completion holds no choice with a message.') };
  if (brokeOff(choice.finish_reason)) return { error: unusable('The provider broke its answer off (network_error).') };
  const parts = parseMessage(message);
  const reason = asText(choice.finish_reason);
  const calls = parts.some((part) => part.type === 'tool-call');
  return {
    response: defined({
      from: 'openai-chat' as const,
      id: asText(body.id) || undefined,
      model: asText(body.model) || undefined,
      createdSeconds: asNumber(body.created),
      parts,
      // Some servers say `stop` beside tool calls; their clients look at the calls.
      finish: calls && reason === 'stop' ? { reason: 'tool-calls' as const } : parseFinish(reason ?? 'stop'),
      usage: parseUsage(body.usage),
      serviceTier: asText(body.service_tier),
      logprobs: asRecord(choice.logprobs),
      extra: body.system_fingerprint === undefined ? undefined : { system_fingerprint: body.system_fingerprint },
    }),
  };
}

function parseMessage(message: Record<string, unknown>): Part[] {
  const citations = asRecords(message.annotations).flatMap(parseAnnotation);
  const content = parseContent(message.content, 'message', createLosses());
  const first = content[0];
  const cited: Part[] =
    citations.length > 0 && first?.type === 'text' ? [{ ...first, citations }, ...content.slice(1)] : content;
  const refusal = asText(message.refusal);
  const audio = asRecord(message.audio);
  const data = asText(audio?.data);
  return [
    ...parseReasoning(message),
    ...cited,
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...(data === undefined
      ? []
      : [
          {
            type: 'audio' as const,
            source: { kind: 'base64' as const, data, mediaType: audioMediaType('wav') },
            extra: audio,
          },
        ]),
    ...parseToolCalls(message),
  ];
}

export function parseAnnotation(annotation: Record<string, unknown>): Citation[] {
  const cited = asRecord(annotation.url_citation);
  if (!cited) return [];
  return [
    defined({
      url: asText(cited.url),
      title: asText(cited.title),
      startIndex: asNumber(cited.start_index),
      endIndex: asNumber(cited.end_index),
      from: 'openai-chat' as const,
      value: annotation,
    }),
  ];
}
