/**
 * Canonical parts as content blocks. Source: docs.claude.com/en/api/messages (`content`), …/build-with-claude/vision
 * (media types), …/extended-thinking (signatures), …/pdf-support.
 */
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type {
  Fields,
  MediaPart,
  Part,
  ProviderDialect,
  ReasoningPart,
  TextPart,
  TranslatedDialect,
} from '../canonical/request.ts';
import { sealSignature } from '../canonical/signature.ts';
import { argumentsObject } from '../canonical/tool-arguments.ts';

const OWN: TranslatedDialect = 'anthropic-messages';
const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

export interface Building {
  readonly from: ProviderDialect;
  readonly losses: Losses;
  /** In an answer thinking of other dialects is shown, sealed; in a request only Anthropic's own is accepted. */
  readonly answer: boolean;
}

/** One part as one block; none where it cannot stand here (listed or refused). */
export function buildBlock(part: Part, at: string, building: Building): Fields[] {
  const { from, losses } = building;
  const rest = {
    ...dropExtra(part.type === 'reasoning' ? undefined : part.extra, at, from, OWN, losses),
    ...(part.cache ? { cache_control: defined({ type: 'ephemeral', ttl: ttlOf(part, at, building) }) } : {}),
  };
  switch (part.type) {
    case 'text':
      return buildText(part, at, rest, building);
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, ...rest }];
    case 'image':
      return [{ type: 'image', source: imageSource(part, at, building), ...rest }];
    case 'document':
      return [{ ...buildDocument(part, at, building), ...rest }];
    case 'audio':
      if (building.answer) losses.add('dropped', at, 'Anthropic messages hold no audio.');
      else losses.refuse(at, 'Anthropic messages hold no audio.');
      return [];
    case 'tool-call':
      return [{ type: 'tool_use', id: part.id, name: part.name, input: argumentsObject(part, at, losses), ...rest }];
    case 'tool-result': {
      const content = part.content.flatMap((item, index) => buildBlock(item, `${at}.content[${index}]`, building));
      const result = { type: 'tool_result', tool_use_id: part.callId, is_error: part.isError };
      return [{ ...defined({ ...result, content: content.length > 0 ? content : undefined }), ...rest }];
    }
    case 'reasoning':
      return buildThinking(part, at, building);
    case 'opaque':
      if (part.from === OWN) return [part.value];
      if (building.answer) losses.add('dropped', at, `Only ${part.from} knows ${part.name}.`);
      else losses.refuse(at, `Only ${part.from} can read ${part.name}.`);
      return [];
  }
}

/** Anthropic keeps marks for `5m` or `1h`. */
function ttlOf(part: Part, at: string, { from, losses }: Building): string | undefined {
  if (from !== OWN) losses.add('renamed', `${at}.cache`, 'The mark has become cache_control.');
  const ttl = part.cache?.ttl;
  return ttl === '5m' || ttl === '1h' ? ttl : undefined;
}

function buildText(part: TextPart, at: string, rest: Fields, { losses, answer }: Building): Fields[] {
  // "text content blocks must be non-empty": the API refuses them, and they say nothing.
  if (part.text === '' && !answer) {
    losses.add('dropped', at, 'Anthropic refuses empty texts.');
    return [];
  }
  const citations = part.citations?.filter((citation) => citation.from === OWN).map((citation) => citation.value) ?? [];
  if (citations.length < (part.citations?.length ?? 0)) {
    losses.add('dropped', `${at}.citations`, 'Citations of another provider have no place in Anthropic texts.');
  }
  return [{ type: 'text', text: part.text, ...(citations.length > 0 ? { citations } : {}), ...rest }];
}

function buildThinking(part: ReasoningPart, at: string, { losses, answer }: Building): Fields[] {
  if (part.from === OWN && part.redacted !== undefined) return [{ type: 'redacted_thinking', data: part.redacted }];
  if (part.from === OWN)
    return [{ type: 'thinking', thinking: part.text, signature: part.signature ?? '', ...part.extra }];
  if (answer) return [{ type: 'thinking', thinking: part.text, signature: sealSignature(part) }];
  losses.add('dropped', at, `Anthropic accepts no thinking of another provider (${part.from}).`);
  return [];
}

function imageSource(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source } = part;
  if (part.detail !== undefined && part.detail !== 'auto') {
    losses.add('dropped', `${at}.detail`, 'Anthropic chooses the resolution itself.', part.detail);
  }
  switch (source.kind) {
    case 'url':
      return { type: 'url', url: source.url };
    case 'base64':
      if (!IMAGE_TYPES.has(source.mediaType)) {
        losses.refuse(at, `Anthropic takes JPEG, PNG, GIF and WebP images; this one is ${source.mediaType}.`);
      }
      return { type: 'base64', media_type: source.mediaType, data: source.data };
    default:
      return fileSource(part, at, from, losses);
  }
}

function fileSource(part: MediaPart, at: string, from: ProviderDialect, losses: Losses): Fields {
  if (part.source.kind === 'file' && from === OWN) return { type: 'file', file_id: part.source.id };
  losses.refuse(at, `This ${part.type} is a file in the storage of ${from}'s provider; send its data instead.`);
  return {};
}

function buildDocument(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source, title, context, citable } = part;
  const about = defined({ title, context, citations: citable === undefined ? undefined : { enabled: citable } });
  switch (source.kind) {
    case 'url':
      return { type: 'document', source: { type: 'url', url: source.url }, ...about };
    case 'text':
      return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: source.text }, ...about };
    case 'file':
      return { type: 'document', source: fileSource(part, at, from, losses), ...about };
    case 'base64':
      if (source.mediaType.startsWith('text/')) {
        const data = Buffer.from(source.data, 'base64').toString('utf8');
        return { type: 'document', source: { type: 'text', media_type: 'text/plain', data }, ...about };
      }
      if (source.mediaType !== 'application/pdf') {
        losses.refuse(at, `Anthropic takes PDF and plain text documents; this one is ${source.mediaType}.`);
      }
      return {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: source.data },
        ...about,
      };
  }
}
