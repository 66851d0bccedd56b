/** Which providers a pasted key may be saved under, best first. Pure. */
import type { PasteAnalysis, PresetRow, ProviderRow } from '../../../gateway/control/contract/index.ts';

export const CUSTOM = ':custom';

export interface Choice {
  /** A provider's or a preset's id. */
  readonly value: string;
  readonly label: string;
  readonly disabled: boolean;
}

export interface ChoiceGroups {
  readonly suggested: readonly Choice[];
  readonly yours: readonly Choice[];
  readonly all: readonly Choice[];
}

export function providerChoices(
  presets: readonly PresetRow[],
  providers: readonly ProviderRow[],
  analysis: PasteAnalysis | null,
): ChoiceGroups {
  const used = new Set<string>();
  const take = (choices: Choice[]) => choices.filter((choice) => !used.has(choice.value) && used.add(choice.value));
  const byId = new Map(presets.map((preset) => [preset.id, preset]));
  const suggested = take(
    (analysis?.candidates ?? []).map((candidate) => ({
      value: candidate.preset,
      label: candidate.name,
      disabled: byId.get(candidate.preset)?.supported === false,
    })),
  );
  const yours = take(
    providers
      .filter((provider) => !provider.practice)
      .map((provider) => ({ value: provider.id, label: provider.name, disabled: false })),
  );
  const all = take(
    [...presets]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((preset) => ({ value: preset.id, label: preset.name, disabled: !preset.supported })),
  );
  return { suggested, yours, all };
}

/** The provider to save under without asking: only one where the key leaves no doubt. */
export function surePreset(analysis: PasteAnalysis | null): string | undefined {
  const [first, second] = analysis?.candidates ?? [];
  if (!first) return undefined;
  if (first.certainty === 'certain') return first.preset;
  return first.certainty === 'likely' && (!second || second.certainty === 'possible') ? first.preset : undefined;
}
