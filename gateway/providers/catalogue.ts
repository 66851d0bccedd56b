/** Which provider knows which model id, and the nearest names to a mistyped one. Data: data/model-ids.json. */
import modelIds from './data/model-ids.json' with { type: 'json' };

let providersByModel: Map<string, string[]> | undefined;

function index(): Map<string, string[]> {
  if (providersByModel) return providersByModel;
  providersByModel = new Map();
  for (const [provider, ids] of Object.entries(modelIds.models as Record<string, string[]>)) {
    for (const id of ids) {
      const known = providersByModel.get(id);
      if (known) known.push(provider);
      else providersByModel.set(id, [provider]);
    }
  }
  return providersByModel;
}

/** Preset ids of the providers that list this bare model id; empty when none does. */
export function providersOfModel(model: string): readonly string[] {
  return index().get(model) ?? [];
}

/** Model ids that a preset is known to serve. */
export function modelsOfPreset(preset: string): readonly string[] {
  return (modelIds.models as Record<string, string[]>)[preset] ?? [];
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
