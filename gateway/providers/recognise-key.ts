/** Whose key is this, by its shape alone? Compiled once; asked when something else than a gateway key was sent. */
import type { Preset } from './preset-schema.ts';
import { presets } from './presets.ts';

let shapes: { preset: Preset; pattern: RegExp }[] | undefined;

/** Presets whose own keys look like `text`, those first whose shape nobody else uses. Empty when the shape tells nothing. */
export function recogniseKey(text: string): Preset[] {
  shapes ??= presets.flatMap((preset) => {
    const forms = [
      ...(preset.key.identifies && preset.key.pattern ? [preset.key.pattern] : []),
      ...preset.key.otherForms.map((form) => form.pattern),
    ];
    return forms.map((pattern) => ({ preset, pattern: new RegExp(pattern) }));
  });
  const found = shapes.filter(({ pattern }) => text.length >= 16 && pattern.test(text)).map(({ preset }) => preset);
  // OpenAI's old form is so common among compatible providers that a bare `sk-` says "a provider's key" and no more.
  if (found.length === 0 && /^sk-[A-Za-z0-9_-]{16,}$/.test(text)) {
    return presets.filter((preset) => preset.id === 'openai');
  }
  return [...new Set(found)];
}
