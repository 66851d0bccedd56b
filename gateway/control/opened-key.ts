import type { ProviderKey } from '../store/schema.ts';
import { StoreError } from '../store/store-error.ts';
import type { ControlDeps } from './services.ts';

/** The secret of a stored key, for looking at its form; undefined while it cannot be opened. */
export function openedKey({ vault }: Pick<ControlDeps, 'vault'>, key: ProviderKey): string | undefined {
  try {
    return vault.open(key.id, key.sealed);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
