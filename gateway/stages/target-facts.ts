/** What is known of the model that will answer, for the builders of its request: catalogue and quirks. Pure. */
import type { TargetFacts } from '../dialects/canonical/adapter.ts';
import type { ProviderDialect } from '../dialects/canonical/request.ts';
import { findModel } from '../models/find-model.ts';
import type { KnownModel } from '../providers/known-model.ts';
import type { Preset } from '../providers/preset-schema.ts';
import { WATSONX, watsonxScope } from '../providers/watsonx.ts';
import { takesEffort, wireQuirks } from '../providers/wire-quirks.ts';
import type { Provider } from '../store/schema.ts';

export function targetFacts(preset: Preset | undefined, dialect: ProviderDialect, model: string): TargetFacts {
  const known = preset && knownFor(preset, model);
  const { vision, tools, jsonSchema, reasoning } = known?.supports ?? {};
  return {
    model,
    ...wireQuirks(preset, dialect, model),
    // What the preset denies is denied for every model that the catalogue does not know better.
    ...(preset?.capabilities.vision === false ? { images: false } : {}),
    ...(preset?.capabilities.tools === false ? { tools: false } : {}),
    ...(known?.maxOutput ? { maxOutputTokens: known.maxOutput } : {}),
    ...(vision === undefined ? {} : { images: vision }),
    ...(tools === undefined ? {} : { tools }),
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(takesEffort(model) ? { thinking: 'adaptive' as const } : {}),
  };
}

/** What the provider's settings put into every body of a request to it. */
export function scopeOf(provider: Provider | undefined): TargetFacts['scope'] {
  return provider?.preset === WATSONX ? watsonxScope(provider) : undefined;
}

/** Another date of the same model may be able to do less or more: what is not this very model is not known. */
function knownFor(preset: Preset, model: string): KnownModel | undefined {
  const found = findModel(preset.id, model);
  return found && (found.match === 'exact' || found.match === 'spelling') ? found.model : undefined;
}
