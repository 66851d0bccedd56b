import v8 from 'node:v8';
import vm from 'node:vm';

type Collect = (options: { type: 'major'; flavor: 'last-resort' }) => void;

let collect: Collect | undefined;

/**
 * Collects this thread's garbage and gives the emptied pages back to the system, which V8 does by itself only under
 * pressure. It takes some tens of milliseconds: for moments in which nobody waits. Never inside Electron, whose engine
 * does not let its flags be changed.
 */
export function giveMemoryBack(): void {
  if (process.versions.electron) return;
  if (!collect) {
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext('gc') as Collect;
    v8.setFlagsFromString('--no-expose-gc');
  }
  collect({ type: 'major', flavor: 'last-resort' });
}
