/**
 * Finds a model that is asked for under another spelling than the catalogue's: other case or punctuation, with or without
 * a date, `-latest`, a maker's or region's prefix. Pure.
 */
import { knownModel, modelsOfPreset } from '../providers/catalogue.ts';
import type { KnownModel } from '../providers/known-model.ts';

/**
 * How a name led to a model, nearest first. `spelling`: the same name in other letters. `undated`: asked with a date that
 * the catalogue lacks, found without. `dated`: asked without one (or as `-latest`), found as the newest dated one.
 */
export type Match = 'exact' | 'spelling' | 'undated' | 'dated';

export interface FoundModel {
  readonly model: KnownModel;
  readonly match: Match;
}

/** Spellings of one provider's models. */
export interface Spellings {
  /** By canonical name; null where two models share it, which then tells neither. */
  readonly byName: ReadonlyMap<string, string | null>;
  /** By canonical name without its date: ids, newest date first. */
  readonly byFamily: ReadonlyMap<string, readonly string[]>;
}

const spellingsOfPreset = new Map<string, Spellings>();

/** The model of this preset that `asked` means; undefined where none does, or where more than one might. */
export function findModel(preset: string, asked: string): FoundModel | undefined {
  const exact = knownModel(preset, asked);
  if (exact) return { model: exact, match: 'exact' };
  const found = findSpelling(spellingsFor(preset), asked);
  const model = found && knownModel(preset, found.id);
  return model && { model, match: found.match };
}

export interface FoundSpelling {
  readonly id: string;
  readonly match: Exclude<Match, 'exact'>;
}

/** The id among these that `asked` means in another spelling. */
export function findSpelling(spellings: Spellings, asked: string): FoundSpelling | undefined {
  if (asked.length > LONGEST_NAME) return undefined;
  const full = canonical(asked);
  // A name that two models share tells neither.
  if (full === '' || spellings.byName.get(full) === null) return undefined;
  return seek(spellings, full) ?? seek(spellings, canonical(withoutPrefix(asked)));
}

function seek({ byName, byFamily }: Spellings, name: string): FoundSpelling | undefined {
  const same = byName.get(name);
  if (same) return { id: same, match: 'spelling' };
  const { family, date } = parted(name);
  if (date !== undefined && date !== LATEST) {
    const undated = byName.get(family) ?? byName.get(`${family}-${LATEST}`);
    return undated ? { id: undated, match: 'undated' } : undefined;
  }
  const plain = date === LATEST ? byName.get(family) : undefined;
  const newest = plain ?? byFamily.get(family)?.[0];
  return newest ? { id: newest, match: 'dated' } : undefined;
}

/** No known name is nearly so long; a longer one is not worth the expressions. */
const LONGEST_NAME = 200;
const LATEST = 'latest';

function spellingsFor(preset: string): Spellings {
  const known = spellingsOfPreset.get(preset);
  if (known) return known;
  const spellings = spellingsOf(modelsOfPreset(preset));
  spellingsOfPreset.set(preset, spellings);
  return spellings;
}

export function spellingsOf(ids: readonly string[]): Spellings {
  const byName = new Map<string, string | null>();
  const families = new Map<string, { id: string; date: string }[]>();
  for (const id of ids) {
    const name = canonical(id);
    byName.set(name, byName.has(name) ? null : id);
    const { family, date } = parted(name);
    if (date === undefined || date === LATEST) continue;
    const members = families.get(family);
    if (members) members.push({ id, date });
    else families.set(family, [{ id, date }]);
  }
  // Routers name models by their makers; a name without one is as good where only one maker has it.
  const short = new Map<string, string | null>();
  for (const id of ids) {
    const rest = withoutPrefix(id);
    const name = canonical(rest);
    if (rest !== id) short.set(name, short.has(name) ? null : id);
  }
  for (const [name, id] of short) if (!byName.has(name)) byName.set(name, id);
  const byFamily = new Map<string, string[]>();
  for (const [family, members] of families) {
    members.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
    byFamily.set(
      family,
      members.map(({ id }) => id),
    );
  }
  return { byName, byFamily };
}

/** Lower case, one kind of punctuation, without what Gemini's lists and Ollama put around a name. */
function canonical(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^models\//, '')
    .replace(/:latest$/, '')
    .replaceAll(/[._\s]+/g, '-');
}

/** Without the maker (`anthropic/…`) or Bedrock's region and maker (`us.anthropic.…`). */
function withoutPrefix(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(BEDROCK_PREFIX, '');
}

const BEDROCK_PREFIX =
  /^(?:(?:us|eu|apac|au|ca|jp|global)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\.(?=[a-z])/i;

/** A date or version at a name's end: `-20250929`, `@20250929`, `-2024-08-06`, `-preview-05-20`, `-001`, `-latest`. */
const DATED =
  /^(.+?)(?:[-@](20\d{6})|[-@](20\d\d-\d\d-\d\d)|-((?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))|[-@](00\d)|[-@](latest))(-v\d+:\d+)?$/;

function parted(name: string): { readonly family: string; readonly date: string | undefined } {
  const match = DATED.exec(name);
  if (!match) return { family: name, date: undefined };
  const [, family = name, compact, dashed, day, version, latest, revision = ''] = match;
  const date = compact ?? dashed?.replaceAll('-', '') ?? day ?? version ?? latest;
  return { family: family + revision, date };
}
