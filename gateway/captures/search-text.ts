/**
 * The words of a capture that people search for: errors, the heads of messages and answers, models, paths, names. Pure;
 * used when a capture is indexed, and on captures that are not indexed yet.
 */

import { bodyBytes, type OpenedRecord } from './open-record.ts';
import type { RowTuple } from './record-form.ts';

const HEAD_CHARACTERS = 120;
const ANSWER_CHARACTERS = 80;
const ERROR_CHARACTERS = 600;
const MOST_MESSAGES = 3;
/** Longer bodies are not parsed for their words; their first characters stand for them. */
const LONGEST_PARSED_BYTES = 256 * 1024;
const REQUEST_ID_HEADERS =
  /^(?:x-)?(?:request-id|amzn-requestid|ms-request-id|goog-request-id|log-?id)$|^apim-request-id$/i;

export function searchText(row: RowTuple, stored: OpenedRecord): string {
  const { meta } = stored;
  const failed = row[11] === 0;
  const parts: (string | null | undefined)[] = [
    row[14],
    row[1],
    row[4],
    row[5],
    row[6] === row[5] ? null : row[6],
    row[9],
  ];
  parts.push(row[7], row[12], ...promptHeads(bodyBytes(stored, meta.body), meta.body.z));
  const last = meta.attempts.at(-1);
  const answered = last?.responseBody?.o !== undefined ? last.responseBody : meta.answer?.body;
  const answer = bodyBytes(stored, answered);
  if (failed) {
    for (const attempt of meta.attempts) {
      const outcome = attempt.outcome as { errorCode?: string; errorMessage?: string } | undefined;
      parts.push(outcome?.errorCode, outcome?.errorMessage);
      const ids = (meta.lists[attempt.responseHeaders ?? -1] ?? []) as readonly string[];
      for (let at = 0; at + 1 < ids.length; at += 2) {
        if (REQUEST_ID_HEADERS.test(ids[at] as string)) parts.push(ids[at + 1]);
      }
    }
    parts.push(answer.toString('utf8', 0, ERROR_CHARACTERS));
  } else parts.push(answerHead(answer));
  return parts.filter((part) => part).join('\n');
}

function promptHeads(body: Buffer, sizeBytes: number): string[] {
  const value = parsed(body);
  if (value === undefined) {
    return body.length > 0 && sizeBytes > LONGEST_PARSED_BYTES ? [body.toString('utf8', 0, HEAD_CHARACTERS * 3)] : [];
  }
  const { messages, contents, input, prompt, system, instructions } = value as Record<string, unknown>;
  const turns = [messages, contents, input].find(Array.isArray) as unknown[] | undefined;
  const texts = turns
    ? [...turns.slice(0, 1), ...turns.slice(1).slice(-(MOST_MESSAGES - 1))].map(textOf)
    : [textOf(input), textOf(prompt)];
  return [textOf(system), textOf(instructions), ...texts]
    .map((text) => text.slice(0, HEAD_CHARACTERS))
    .filter((text) => text !== '');
}

/** The beginning of what the model said, in whichever dialect; empty when it cannot be told. */
function answerHead(body: Buffer): string {
  const value = parsed(body) as Record<string, unknown> | undefined;
  if (value === undefined) return '';
  const choice = first(value.choices);
  const candidate = first(value.candidates);
  const text =
    textOf(choice?.message) ||
    textOf(choice?.text) ||
    textOf(value.content) ||
    textOf(candidate?.content) ||
    textOf(value.output_text) ||
    textOf(value.output);
  return text.slice(0, ANSWER_CHARACTERS);
}

function first(list: unknown): Record<string, unknown> | undefined {
  return Array.isArray(list) ? (list[0] as Record<string, unknown> | undefined) : undefined;
}

function textOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (depth > 4 || typeof value !== 'object' || value === null) return '';
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 8)) {
      const text = textOf(item, depth + 1);
      if (text !== '') return text;
    }
    return '';
  }
  const { text, content, parts } = value as Record<string, unknown>;
  return textOf(text ?? content ?? parts, depth + 1);
}

function parsed(body: Buffer): object | undefined {
  if (body.length === 0 || body.length > LONGEST_PARSED_BYTES || body[0] !== 0x7b) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A search as typed: words, and phrases in double quotes; each a list of words that must follow one another. */
export function searchPhrases(text: string): string[][] {
  const phrases: string[][] = [];
  for (const [, quoted, word] of text.matchAll(/"([^"]*)"?|(\S+)/g)) {
    const words = wordsOf(quoted ?? word ?? '');
    if (words.length > 0) phrases.push(words);
  }
  return phrases;
}

/** The words of a text as the index sees them: letters and digits, lower case, without accents. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{Co}]+/u)
    .filter((word) => word !== '');
}

/** True when every phrase occurs; the last word of the last phrase may be the beginning of one when `prefix` is set. */
export function containsPhrases(text: string, phrases: readonly string[][], prefix = false): boolean {
  const words = wordsOf(text);
  return phrases.every((phrase, nth) => {
    const open = prefix && nth === phrases.length - 1;
    for (let at = 0; at + phrase.length <= words.length; at++) {
      const fits = phrase.every((word, index) => {
        const there = words[at + index] as string;
        return there === word || (open && index === phrase.length - 1 && there.startsWith(word));
      });
      if (fits) return true;
    }
    return false;
  });
}
