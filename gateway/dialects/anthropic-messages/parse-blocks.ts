/** Content blocks as canonical parts. Source: docs.claude.com/en/api/messages (`content`). */
import {
  asArray,
  asBoolean,
  asRecord,
  asRecords,
  asText,
  defined,
  isRecord,
  nameOf,
  unknownFields,
} from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { mediaTypeOfUrl } from '../canonical/media.ts';
import type { CacheMark, Citation, Fields, MediaSource, Part, TranslatedDialect } from '../canonical/request.ts';
import { openSignature } from '../canonical/signature.ts';

const OWN: TranslatedDialect = 'anthropic-messages';

// biome-ignore format: one name after another
const KNOWN = new Set([
  'type', 'text', 'citations', 'cache_control', 'source', 'title', 'context', 'id', 'name', 'input', 'tool_use_id',
  'content', 'is_error', 'thinking', 'signature', 'data', 'caller',
]);

/** `content` in either of its forms. */
export function parseBlocks(content: unknown, at: string, losses: Losses): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) {
    losses.refuse(at, `${at} must be a text or a list of content blocks.`);
    return [];
  }
  return asArray(content).flatMap((block, index) => {
    if (isRecord(block)) return [parseBlock(block, `${at}[${index}]`, losses)];
    losses.refuse(`${at}[${index}]`, `${at}[${index}] must be a content block.`);
    return [];
  });
}

/** One block; a kind that the canonical form does not know is kept whole. */
export function parseBlock(block: Record<string, unknown>, at: string, losses: Losses): Part {
  const base = defined({ cache: parseCache(block.cache_control), extra: unknownFields(block, KNOWN) });
  switch (block.type) {
    case 'text': {
      const citations = asRecords(block.citations).map(parseCitation);
      return { ...base, type: 'text', text: asText(block.text) ?? '', ...(citations.length > 0 ? { citations } : {}) };
    }
    case 'image':
      return { ...base, type: 'image', source: parseSource(block.source, at, losses) };
    case 'document':
      if (asRecord(block.source)?.type === 'content') return opaque(block);
      return defined({
        ...base,
        type: 'document' as const,
        source: parseSource(block.source, at, losses),
        title: asText(block.title),
        context: asText(block.context),
        citable: asBoolean(asRecord(block.citations)?.enabled),
      });
    case 'tool_use':
      return {
        ...base,
        type: 'tool-call',
        id: asText(block.id) ?? '',
        name: asText(block.name) ?? '',
        argumentsText: JSON.stringify(block.input ?? {}),
        kind: 'function',
      };
    case 'tool_result':
      return defined({
        ...base,
        type: 'tool-result' as const,
        callId: asText(block.tool_use_id) ?? '',
        content: parseBlocks(block.content ?? '', `${at}.content`, losses),
        isError: asBoolean(block.is_error),
      });
    case 'thinking': {
      const text = asText(block.thinking) ?? '';
      const signature = asText(block.signature);
      const opened = signature === undefined ? undefined : openSignature(signature);
      return opened
        ? { type: 'reasoning', text, ...opened }
        : defined({ ...base, type: 'reasoning' as const, text, from: OWN, signature });
    }
    case 'redacted_thinking': {
      const data = asText(block.data) ?? '';
      const opened = openSignature(data);
      return { type: 'reasoning', text: '', ...(opened ?? { from: OWN, redacted: data }) };
    }
    default:
      return opaque(block);
  }
}

function opaque(block: Fields): Part {
  return { type: 'opaque', from: OWN, name: nameOf(block.type), value: block };
}

export function parseCache(value: unknown): CacheMark | undefined {
  const mark = asRecord(value);
  return mark ? defined({ ttl: asText(mark.ttl) }) : undefined;
}

export function parseCitation(value: Record<string, unknown>): Citation {
  return defined({
    url: asText(value.url),
    title: asText(value.title) ?? asText(value.document_title),
    citedText: asText(value.cited_text),
    from: OWN,
    value,
  });
}

function parseSource(value: unknown, at: string, losses: Losses): MediaSource {
  const source = asRecord(value) ?? {};
  const mediaType = asText(source.media_type);
  switch (source.type) {
    case 'base64':
      return { kind: 'base64', data: asText(source.data) ?? '', mediaType: mediaType ?? 'application/octet-stream' };
    case 'url': {
      const url = asText(source.url) ?? '';
      return defined({ kind: 'url' as const, url, mediaType: mediaType ?? mediaTypeOfUrl(url) });
    }
    case 'text':
      return { kind: 'text', text: asText(source.data) ?? '', mediaType: mediaType ?? 'text/plain' };
    case 'file':
      return { kind: 'file', id: asText(source.file_id) ?? '' };
    default:
      losses.refuse(`${at}.source`, `${at} needs a source of type base64, url, text or file.`);
      return { kind: 'text', text: '', mediaType: 'text/plain' };
  }
}
