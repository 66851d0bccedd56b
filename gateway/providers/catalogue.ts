/**
 * Models that ship with the gateway: which provider serves which, with limits and list prices; and the nearest names to a
 * mistyped one. Data: data/models.json, made by scripts/compile-models.ts. A provider's rows are taken apart when that
 * provider is first asked about, a row when its model is.
 */
import data from './data/models.json' with { type: 'json' };
import type { KnownModel } from './known-model.ts';
import { ModelRows, ROW_SIGNS } from './model-rows.ts';

const rowsOf: ReadonlyMap<string, string> = new Map(Object.entries(data.models));
const opened = new Map<string, ModelRows>();

function open(preset: string): ModelRows | undefined {
  const known = opened.get(preset);
  if (known) return known;
  const rows = rowsOf.get(preset);
  if (rows === undefined) return undefined;
  const models = new ModelRows(preset, rows);
  opened.set(preset, models);
  return models;
}

/** What is known of a model under exactly this id at this preset. */
export function knownModel(preset: string, id: string): KnownModel | undefined {
  return open(preset)?.get(id);
}

/** Preset ids of the providers that list this bare model id; empty when none does. */
export function providersOfModel(model: string): readonly string[] {
  if (model === '' || ROW_SIGNS.test(model)) return [];
  const presets: string[] = [];
  for (const [preset, rows] of rowsOf) {
    if (rows.startsWith(`${model}|`) || rows.includes(`^${model}|`)) presets.push(preset);
  }
  return presets;
}

/** Model ids that a preset is known to serve. */
export function modelsOfPreset(preset: string): readonly string[] {
  return open(preset)?.ids() ?? [];
}

/** When the source of a model's price was read, as `2026-11-10`; undefined for an unknown source. */
export function priceSourceDate(source: string): string | undefined {
  return (data.sources as Readonly<Record<string, { readonly date: string } | undefined>>)[source]?.date;
}

/** The `count` names among `known` that are nearest to `name`, nearest first; none farther than a third of its length. */
export function nearestNames(name: string, known: Iterable<string>, count = 3): string[] {
  const wanted = name.toLowerCase();
  const bound = Math.max(2, Math.floor(wanted.length / 3));
  const scored: { name: string; distance: number }[] = [];
  for (const candidate of known) {
    const text = candidate.toLowerCase();
    if (Math.abs(text.length - wanted.length) > bound) continue;
    const distance = editDistance(wanted, text, bound);
    if (distance <= bound) scored.push({ name: candidate, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
  return scored.slice(0, count).map((item) => item.name);
}

/** Levenshtein distance, given up (bound + 1) as soon as it must exceed the bound. */
function editDistance(a: string, b: string, bound: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    let best = i;
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const value = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + cost,
      );
      current.push(value);
      if (value < best) best = value;
    }
    if (best > bound) return bound + 1;
    previous = current;
  }
  return previous[b.length] as number;
}
