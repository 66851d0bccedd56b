/** Media as dialects write them: data URLs, media types, OpenAI's names of audio formats. Pure. */
import type { MediaSource } from './request.ts';

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,/i;

/** A URL as a source: `data:` URLs in base64 become their data, anything else stays a URL. */
export function sourceOfUrl(url: string): MediaSource {
  const match = DATA_URL.exec(url);
  if (!match || match[3] === undefined) return { kind: 'url', url };
  return { kind: 'base64', mediaType: match[1] || 'application/octet-stream', data: url.slice(match[0].length) };
}

export function dataUrl(source: { readonly mediaType: string; readonly data: string }): string {
  return `data:${source.mediaType};base64,${source.data}`;
}

/** A document's text, where it is one: as it was given, or as base64 of a text type. */
export function textOfSource(source: MediaSource): string | undefined {
  if (source.kind === 'text') return source.text;
  return source.kind === 'base64' && source.mediaType.startsWith('text/')
    ? Buffer.from(source.data, 'base64').toString('utf8')
    : undefined;
}

/** UTF-8 text as base64, for dialects that take documents as data only. */
export function textAsBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

const TYPES_BY_ENDING: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  wav: 'audio/wav',
  mp3: 'audio/mp3',
};

/** A guess from the path's ending; undefined where it tells nothing. */
export function mediaTypeOfUrl(url: string): string | undefined {
  const ending = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  return ending === undefined ? undefined : TYPES_BY_ENDING[ending];
}

/** OpenAI names audio by format (platform.openai.com/docs/guides/audio): `wav` and `mp3` as input. */
export function audioFormat(mediaType: string): 'wav' | 'mp3' | undefined {
  if (/^audio\/(?:x-)?wav(?:e)?$/i.test(mediaType)) return 'wav';
  return /^audio\/(?:mp3|mpeg)$/i.test(mediaType) ? 'mp3' : undefined;
}

export function audioMediaType(format: string): string {
  return format === 'mp3' ? 'audio/mp3' : `audio/${format}`;
}

/** Which part a media type makes. */
export function partTypeOf(mediaType: string | undefined): 'image' | 'audio' | 'document' {
  if (mediaType?.startsWith('image/')) return 'image';
  return mediaType?.startsWith('audio/') ? 'audio' : 'document';
}
