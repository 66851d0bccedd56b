/**
 * glibc gives each thread an arena of its own to take memory from; what a burst of requests leaves free in ten of them is
 * given back to nobody. With one for all a gateway keeps 60 MB less after a load, at no cost that could be measured
 * (docs/decisions/0010). The number is read from the environment as a process begins, so `serve` begins once more, in the
 * same process, which takes some 40 ms.
 */

import { accessSync, constants } from 'node:fs';

/** Since Node 23.11 and 22.15; it never returns: where the system refuses, Node ends the process with the system's error. */
type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => void;

export function serveFromOneArena(): void {
  const { execve } = process as { execve?: Execve };
  if (process.platform !== 'linux' || !execve || !process.argv.slice(2).includes('serve')) return;
  if (process.env.MALLOC_ARENA_MAX !== undefined) return;
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  try {
    // Gone or replaced since, as by an update under way; or not allowed by Node's own permissions, which throws.
    accessSync(process.execPath, constants.X_OK);
    execve.call(process, process.execPath, args, { ...process.env, MALLOC_ARENA_MAX: '1' });
  } catch {
    // The gateway serves all the same.
  }
}
