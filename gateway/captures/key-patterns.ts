/**
 * From the presets' key shapes (anchored, for a whole pasted key) to patterns that find such keys inside other text.
 * A shape earns a place only if it starts with something telling (`sk-proj-`, `AIza`, `kw_`) or names its provider by
 * structure alone; "32 hex digits" would eat hashes and ids, so it is left to the exact search for stored secrets.
 */

/** What is needed of a preset (a record of providers.json). */
export interface PresetKeyShape {
  readonly id: string;
  readonly key: {
    readonly pattern: string | null;
    readonly identifies: boolean;
    readonly otherForms?: readonly { readonly pattern: string }[];
  };
}

export interface KeyPattern {
  /** Literal text that every such key starts with; empty for keys known by structure. */
  readonly prefix: string;
  /** Sticky; matches the whole key from its first character, as far as key characters go. */
  readonly regex: RegExp;
  /** The prefix alone is telling: no word boundary is asked for before it. */
  readonly distinctive: boolean;
  /** What follows must look random, or `xai-grok-2-vision-latest` would pass for a key. */
  readonly mustLookRandom: boolean;
  readonly kind: 'gateway-key' | 'key-pattern';
}

/** Shortest key that any pattern finds; the scanner strides by it. */
export const SHORTEST_KEY = 20;

const GATEWAY_KEY: KeyPattern = {
  prefix: 'kw_',
  regex: /kw_[A-Za-z0-9]{4,}_[A-Za-z0-9_-]{16,}/y,
  distinctive: false,
  mustLookRandom: true,
  kind: 'gateway-key',
};

/** AWS's signature over one request, as its header and its query write it: good for minutes, and no business of a record. */
const AWS_SIGNATURE: KeyPattern = {
  prefix: 'Signature=',
  regex: /Signature=[0-9a-f]{64}/y,
  distinctive: true,
  mustLookRandom: false,
  kind: 'key-pattern',
};

/** Patterns for all presets and for gateway keys; the same text in two presets counts once. */
export function deriveKeyPatterns(presets: readonly PresetKeyShape[]): KeyPattern[] {
  const found = new Map<string, KeyPattern>();
  for (const { key } of presets) {
    const shapes = [{ shape: key.pattern, telling: key.identifies }];
    for (const form of key.otherForms ?? []) shapes.push({ shape: form.pattern, telling: false });
    for (const { shape, telling } of shapes) {
      if (shape) for (const pattern of fromShape(shape, telling)) found.set(pattern.regex.source, pattern);
    }
  }
  return [GATEWAY_KEY, AWS_SIGNATURE, ...found.values()];
}

function fromShape(shape: string, telling: boolean): KeyPattern[] {
  const open = !shape.endsWith('$');
  const body = shape.replace(/^\^/, '').replace(/\$$/, '');
  const patterns: KeyPattern[] = [];
  for (const { prefix, rest } of expand(body)) {
    if (prefix === '' && telling && rest.includes('\\.')) {
      const regex = new RegExp(rest, 'y');
      patterns.push({ prefix, regex, distinctive: false, mustLookRandom: false, kind: 'key-pattern' });
      continue;
    }
    // `eyJ` starts any base64 JSON object: only the three parts of a signed token are telling.
    if (prefix.length < 3 || (/^[A-Za-z]{3}$/.test(prefix) && !rest.includes('\\.'))) continue;
    if (open && prefix.length < 6) continue;
    const exact = escapeLiteral(prefix) + rest.replace(/\{(\d+)(?:,\d*)?\}$/, '{$1,}');
    const distinctive = prefix.length >= 5 || (telling && prefix.length === 4 && prefix.endsWith('_'));
    // A key of a newer length or with junk grown on is still a key where the prefix says so.
    const loose = `${escapeLiteral(prefix)}[A-Za-z0-9_-]{16,}`;
    const source = open ? loose : distinctive ? `(?:${exact}|${loose})` : exact;
    const mustLookRandom = !/^sk-.{4,}|^github_pat_/.test(prefix);
    patterns.push({ prefix, regex: new RegExp(source, 'y'), distinctive, mustLookRandom, kind: 'key-pattern' });
  }
  return patterns;
}

/** Splits a shape into alternatives, each with its literal beginning and what follows it as regex source. */
function expand(source: string): { prefix: string; rest: string }[] {
  const results: { prefix: string; rest: string }[] = [];
  for (const branch of alternatives(source)) {
    const head = firstUnit(branch);
    if (!head) {
      results.push({ prefix: '', rest: branch });
      continue;
    }
    const tail = branch.slice(head.length);
    if (head.texts) {
      for (const text of head.texts) {
        for (const next of expand(tail)) results.push({ prefix: text + next.prefix, rest: next.rest });
      }
    } else {
      for (const inner of head.branches) {
        for (const next of expand(inner + tail)) results.push(next);
      }
    }
  }
  return results;
}

interface Unit {
  readonly length: number;
  readonly texts?: readonly string[];
  readonly branches: readonly string[];
}

/** The first literal, small unquantified class, or unquantified group of a branch; null where something else begins. */
function firstUnit(branch: string): Unit | null {
  if (branch === '') return null;
  const quantified = (at: number) => /^[{*+?]/.test(branch.slice(at));
  if (branch.startsWith('(?:')) {
    const end = closing(branch);
    if (quantified(end + 1)) return null;
    return { length: end + 1, branches: alternatives(branch.slice(3, end)) };
  }
  const set = /^\[([a-z]{2,8})\]/.exec(branch);
  if (set && !quantified(set[0].length)) return { length: set[0].length, texts: [...(set[1] as string)], branches: [] };
  const escaped = /^\\([^a-zA-Z0-9])/.exec(branch);
  if (escaped && !quantified(2)) return { length: 2, texts: [escaped[1] as string], branches: [] };
  if (/^[A-Za-z0-9_/|:=-]/.test(branch) && !quantified(1)) {
    return { length: 1, texts: [branch[0] as string], branches: [] };
  }
  return null;
}

function alternatives(source: string): string[] {
  const branches: string[] = [];
  let depth = 0;
  let inClass = false;
  let from = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) {
      branches.push(source.slice(from, at));
      from = at + 1;
    }
  }
  branches.push(source.slice(from));
  return branches;
}

function closing(source: string): number {
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  throw new Error(`unbalanced key pattern: ${source}`);
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/**
 * Tells `sk-learn-pipeline-with-custom-steps` from a key: words between separators are short and of one case. Keys
 * run long without a separator, or change between cases and digits all the time.
 */
export function looksRandom(text: string): boolean {
  let runLength = 0;
  let runHasDigit = false;
  let changes = 0;
  let before = SEPARATOR;
  for (let at = 0; at < text.length; at++) {
    const sort = SORT[text.charCodeAt(at)] ?? SEPARATOR;
    if (sort === SEPARATOR) {
      runLength = 0;
      runHasDigit = false;
    } else {
      runLength++;
      if (sort === DIGIT) runHasDigit = true;
      if (before !== SEPARATOR && before !== sort) changes++;
      if (changes >= 5 || runLength >= 20 || (runLength >= 16 && runHasDigit)) return true;
    }
    before = sort;
  }
  return false;
}

const SEPARATOR = 0;
const DIGIT = 1;
const SORT = new Uint8Array(128);
for (const [sort, characters] of ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].entries()) {
  for (const character of characters) SORT[character.charCodeAt(0)] = DIGIT + sort;
}
