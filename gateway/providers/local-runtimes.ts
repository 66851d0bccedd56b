/** How to find local runtimes: where each listens by default, and an unauthenticated GET that tells it from the others. Pure. */
import { valuesAt } from './error-rows.ts';
import type { Preset } from './preset-schema.ts';
import { presets } from './presets.ts';

export interface LocalRuntimeProbe {
  readonly preset: string;
  readonly name: string;
  /** What a provider added for it would use. */
  readonly baseUrl: string;
  /** GET this; no key, no body; a second is plenty. */
  readonly url: string;
  /** Whether this answer is that program's; several programs share a default port. */
  readonly recognise: (status: number, body: string) => { readonly version?: string } | undefined;
}

type Recognise = (value: unknown) => { readonly version?: string } | undefined;

const text = (value: unknown, path: string): string | undefined => {
  const found = valuesAt(value, path)[0];
  return typeof found === 'string' ? found : undefined;
};
const versioned: Recognise = (value) => {
  const version = text(value, 'version');
  return version === undefined ? undefined : { version };
};

/** Paths from each program's own documentation: one that it has and its neighbours on the same port have not. */
const SIGNS: Readonly<Record<string, { readonly path: string; readonly recognise: Recognise }>> = {
  ollama: { path: '/api/version', recognise: versioned },
  'lm-studio': {
    path: '/api/v0/models',
    recognise: (value) => (Array.isArray((value as { data?: unknown })?.data) ? {} : undefined),
  },
  'llama-cpp': {
    path: '/props',
    recognise: (value) =>
      valuesAt(value, 'default_generation_settings').length > 0 ? { version: text(value, 'build_info') } : undefined,
  },
  localai: { path: '/version', recognise: versioned },
  vllm: { path: '/version', recognise: versioned },
  sglang: {
    path: '/get_model_info',
    recognise: (value) => (text(value, 'model_path') === undefined ? undefined : {}),
  },
  jan: {
    path: '/v1/models',
    recognise: (value) => (text(value, 'object') === 'list' ? {} : undefined),
  },
};

/** One probe for each local runtime of the preset list. */
export function localRuntimeProbes(list: readonly Preset[] = presets): LocalRuntimeProbe[] {
  return list.flatMap((preset) => {
    const sign = SIGNS[preset.id];
    const baseUrl = preset.baseUrls[0]?.url;
    if (preset.group !== 'local' || !sign || !baseUrl) return [];
    return [
      {
        preset: preset.id,
        name: preset.name,
        baseUrl,
        url: new URL(sign.path, baseUrl).href,
        recognise: (status, body) => {
          if (status !== 200) return undefined;
          try {
            return sign.recognise(JSON.parse(body));
          } catch {
            return undefined;
          }
        },
      },
    ];
  });
}
