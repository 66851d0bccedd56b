/**
 * Canonical parts as content blocks. Source: docs.aws.amazon.com/bedrock/latest/APIReference (ContentBlock, ImageBlock,
 * DocumentBlock, ToolResultBlock, ReasoningContentBlock, CachePointBlock).
 */
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { Fields, MediaPart, Part, ProviderDialect, ReasoningPart, ToolResultPart } from '../canonical/request.ts';
import { argumentsObject } from '../canonical/tool-arguments.ts';
import { isClaude } from './model-family.ts';

const OWN: ProviderDialect = 'bedrock-converse';

export interface Building {
  readonly from: ProviderDialect;
  readonly model: string;
  readonly losses: Losses;
  /** Names documents apart: two of one name in a request are refused. */
  nextDocument: number;
}

/** One part as its block, and a cache point behind it where it is marked. */
export function buildBlock(part: Part, at: string, building: Building): Fields[] {
  const { losses } = building;
  const blocks = buildUnmarked(part, at, building);
  if (part.type !== 'reasoning') dropExtra(part.extra, at, building.from, OWN, losses);
  if (!part.cache || blocks.length === 0) return blocks;
  losses.add('renamed', `${at}.cache_control`, 'The mark has become a cachePoint behind the block.');
  return [...blocks, cachePoint(part.cache.ttl)];
}

export function cachePoint(ttl: string | undefined): Fields {
  return { cachePoint: defined({ type: 'default', ttl: ttl === '5m' || ttl === '1h' ? ttl : undefined }) };
}

function buildUnmarked(part: Part, at: string, building: Building): Fields[] {
  const { losses } = building;
  switch (part.type) {
    case 'text':
      if (part.citations?.length) losses.add('dropped', `${at}.citations`, 'Converse takes no citations back.');
      return text(part.text, at, losses);
    case 'refusal':
      return text(part.text, at, losses);
    case 'image':
      return [{ image: buildImage(part, at, building) }];
    case 'document':
      return [{ document: buildDocument(part, at, building) }];
    case 'audio':
      losses.refuse(at, 'Converse takes no audio.');
      return [];
    case 'tool-call':
      return [{ toolUse: { toolUseId: part.id, name: part.name, input: argumentsObject(part, at, losses) } }];
    case 'tool-result':
      return [{ toolResult: buildResult(part, at, building) }];
    case 'reasoning':
      return buildReasoning(part, at, building);
    case 'opaque':
      losses.refuse(at, `Only ${part.from} can read ${part.name}.`);
      return [];
  }
}

/** "The text field in the ContentBlock object … is blank" is how Bedrock refuses empty texts. */
function text(value: string, at: string, losses: Losses): Fields[] {
  if (value.trim() !== '') return [{ text: value }];
  losses.add('dropped', at, 'Bedrock refuses blank texts.');
  return [];
}

function buildResult(part: ToolResultPart, at: string, building: Building): Fields {
  const content = part.content.flatMap((item, index) => buildBlock(item, `${at}.content[${index}]`, building));
  // A result must hold something; an empty text is refused.
  const filled = content.length > 0 ? content : [{ text: '(no output)' }];
  if (content.length === 0) building.losses.add('defaulted', at, 'Bedrock refuses an empty tool result.');
  return defined({ toolUseId: part.callId, content: filled, status: part.isError === true ? 'error' : undefined });
}

/** Claude's signatures hold on every platform (docs.claude.com, extended thinking); other models' hold at home only. */
function buildReasoning(part: ReasoningPart, at: string, building: Building): Fields[] {
  const own = part.from === OWN || (part.from === 'anthropic-messages' && isClaude(building.model));
  if (own && part.redacted !== undefined) return [{ reasoningContent: { redactedContent: part.redacted } }];
  if (own && part.signature !== undefined) {
    return [{ reasoningContent: { reasoningText: { text: part.text, signature: part.signature } } }];
  }
  building.losses.add(
    'dropped',
    at,
    own
      ? 'This thinking lost its signature, and Bedrock takes none without.'
      : `Bedrock accepts no thinking of another provider (${part.from}).`,
  );
  return [];
}

const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

function buildImage(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source, detail } = part;
  if (detail !== undefined && detail !== 'auto') {
    losses.add('dropped', `${at}.detail`, 'Bedrock chooses the resolution itself.', detail);
  }
  if (source.kind !== 'base64') {
    losses.refuse(
      at,
      source.kind === 'url'
        ? 'Bedrock takes images as data, not as web addresses; send the image in base64.'
        : `This image is a file in the storage of ${from}'s provider; send its data instead.`,
    );
    return {};
  }
  const format = IMAGE_FORMATS[source.mediaType.toLowerCase()];
  if (format === undefined) {
    losses.refuse(at, `Bedrock takes PNG, JPEG, GIF and WebP images; this one is ${source.mediaType}.`);
  }
  return { format: format ?? '', source: { bytes: source.data } };
}

const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

function buildDocument(part: MediaPart, at: string, building: Building): Fields {
  const { losses, from } = building;
  const { source, title, context, citable } = part;
  const about = defined({
    name: documentName(title, building),
    context,
    citations: citable === true ? { enabled: true } : undefined,
  });
  if (source.kind === 'text') return { format: 'txt', source: { text: source.text }, ...about };
  if (source.kind !== 'base64') {
    losses.refuse(
      at,
      source.kind === 'url'
        ? 'Bedrock takes documents as data, not as web addresses; send the document in base64.'
        : `This document is a file in the storage of ${from}'s provider; send its data instead.`,
    );
    return {};
  }
  const format = DOCUMENT_FORMATS[source.mediaType.toLowerCase().split(';')[0] ?? ''];
  if (format === undefined) losses.refuse(at, `Bedrock takes no document of the kind ${source.mediaType}.`);
  return { format: format ?? '', source: { bytes: source.data }, ...about };
}

/** Letters, digits, single spaces, hyphens, parentheses and square brackets; each name once in a request. */
function documentName(title: string | undefined, building: Building): string {
  const place = ++building.nextDocument;
  const clean = (title ?? '')
    .replace(/[^A-Za-z0-9\-()[\] ]+/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 180);
  return clean === '' ? `Document ${place}` : `${clean} (${place})`;
}
