/** What a text looks like as a key: whose it could be, and what no key has. Pure; never tells the text itself. */
import type { Preset } from './preset-schema.ts';
import { presets as builtIn } from './presets.ts';

export type Certainty = 'certain' | 'likely' | 'possible';

export interface KeyCandidate {
  readonly preset: string;
  readonly name: string;
  readonly certainty: Certainty;
  /** False: it begins like such a key, but its length or characters are not right (cut short, mistyped). */
  readonly whole: boolean;
}

export interface RecogniseOptions {
  readonly presets?: readonly Preset[];
  /** Also name providers whose keys have no beginning of their own (32 hexadecimal characters fit several). */
  readonly loose?: boolean;
}

interface KeyForm {
  readonly preset: Preset;
  readonly pattern: RegExp | null;
  /** Beginnings that no other provider's keys have. */
  readonly ownPrefixes: readonly string[];
}

/** Beginnings that many providers share; by themselves they name nobody. */
const SHARED_PREFIX = /^(?:sk[-_]|eyJ|v1\.)$/;

const formsOf = new WeakMap<readonly Preset[], readonly KeyForm[]>();

function forms(presets: readonly Preset[]): readonly KeyForm[] {
  const known = formsOf.get(presets);
  if (known) return known;
  const made = presets.map((preset) => ({
    preset,
    pattern: preset.key.pattern === null ? null : new RegExp(preset.key.pattern),
    ownPrefixes: preset.key.prefixes.filter((prefix) => !SHARED_PREFIX.test(prefix)),
  }));
  formsOf.set(presets, made);
  return made;
}

const RANK: Readonly<Record<Certainty, number>> = { certain: 0, likely: 1, possible: 2 };

/** Whose key this could be, best first; empty when its shape names nobody. */
export function recogniseKey(text: string, options: RecogniseOptions = {}): KeyCandidate[] {
  if (text.length < 8 || text.length > 4096) return [];
  const found: KeyCandidate[] = [];
  for (const { preset, pattern, ownPrefixes } of forms(options.presets ?? builtIn)) {
    const begins = ownPrefixes.some((prefix) => text.startsWith(prefix));
    const whole = pattern?.test(text) ?? false;
    if (!whole && !begins) continue;
    const certainty = certaintyOf(preset, whole, begins, text);
    if (certainty === 'possible' && !begins && !options.loose && !/^sk[-_]/.test(text)) continue;
    found.push({ preset: preset.id, name: preset.name, certainty, whole });
  }
  // Two providers that both claim the shape (a company's international and Chinese site) cannot both be certain.
  const certain = found.filter((candidate) => candidate.certainty === 'certain');
  const settled =
    certain.length < 2
      ? found
      : found.map((candidate) =>
          candidate.certainty === 'certain' ? { ...candidate, certainty: 'likely' as const } : candidate,
        );
  // Where a beginning names somebody, shapes that merely allow the text say nothing more.
  const named = settled.some((candidate) => candidate.certainty !== 'possible');
  const kept = named ? settled.filter((candidate) => candidate.certainty !== 'possible') : settled;
  return kept.sort(
    (a, b) => RANK[a.certainty] - RANK[b.certainty] || Number(b.whole) - Number(a.whole) || weight(a) - weight(b),
  );
}

/** Among mere possibilities: makers before resellers, well-known forms before guessed ones. */
function weight(candidate: KeyCandidate): number {
  const preset = builtIn.find(({ id }) => id === candidate.preset);
  const group = preset?.group === 'router' ? 10 : preset?.group === 'plan' ? 5 : 0;
  return group + ['high', 'medium', 'low', 'unknown'].indexOf(preset?.key.confidence ?? 'unknown');
}

function certaintyOf(preset: Preset, whole: boolean, begins: boolean, text: string): Certainty {
  const { identifies, confidence } = preset.key;
  if (!whole) return 'likely';
  // A JSON Web Token can be anybody's.
  if (!identifies || /^eyJ/.test(text)) return 'possible';
  return begins || confidence === 'high' || confidence === 'medium' ? 'certain' : 'likely';
}

/** A thing people paste in place of a key, that the provider's record knows of ("administration key"). */
export interface OtherForm {
  readonly preset: string;
  readonly name: string;
  readonly meaning: string;
}

/**
 * Known mistakes, the given provider's first. A form that is as general as "40 characters" counts only for the provider
 * that was named; without one, its pattern must have a beginning of its own.
 */
export function otherForms(text: string, provider?: string, presets: readonly Preset[] = builtIn): OtherForm[] {
  const found: OtherForm[] = [];
  for (const preset of presets) {
    const named = preset.id === provider;
    for (const { pattern, meaning } of preset.key.otherForms) {
      if (!named && !/^\^(?:\(\?:)?[A-Za-z]{2}/.test(pattern)) continue;
      if (!new RegExp(pattern).test(text)) continue;
      const form = { preset: preset.id, name: preset.name, meaning };
      if (named) found.unshift(form);
      else found.push(form);
    }
  }
  return found;
}

export type Placeholder = 'variable' | 'example' | 'masked' | 'literal';

const VARIABLE =
  /^(?:\$\{?[A-Za-z_][\w.]*(?::-[^}]*)?\}?|%[A-Za-z_]\w*%|\{\{.{1,80}\}\}|\$\(.{1,80}\)|process\.env\.\w+|import\.meta\.env\.\w+|os\.(?:environ|getenv).{0,60}|env[:.]\w+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET))$/;
const LITERAL = /^(?:undefined|null|none|nil|nan|true|false|\[object object\]|string|todo|n\/a)$/i;
const MASKED = /\.{3,}|…|\*{3,}|•{3,}|●{3,}|·{3,}/u;
const EXAMPLE =
  /^(?:<[^<>]{1,80}>|\[[^[\]]{1,80}\]|(?:sk|key|api|gsk|pplx|token|secret)[-_]?(?:x{3,}|0{6,}|1234567?8?9?0?)[x0-9]*|x{4,}|(?:sk|gsk|api)[-_](?:proj|ant|or)?[-_]?x{3,}.*)$/i;
const EXAMPLE_WORDS =
  /(?:your|my|the|insert|enter|paste|put|add|replace)[-_ ]?(?:own[-_ ]?)?(?:\w{1,20}[-_ ])?(?:api[-_ ]?)?(?:key|token|secret)|(?:key|token)[-_ ]?(?:goes[-_ ]?)?here|change[-_]?me|placeholder|x{8,}/i;

/** What kind of stand-in for a key this is; undefined when it could be a real one. */
export function placeholderKind(text: string): Placeholder | undefined {
  if (text.length > 4096) return undefined;
  if (/^(?:your|my|insert|enter|paste)[-_ ]/i.test(text) && EXAMPLE_WORDS.test(text)) return 'example';
  if (VARIABLE.test(text)) return 'variable';
  if (LITERAL.test(text)) return 'literal';
  if (MASKED.test(text)) return 'masked';
  if (EXAMPLE.test(text) || EXAMPLE_WORDS.test(text)) return 'example';
  return /^(.)\1{7,}$/.test(text) ? 'example' : undefined;
}

/** Zero-width and direction marks, soft hyphen, byte order mark: copied along from web pages, invisible on screen. */
export const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufeff]|\u034f|[\ufe00-\ufe0f]/gu;

/** Spaces that are not the space bar's: non-breaking, thin, ideographic. */
export const ODD_SPACE = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/gu;

/** Letters of other alphabets that look like Latin ones, and the dashes that word processors make of a hyphen. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    'АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX аa еe оo рp сc уy хx іi ІI јj ЈJ ѕs ЅS ԁd һh ԛq ԝw ӏl',
    'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo νv ιi κk ρp',
    '‐- ‑- ‒- –- —- ―- −- ﹣- －- ＿_ ．. ⁃-',
  ]
    .join(' ')
    .split(' ')
    .map((pair) => [...pair] as [string, string]),
);

/** The text with look-alikes (full-width letters too) replaced by what they look like. */
export function withoutLookAlikes(text: string): string {
  let plain = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    plain +=
      LOOK_ALIKES.get(character) ?? (code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : character);
  }
  return plain;
}

/** What can be said of a text without saying the text. */
export interface KeyShape {
  readonly length: number;
  /** The part before the secret one: `sk-proj-`, `AIza`; undefined where no provider's beginning is known. */
  readonly prefix?: string;
  readonly alphabet: 'hexadecimal' | 'letters and digits' | 'base64url' | 'base64' | 'printable' | 'other';
  readonly surroundingSpace: boolean;
  readonly innerSpace: boolean;
  readonly lineBreak: boolean;
  readonly quoted: boolean;
  readonly scheme?: string;
  readonly invisible: boolean;
  readonly lookAlike: boolean;
  readonly placeholder?: Placeholder;
  readonly gatewayKey: boolean;
  readonly jsonWebToken: boolean;
  readonly url: boolean;
  readonly candidates: readonly KeyCandidate[];
}

/** The features of a text as it was found, unmended; bounded to its first 4,096 characters. */
export function keyShape(text: string, options: RecogniseOptions = {}): KeyShape {
  const bounded = text.slice(0, 4096);
  const trimmed = bounded.trim();
  const scheme = /^(bearer|basic|token|api-?key)\s+/i.exec(trimmed)?.[1];
  const unschemed = trimmed.replace(/^(?:bearer|basic|token|api-?key)\s+/i, '');
  const bare = unschemed.replace(QUOTES, '');
  const candidates = recogniseKey(bare, options);
  return {
    length: text.length,
    prefix: prefixOf(bare, options.presets ?? builtIn),
    alphabet: alphabetOf(bare),
    surroundingSpace: bounded !== trimmed,
    innerSpace: /[^\S\r\n]/.test(bare),
    lineBreak: /[\r\n]/.test(bounded),
    quoted: unschemed !== bare,
    scheme,
    invisible: bounded.search(INVISIBLE) !== -1 || bounded.search(ODD_SPACE) !== -1,
    lookAlike: withoutLookAlikes(bare) !== bare,
    placeholder: placeholderKind(bare),
    gatewayKey: /^kw_/.test(bare),
    jsonWebToken: /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(bare),
    url: /^https?:\/\//i.test(bare),
    candidates,
  };
}

/** Quotes of all kinds at either end. */
const QUOTES = /^["'`“”„‟‘’‚‛«»「」]+|["'`“”„‟‘’‚‛«»「」]+$/gu;

function prefixOf(text: string, presets: readonly Preset[]): string | undefined {
  let longest: string | undefined;
  for (const preset of presets) {
    for (const prefix of preset.key.prefixes) {
      if (text.startsWith(prefix) && prefix.length > (longest?.length ?? 0)) longest = prefix;
    }
  }
  return longest;
}

function alphabetOf(text: string): KeyShape['alphabet'] {
  if (/^[0-9a-f]+$/i.test(text)) return 'hexadecimal';
  if (/^[A-Za-z0-9]+$/.test(text)) return 'letters and digits';
  if (/^[\w-]+$/.test(text)) return 'base64url';
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return 'base64';
  return /^[\x20-\x7e]+$/.test(text) ? 'printable' : 'other';
}
