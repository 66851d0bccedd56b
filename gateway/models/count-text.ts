/**
 * Counts texts with a tokenizer, within bounds that hold for any text. Merging the bytes of one piece takes steps that
 * grow with the square of its length, so a run of 100,000 letters would take half a minute: long runs, and what goes
 * beyond a bound on the steps of all texts together, are estimated instead and the count is marked so. What is exact and
 * what is not depends on the texts alone, so that a replay counts the same. Pure but for the tokenizer's own cache.
 */
import { estimateTokens } from './estimate-tokens.ts';

/** Longer than any line of dashes or indentation that people write; about a third of a millisecond each at worst. */
export const LONGEST_RUN = 256;

/** Steps of one request: some 7 million characters of prose, or 200,000 made to take as long as can be: half a second. */
export const MOST_STEPS = 50_000_000;

export interface TextsCounted {
  readonly tokens: number;
  /** False: some of it is an estimate. */
  readonly exact: boolean;
  /** An upper bound of what was asked of the tokenizer; never more than MOST_STEPS. */
  readonly steps: number;
}

/** `count` gives the tokens of a text, control tokens read as plain text. */
export function countTexts(texts: readonly string[], count: (text: string) => number): TextsCounted {
  let tokens = 0;
  let exact = true;
  let steps = 0;
  for (const text of texts) {
    const cut = cutOf(text, MOST_STEPS - steps);
    if (!cut) {
      tokens += estimateTokens(text);
      exact = false;
      continue;
    }
    steps += cut.steps;
    for (const piece of cut.short) tokens += count(piece);
    for (const piece of cut.long) {
      tokens += estimateTokens(piece);
      exact = false;
    }
  }
  return { tokens, exact, steps };
}

/**
 * What encodings never cut within: letters with their marks, white space, signs. A piece may be a run of one kind with
 * one of the next behind it (signs and line breaks), so never more than two runs.
 */
const RUNS = /[\p{L}\p{M}]+|\s+|[^\s\p{L}\p{N}]+/gu;

/** Of so few it does not matter how many bytes each has. */
const FEW_CHARACTERS = 16;

interface Cut {
  /** In order, without the long runs that stood between them; the whole text where there were none. */
  readonly short: readonly string[];
  readonly long: readonly string[];
  readonly steps: number;
}

/** Undefined: it would take more than `most` steps. */
function cutOf(text: string, most: number): Cut | undefined {
  let steps = text.length;
  if (steps > most) return undefined;
  const short: string[] = [];
  const long: string[] = [];
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    if (run.length > LONGEST_RUN) {
      if (index > from) short.push(text.slice(from, index));
      long.push(run);
      from = index + run.length;
    } else {
      const size = run.length > FEW_CHARACTERS ? Buffer.byteLength(run) : run.length;
      steps += size * size;
      if (steps > most) return undefined;
    }
  }
  if (from < text.length) short.push(from === 0 ? text : text.slice(from));
  return { short, long, steps };
}
