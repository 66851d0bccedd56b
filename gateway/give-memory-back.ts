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
    // The flag is the whole process's and stays set: another thread may be about to read it, and without it `gc` is no
    // name at all. Only contexts that are made from here on see it.
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext("typeof gc === 'function' ? gc : undefined") as Collect | undefined;
  }
  // Where an engine does not hand it out, the memory is given back when V8 sees fit.
  collect?.({ type: 'major', flavor: 'last-resort' });
}
