import { findPreset, needsKey } from '../providers/presets.ts';
import type { ResolvedTarget } from './resolve-target.ts';

/** Whether this target can be used only with a key: local runtimes and custom providers can do without. */
export function needsKeyHere(target: ResolvedTarget): boolean {
  return target.provider?.preset ? needsKey(findPreset(target.provider.preset)) : false;
}
