/**
 * Canonical parts as the content of chat messages. Source: platform.openai.com/docs/api-reference/chat/create
 * (`messages`): system, developer and tool messages hold text only, assistant messages text and refusals.
 */
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { audioFormat, dataUrl } from '../canonical/media.ts';
import type { Fields, MediaPart, Part, TranslatedDialect } from '../canonical/request.ts';

const OWN: TranslatedDialect = 'openai-chat';

/** What came from where, and the ledger it fills. */
export interface Building {
  readonly from: TranslatedDialect;
  readonly losses: Losses;
}

/** Content for a user message: one text as it is, anything else as a list. */
export function buildContent(parts: readonly Part[], at: string, building: Building): string | Fields[] {
  const list = parts.flatMap((part, index) => buildPart(part, `${at}.content[${index}]`, building));
  const only = list[0];
  if (list.length === 0) return '';
  return list.length === 1 && only?.type === 'text' && Object.keys(only).length === 2 ? (only.text as string) : list;
}

function buildPart(part: Part, at: string, building: Building): Fields[] {
  const { from, losses } = building;
  const rest = { ...dropExtra(part.extra, at, from, OWN, losses), ...cacheMark(part, at, building) };
  switch (part.type) {
    case 'text':
      if (part.citations && from !== OWN) losses.add('dropped', `${at}.citations`, 'Chat messages hold no citations.');
      return [{ type: 'text', text: part.text, ...rest }];
    case 'refusal':
      return [{ type: 'refusal', refusal: part.text, ...rest }];
    case 'image':
      return [{ type: 'image_url', image_url: imageUrl(part, at, building), ...rest }];
    case 'audio':
      return [{ ...buildAudio(part, at, losses), ...rest }];
    case 'document':
      return [{ ...buildDocument(part, at, building), ...rest }];
    default:
      losses.refuse(at, `A message of this role cannot hold ${partName(part)} in chat completions.`);
      return [];
  }
}

function partName(part: Part): string {
  return part.type === 'opaque' ? `${part.name}, which only ${part.from} knows` : part.type;
}

function cacheMark(part: Part, at: string, { from, losses }: Building): Fields {
  if (!part.cache) return {};
  if (from === OWN) return { prompt_cache_breakpoint: { mode: 'explicit' } };
  losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  return {};
}

function imageUrl(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source } = part;
  if (source.kind === 'url') return defined({ url: source.url, detail: part.detail });
  if (source.kind === 'base64') return defined({ url: dataUrl(source), detail: part.detail });
  losses.refuse(at, `This image is a file in the storage of ${from}'s provider; send its data instead.`);
  return {};
}

function buildAudio(part: MediaPart, at: string, losses: Losses): Fields {
  const { source } = part;
  const format = source.kind === 'base64' ? audioFormat(source.mediaType) : undefined;
  if (source.kind !== 'base64' || format === undefined) {
    losses.refuse(at, 'Chat completions take audio as wav or mp3 data only.');
    return {};
  }
  return { type: 'input_audio', input_audio: { data: source.data, format } };
}

function buildDocument(part: MediaPart, at: string, { from, losses }: Building): Fields {
  const { source, title } = part;
  if (part.context !== undefined) losses.add('dropped', `${at}.context`, 'Chat messages have no field for it.');
  if (part.citable) losses.add('dropped', `${at}.citations`, 'OpenAI does not cite documents in chat completions.');
  switch (source.kind) {
    case 'base64':
      // The name is required with data (platform.openai.com/docs/guides/pdf-files).
      return { type: 'file', file: { filename: title ?? 'document.pdf', file_data: dataUrl(source) } };
    case 'text':
      losses.add('renamed', at, 'The text document is sent as text.');
      return { type: 'text', text: title === undefined ? source.text : `${title}\n\n${source.text}` };
    case 'file':
      if (from === OWN) return { type: 'file', file: defined({ file_id: source.id, filename: title }) };
      losses.refuse(at, `This document is a file in the storage of ${from}'s provider; send its data instead.`);
      return {};
    case 'url':
      losses.refuse(at, 'Chat completions take no documents by URL; send the data instead.');
      return {};
  }
}

/** Text of parts where the dialect takes text only; what is no text is left to the caller of this function. */
export function textOf(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => {
      if (part.type === 'text' || part.type === 'refusal') return [part.text];
      return part.type === 'document' && part.source.kind === 'text' ? [part.source.text] : [];
    })
    .join('\n\n');
}
