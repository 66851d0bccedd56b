/** Models that the sample home's providers are said to have, and when they said so. */
import type { ModelListRow, ModelRow, ProviderRow } from '../../../gateway/control/contract/index.ts';

const ofProvider: Readonly<Record<string, readonly string[]>> = {
  openai: ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'text-embedding-3-small'],
  anthropic: ['claude-opus-4-5', 'claude-sonnet-4-5'],
};

/** Who has not said which models it has, or not lately. */
const REFUSED: Readonly<Record<string, Partial<ModelListRow>>> = {
  anthropic: { problem: { sentence: 'Anthropic refused the key with status 401.', capture: null } },
  ollama: {
    listedAt: null,
    models: 0,
    problem: { sentence: 'Nothing listens at http://127.0.0.1:11434.', capture: null },
  },
};

export function sampleModels(providers: readonly ProviderRow[], wanted?: string): ModelRow[] {
  return providers
    .filter(({ id, practice }) => !practice && (wanted === undefined || id === wanted))
    .flatMap(({ id }) =>
      (ofProvider[id] ?? [`${id}-large`]).map((model) => ({
        id: `${id}/${model}`,
        provider: id,
        model,
        name: model,
        kind: 'chat',
        contextWindow: 128_000,
        maxOutput: null,
        inputPrice: null,
        outputPrice: null,
        from: 'both' as const,
      })),
    );
}

export function sampleLists(providers: readonly ProviderRow[], nowMs: number): ModelListRow[] {
  const at = new Date(nowMs - 3 * 60_000).toISOString();
  return providers
    .filter(({ practice }) => !practice)
    .map(({ id, name, keys }) => ({
      provider: id,
      name,
      listedAt: at,
      triedAt: at,
      models: ofProvider[id]?.length ?? 1,
      leftOut: 0,
      keys,
      problem: null,
      ...REFUSED[id],
    }));
}
