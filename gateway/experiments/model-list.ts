/** The models that a provider listed when it was asked, out of the recorded answer. Pure. */
import { bodyText } from '../diagnosis/facts-of-capture.ts';
import type { Trial } from './trial.ts';

export interface ModelList {
  readonly names: readonly string[];
  readonly capture: string;
}

/** The newest list that the key of the request itself got; undefined where none was answered. */
export function modelsListed(trials: readonly Trial[]): ModelList | undefined {
  for (const trial of trials) {
    if (trial.kind !== 'probe' || !trial.ok || trial.changes.length > 0) continue;
    const names = namesIn(bodyText(trial.attempt.responseBody) ?? '');
    if (names.length > 0) return { names, capture: trial.capture.id };
  }
  return undefined;
}

/** Of OpenAI's and Anthropic's form (`data[].id`), Gemini's (`models[].name`) and watsonx.ai's (`resources[].model_id`). */
function namesIn(text: string): string[] {
  try {
    const value = JSON.parse(text) as { data?: unknown; models?: unknown; resources?: unknown };
    const list = [value.data, value.models, value.resources].find(Array.isArray) as unknown[] | undefined;
    return (list ?? []).flatMap((item) => {
      const { id, name, model_id } = (item ?? {}) as { id?: unknown; name?: unknown; model_id?: unknown };
      const found = id ?? model_id ?? name;
      return typeof found === 'string' ? [found.replace(/^models\//, '')] : [];
    });
  } catch {
    return []; // no list: a check of another kind, or a page
  }
}
