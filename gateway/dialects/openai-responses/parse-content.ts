/** Content of messages and outputs of tools. Source: platform.openai.com/docs/api-reference/responses/create (`input`). */
import { asNumber, asRecord, asRecords, asText, defined, nameOf, unknownFields } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { audioMediaType, sourceOfUrl } from '../canonical/media.ts';
import type { Citation, MediaSource, Part } from '../canonical/request.ts';

// biome-ignore format: one name after another
const KNOWN = new Set([
  'type', 'text', 'refusal', 'image_url', 'file_id', 'detail', 'file_data', 'file_url', 'filename', 'input_audio',
  'annotations', 'logprobs', 'prompt_cache_breakpoint',
]);

export function parseContent(content: unknown, at: string, losses: Losses): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (content === undefined || content === null) return [];
  if (!Array.isArray(content)) {
    losses.refuse(at, `${at} must be a text or a list of parts.`);
    return [];
  }
  return asRecords(content).flatMap((part, index) => parsePart(part, `${at}[${index}]`, losses));
}

function parsePart(part: Record<string, unknown>, at: string, losses: Losses): Part[] {
  const base = defined({
    extra: unknownFields(part, KNOWN),
    cache: asRecord(part.prompt_cache_breakpoint) ? {} : undefined,
  });
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text': {
      const citations = asRecords(part.annotations).map(parseAnnotation);
      return [{ ...base, type: 'text', text: asText(part.text) ?? '', ...(citations.length > 0 ? { citations } : {}) }];
    }
    case 'refusal':
      return [{ ...base, type: 'refusal', text: asText(part.refusal) ?? '' }];
    case 'input_image': {
      const source = sourceOf(part.file_id, part.image_url);
      if (!source) return refuse(losses, at, 'An image needs image_url or file_id.');
      return [defined({ ...base, type: 'image' as const, source, detail: asText(part.detail) })];
    }
    case 'input_file': {
      const source = sourceOf(part.file_id, part.file_data ?? part.file_url);
      if (!source) return refuse(losses, at, 'A file needs file_data, file_url or file_id.');
      const inData = part.file_data !== undefined && source.kind === 'url';
      const whole: MediaSource = inData ? { kind: 'base64', data: source.url, mediaType: 'application/pdf' } : source;
      return [defined({ ...base, type: 'document' as const, source: whole, title: asText(part.filename) })];
    }
    case 'input_audio': {
      const audio = asRecord(part.input_audio);
      const source = {
        kind: 'base64' as const,
        data: asText(audio?.data) ?? '',
        mediaType: audioMediaType(asText(audio?.format) ?? 'wav'),
      };
      return [{ ...base, type: 'audio', source }];
    }
    default:
      return refuse(losses, `${at}.type`, `${nameOf(part.type)} is no kind of content that the Responses API knows.`);
  }
}

function sourceOf(fileId: unknown, address: unknown): MediaSource | undefined {
  const id = asText(fileId);
  if (id !== undefined) return { kind: 'file', id };
  const url = asText(address);
  return url === undefined ? undefined : sourceOfUrl(url);
}

export function parseAnnotation(annotation: Record<string, unknown>): Citation {
  return defined({
    url: asText(annotation.url),
    title: asText(annotation.title) ?? asText(annotation.filename),
    startIndex: asNumber(annotation.start_index),
    endIndex: asNumber(annotation.end_index),
    from: 'openai-responses' as const,
    value: annotation,
  });
}

function refuse(losses: Losses, param: string, message: string): Part[] {
  losses.refuse(param, message);
  return [];
}
