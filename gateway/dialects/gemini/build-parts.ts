/** Canonical parts as parts. Sources: ai.google.dev/api/caching#Part, …/gemini-api/docs/thought-signatures. */
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import { mediaTypeOfUrl, textAsBase64 } from '../canonical/media.ts';
import type {
  Fields,
  MediaPart,
  Part,
  ProviderDialect,
  ReasoningPart,
  ToolResultPart,
  TranslatedDialect,
} from '../canonical/request.ts';
import { sealSignature } from '../canonical/signature.ts';
import { argumentsObject } from '../canonical/tool-arguments.ts';
import { MADE_ID, resultObject } from './parse-parts.ts';

const OWN: TranslatedDialect = 'gemini-generate';

export interface Building {
  readonly from: ProviderDialect;
  readonly losses: Losses;
  /** In an answer thinking of other dialects is shown, sealed; in a request it is left out and listed. */
  readonly answer: boolean;
}

/** The parts of one message; a signature without text goes onto the part that follows it. */
export function buildParts(parts: readonly Part[], at: string, building: Building): Fields[] {
  const wire: Fields[] = [];
  let signature: string | undefined;
  for (const [index, part] of parts.entries()) {
    if (part.type === 'reasoning' && part.from === OWN && part.text === '') {
      if (signature !== undefined) wire.push({ text: '', thoughtSignature: signature });
      signature = part.signature;
      continue;
    }
    for (const built of buildPart(part, `${at}.parts[${index}]`, building)) {
      wire.push(signature === undefined ? built : { ...built, thoughtSignature: signature });
      signature = undefined;
    }
  }
  if (signature !== undefined) wire.push({ text: '', thoughtSignature: signature });
  return wire;
}

function buildPart(part: Part, at: string, building: Building): Fields[] {
  const { from, losses } = building;
  const rest = dropExtra(part.extra, at, from, OWN, losses);
  if (part.cache) losses.add('dropped', `${at}.cache_control`, 'Gemini keeps the beginnings of prompts by itself.');
  switch (part.type) {
    case 'text':
      if (part.citations) losses.add('dropped', `${at}.citations`, 'Parts hold no citations.');
      return [{ text: part.text, ...rest }];
    case 'refusal':
      return [{ text: part.text, ...rest }];
    case 'image':
    case 'audio':
    case 'document':
      return buildMedia(part, at, building).map((built) => ({ ...built, ...rest }));
    case 'tool-call': {
      const id = part.id.startsWith(MADE_ID) ? undefined : part.id;
      return [{ functionCall: defined({ id, name: part.name, args: argumentsObject(part, at, losses) }), ...rest }];
    }
    case 'tool-result':
      return [{ functionResponse: buildResult(part, at, building), ...rest }];
    case 'reasoning':
      return buildThought(part, at, building);
    case 'opaque':
      if (part.from === OWN) return [part.value];
      if (building.answer) losses.add('dropped', at, `Only ${part.from} knows ${part.name}.`);
      else losses.refuse(at, `Only ${part.from} can read ${part.name}.`);
      return [];
  }
}

function buildThought(part: ReasoningPart, at: string, { losses, answer }: Building): Fields[] {
  if (part.from === OWN) return [defined({ text: part.text, thought: true, thoughtSignature: part.signature })];
  if (answer) return [{ text: part.text, thought: true, thoughtSignature: sealSignature(part) }];
  losses.add('dropped', at, `Gemini accepts no thinking of another provider (${part.from}).`);
  return [];
}

function buildResult(part: ToolResultPart, at: string, building: Building): Fields {
  const { losses } = building;
  if (part.name === undefined || part.name === '') {
    losses.refuse(
      at,
      `Gemini needs the tool's name, and no call with the id ${part.callId} stands before this result.`,
    );
  }
  const texts = part.content.filter((item) => item.type === 'text' || item.type === 'refusal');
  const others = part.content.filter((item) => item.type !== 'text' && item.type !== 'refusal');
  const media = buildParts(others, at, building).filter((built) => !('text' in built));
  return defined({
    id: part.callId.startsWith(MADE_ID) ? undefined : part.callId,
    name: part.name,
    response: resultObject(texts.map((item) => item.text).join('\n\n'), part.isError === true),
    parts: media.length > 0 ? media : undefined,
  });
}

function buildMedia(part: MediaPart, at: string, { from, losses }: Building): Fields[] {
  const { source } = part;
  if (part.detail !== undefined && part.detail !== 'auto') {
    losses.add('dropped', `${at}.detail`, 'Gemini chooses the resolution for the whole request.', part.detail);
  }
  if (part.context !== undefined) losses.add('dropped', `${at}.context`, 'Parts have no field for it.');
  if (part.citable) losses.add('dropped', `${at}.citations`, 'Gemini does not cite documents that are sent.');
  const named = part.title === undefined ? {} : { displayName: part.title };
  switch (source.kind) {
    case 'base64':
      if (part.title !== undefined && from !== OWN) {
        losses.add('dropped', `${at}.title`, 'Inline data has no name outside Vertex AI.', part.title);
        return [{ inlineData: { mimeType: source.mediaType, data: source.data } }];
      }
      return [{ inlineData: { mimeType: source.mediaType, data: source.data, ...named } }];
    case 'text':
      return [{ inlineData: { mimeType: source.mediaType, data: textAsBase64(source.text) } }];
    case 'url': {
      const mimeType =
        source.mediaType ??
        mediaTypeOfUrl(source.url) ??
        (part.type === 'image' && from !== OWN ? 'image/jpeg' : undefined);
      if (source.mediaType === undefined && mimeType !== undefined) {
        losses.add('defaulted', `${at}.mimeType`, 'Gemini wants the media type of an address.', undefined, mimeType);
      }
      return [{ fileData: defined({ fileUri: source.url, mimeType }) }];
    }
    case 'file':
      if (from !== OWN)
        losses.refuse(at, `This ${part.type} is a file in the storage of ${from}'s provider; send its data instead.`);
      return [{ fileData: defined({ fileUri: source.id, mimeType: source.mediaType }) }];
  }
}
