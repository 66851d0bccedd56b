/**
 * How many tokens a request has: counted by the model's own tokenizer where one is known, and else estimated. What is
 * exact is told from what is not: the frame around messages is published for some models, that of tools, pictures and
 * schemas for none. Pure but for the counter it is given.
 */
import type { CanonicalRequest, Part } from '../dialects/canonical/request.ts';
import { type Encoding, encodingOf, FRAME } from './encodings.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { CountTexts } from './token-counter.ts';

export interface RequestTokens {
  readonly tokens: number;
  /** What the provider will count, to the token. */
  readonly exact: boolean;
  /** The tokenizer that counted its texts; undefined: none did. */
  readonly encoding?: Encoding;
  /** What in it was estimated though its texts were counted, as names for a sentence. */
  readonly guessed: readonly string[];
}

/** Whose tokens they are. */
export interface CountingModel {
  /** Of the provider; null for one without. */
  readonly preset: string | null;
  readonly model: string;
}

/** By rule of thumb alone. */
export function estimateRequest(request: CanonicalRequest): RequestTokens {
  const { texts, files, messages } = contentsOf(request);
  const tokens = texts.reduce(
    (sum, text) => sum + estimateTokens(text),
    FRAME_ABOUT * messages + PICTURE_TOKENS * files,
  );
  return { tokens, exact: false, guessed: [] };
}

/** Undefined where no tokenizer is known for the model, or none can be had just now. */
export async function countRequest(
  request: CanonicalRequest,
  { preset, model }: CountingModel,
  count: CountTexts,
): Promise<RequestTokens | undefined> {
  const known = encodingOf(preset, model);
  if (!known) return undefined;
  const { texts, files, messages, names, guessed } = contentsOf(request);
  const counted = await count(known.encoding, texts);
  if (!counted) return undefined;
  if (!known.certain) guessed.add(`which model “${model}” is`);
  if (!known.framed) guessed.add('the frame around messages');
  if (!counted.exact) guessed.add('texts that are very long');
  const frame = messages * (FRAME.message + FRAME.role) + names * FRAME.name + FRAME.answer;
  const tokens = counted.tokens + frame + files * PICTURE_TOKENS;
  return { tokens, exact: guessed.size === 0, encoding: known.encoding, guessed: [...guessed] };
}

/** Whether `countRequest` has a tokenizer for it: whoever need not wait does not. */
export function canCount({ preset, model }: CountingModel): boolean {
  return encodingOf(preset, model) !== undefined;
}

/** The frame of a message where nobody publishes one. */
const FRAME_ABOUT = 4;

/** A picture at its largest (docs.claude.com/en/docs/build-with-claude/vision); its size is not looked at. */
const PICTURE_TOKENS = 1600;

interface Contents {
  readonly texts: string[];
  readonly guessed: Set<string>;
  messages: number;
  names: number;
  files: number;
}

function contentsOf({ messages, tools, responseFormat }: CanonicalRequest): Contents {
  const contents: Contents = { texts: [], guessed: new Set(), messages: messages.length, names: 0, files: 0 };
  for (const { parts, name } of messages) {
    if (name !== undefined) {
      contents.names++;
      contents.texts.push(name);
    }
    if (parts.length > 1) contents.guessed.add('messages of several parts');
    for (const part of parts) addPart(part, contents);
  }
  for (const { name, description, parameters } of tools) {
    contents.guessed.add('tools');
    contents.texts.push(JSON.stringify({ name, description, parameters }));
  }
  if (responseFormat?.type === 'json-schema') {
    contents.guessed.add('the schema of the answer');
    contents.texts.push(JSON.stringify(responseFormat.schema));
  }
  return contents;
}

function addPart(part: Part, contents: Contents) {
  const { texts, guessed } = contents;
  switch (part.type) {
    case 'text':
      texts.push(part.text);
      return;
    case 'reasoning':
    case 'refusal':
      guessed.add('thinking and refusals');
      texts.push(part.text);
      return;
    case 'tool-call':
      guessed.add('calls of tools and their results');
      texts.push(part.name, part.argumentsText);
      return;
    case 'tool-result':
      guessed.add('calls of tools and their results');
      for (const inner of part.content) addPart(inner, contents);
      return;
    case 'image':
    case 'document':
    case 'audio':
      guessed.add('pictures and files');
      if (part.source.kind === 'text') texts.push(part.source.text);
      else contents.files++;
      return;
    case 'opaque':
      guessed.add(`${part.name}`);
      texts.push(JSON.stringify(part.value));
  }
}
