/**
 * Content parts of chat messages as canonical parts. Source: platform.openai.com/docs/api-reference/chat/create
 * (`messages`); `prompt_cache_breakpoint` from platform.openai.com/docs/guides/prompt-caching.
 */
import { asRecord, asRecords, asText, nameOf, unknownFields } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { audioMediaType, sourceOfUrl } from '../canonical/media.ts';
import type { Part } from '../canonical/request.ts';

const KNOWN = new Set(['type', 'text', 'refusal', 'image_url', 'input_audio', 'file', 'prompt_cache_breakpoint']);

/** `content` in either of its forms; refuses what is neither. */
export function parseContent(content: unknown, at: string, losses: Losses): Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) {
    losses.refuse(`${at}.content`, `${at}.content must be a text or a list of parts.`);
    return [];
  }
  return asRecords(content).flatMap((part, index) => parsePart(part, `${at}.content[${index}]`, losses));
}

function parsePart(part: Record<string, unknown>, at: string, losses: Losses): Part[] {
  const extra = unknownFields(part, KNOWN);
  const base = {
    ...(extra ? { extra } : {}),
    ...(asRecord(part.prompt_cache_breakpoint) ? { cache: {} } : {}),
  };
  switch (part.type) {
    case 'text':
      return [{ ...base, type: 'text', text: asText(part.text) ?? '' }];
    case 'refusal':
      return [{ ...base, type: 'refusal', text: asText(part.refusal) ?? '' }];
    case 'image_url': {
      const image = asRecord(part.image_url);
      const url = asText(image?.url) ?? asText(part.image_url);
      if (url === undefined) return refuse(losses, `${at}.image_url.url`, 'An image needs its URL.');
      const detail = asText(image?.detail);
      return [{ ...base, type: 'image', source: sourceOfUrl(url), ...(detail ? { detail } : {}) }];
    }
    case 'input_audio': {
      const audio = asRecord(part.input_audio);
      const data = asText(audio?.data);
      if (data === undefined) return refuse(losses, `${at}.input_audio.data`, 'Audio needs its data in base64.');
      const mediaType = audioMediaType(asText(audio?.format) ?? 'wav');
      return [{ ...base, type: 'audio', source: { kind: 'base64', data, mediaType } }];
    }
    case 'file':
      return parseFile(asRecord(part.file) ?? {}, base, at, losses);
    default:
      return refuse(losses, `${at}.type`, `${nameOf(part.type)} is no kind of content that chat completions know.`);
  }
}

function parseFile(file: Record<string, unknown>, base: object, at: string, losses: Losses): Part[] {
  const title = asText(file.filename);
  const named = { ...base, type: 'document' as const, ...(title ? { title } : {}) };
  const id = asText(file.file_id);
  if (id !== undefined) return [{ ...named, source: { kind: 'file', id } }];
  const data = asText(file.file_data);
  if (data === undefined) return refuse(losses, `${at}.file`, 'A file needs file_data or file_id.');
  const source = sourceOfUrl(data);
  // Bare base64 is a PDF by the API's own account (platform.openai.com/docs/guides/pdf-files).
  return [
    { ...named, source: source.kind === 'base64' ? source : { kind: 'base64', data, mediaType: 'application/pdf' } },
  ];
}

function refuse(losses: Losses, param: string, message: string): Part[] {
  losses.refuse(param, message);
  return [];
}
