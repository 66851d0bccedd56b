/**
 * Parts as canonical parts. Sources: ai.google.dev/api/caching#Part, …/gemini-api/docs/thought-signatures: a signature
 * stands on the part it belongs to; here it becomes a piece of reasoning without text before that part.
 */
import { asRecord, asRecords, asText, defined, isRecord, parseJson, unknownFields } from '../canonical/json.ts';
import { partTypeOf } from '../canonical/media.ts';
import type { Fields, Part, ReasoningPart, TranslatedDialect } from '../canonical/request.ts';
import { openSignature } from '../canonical/signature.ts';
import { bothSpellings, member } from './member.ts';

const OWN: TranslatedDialect = 'gemini-generate';

/** Ids that were made here because Gemini gave none; they are not told to it. */
export const MADE_ID = 'call_kw_';

/** Gives ids to calls that have none, and to their results the ids of the calls they answer. */
export interface CallIds {
  called(name: string, id: string | undefined): string;
  answered(name: string, id: string | undefined): string;
}

/** Results without ids answer calls of the same name in order (ai.google.dev/gemini-api/docs/function-calling). */
export function createCallIds(seed: string): CallIds {
  const waiting: { name: string; id: string }[] = [];
  let count = 0;
  return {
    called(name, id) {
      const known = id ?? `${MADE_ID}${seed}${count++}`;
      waiting.push({ name, id: known });
      return known;
    },
    answered(name, id) {
      const place = waiting.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
      const call = place === -1 ? undefined : waiting.splice(place, 1)[0];
      return id ?? call?.id ?? `${MADE_ID}${seed}${count++}`;
    },
  };
}

const KNOWN = bothSpellings([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
]);

/** One part; two where it is signed. */
export function parsePart(part: Record<string, unknown>, ids: CallIds): Part[] {
  const signature = asText(member(part, 'thoughtSignature'));
  const text = asText(part.text);
  if (part.thought === true) return [{ type: 'reasoning', text: text ?? '', ...signedBy(signature) }];
  const signed: ReasoningPart[] =
    signature === undefined ? [] : [{ type: 'reasoning', text: '', ...signedBy(signature) }];
  // The last part of a stream may hold nothing but the signature.
  if (text === '' && signature !== undefined) return signed;
  return [...signed, parseContent(part, text, ids)];
}

function signedBy(signature: string | undefined): Pick<ReasoningPart, 'from' | 'signature' | 'redacted' | 'id'> {
  if (signature === undefined) return { from: OWN };
  return openSignature(signature) ?? { from: OWN, signature };
}

function parseContent(part: Record<string, unknown>, text: string | undefined, ids: CallIds): Part {
  const extra = unknownFields(part, KNOWN);
  const base = extra ? { extra } : {};
  if (text !== undefined) return { ...base, type: 'text', text };
  const inline = asRecord(member(part, 'inlineData'));
  if (inline) {
    const mediaType = asText(member(inline, 'mimeType')) ?? 'application/octet-stream';
    const title = asText(member(inline, 'displayName'));
    const source = { kind: 'base64' as const, data: asText(inline.data) ?? '', mediaType };
    return { ...base, type: partTypeOf(mediaType), source, ...(title ? { title } : {}) };
  }
  const file = asRecord(member(part, 'fileData'));
  if (file) return { ...base, ...parseFile(file) };
  const call = asRecord(member(part, 'functionCall'));
  if (call) {
    const name = asText(call.name) ?? '';
    const argumentsText = JSON.stringify(asRecord(call.args) ?? {});
    return { ...base, type: 'tool-call', id: ids.called(name, asText(call.id)), name, argumentsText, kind: 'function' };
  }
  const result = asRecord(member(part, 'functionResponse'));
  if (result) return { ...base, ...parseResult(result, ids) };
  const name = Object.keys(part).find((key) => isRecord(part[key])) ?? 'part';
  return { type: 'opaque', from: OWN, name, value: part };
}

/** Files of Google's own storage are ids; any other address is a URL. */
function parseFile(file: Record<string, unknown>): Part {
  const uri = asText(member(file, 'fileUri')) ?? '';
  const mediaType = asText(member(file, 'mimeType'));
  const own = /^gs:\/\/|generativelanguage\.googleapis\.com\/|youtube\.com\/|youtu\.be\//.test(uri);
  const source = own ? { kind: 'file' as const, id: uri, mediaType } : { kind: 'url' as const, url: uri, mediaType };
  return defined({ type: partTypeOf(mediaType), source: defined(source) });
}

/**
 * "Use `output` for the function's output and `error` for error details"; any other object is the output itself, but for
 * the wrapper that Vercel's `ai` puts around every text: `{name, content}` with the function's name once more.
 */
function parseResult(result: Record<string, unknown>, ids: CallIds): Part {
  const name = asText(result.name) ?? '';
  const given = asRecord(result.response) ?? {};
  const wrapped = Object.keys(given).length === 2 && given.name === name ? asText(given.content) : undefined;
  const response = wrapped === undefined ? given : { output: wrapped };
  const keys = Object.keys(response);
  const only = keys.length === 1 ? asText(response[keys[0] ?? '']) : undefined;
  const isError = keys.length === 1 && keys[0] === 'error';
  const plain = only !== undefined && (isError || keys[0] === 'output') && !isRecord(parseJson(only));
  const media = asRecords(result.parts).flatMap((part) => parsePart(part, ids));
  return defined({
    type: 'tool-result' as const,
    callId: ids.answered(name, asText(result.id)),
    name,
    content: [{ type: 'text' as const, text: plain ? only : JSON.stringify(response) }, ...media],
    isError: isError ? true : undefined,
  });
}

/** The object that a result's text becomes: an object stays one. */
export function resultObject(text: string, isError: boolean): Fields {
  const value = parseJson(text);
  if (isRecord(value) && (!isError || 'error' in value)) return value;
  return isError ? { error: text } : { output: text };
}
