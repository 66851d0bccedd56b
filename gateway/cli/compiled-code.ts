import { mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Switches Node's cache of compiled code on, in the user's own cache folder: Node's default lies in the temporary folder
 * that all users of a machine share, where another could have laid something ready. Does nothing where the runtime knows
 * no such cache (before Node 22.8), where NODE_COMPILE_CACHE names another place, or where no folder can be had.
 */
export function keepCompiledCode(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.NODE_COMPILE_CACHE || environment.NODE_DISABLE_COMPILE_CACHE) return;
  const folder = path.join(cacheFolder(environment), 'compiled-code');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    module.enableCompileCache?.(folder);
  } catch {
    // A start that takes a little longer is all that is lost.
  }
}

/** Writes what was compiled so far, for a process that may be killed rather than ended. */
export function saveCompiledCode(): void {
  module.flushCompileCache?.();
}

/** Where the platform wants things that may be deleted at any time. */
function cacheFolder({ XDG_CACHE_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case 'darwin':
      return path.join(homedir(), 'Library/Caches/Keyward');
    case 'win32':
      return path.join(LOCALAPPDATA ?? path.join(homedir(), 'AppData/Local'), 'Keyward/Cache');
    default:
      return path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'keyward');
  }
}
