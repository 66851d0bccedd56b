/** CPU time of a process from Linux's own books: robust where wall-clock figures are not, on a machine that is shared. */
import { readdirSync, readFileSync } from 'node:fs';

export interface CpuTime {
  /** µs of the main thread: the one that every request has to pass. */
  readonly mainUs: number;
  /** µs of all threads (garbage collection, the captures' thread, libuv's pool) and of child processes. */
  readonly allUs: number;
}

/** Since the start of the process; all zero where the system does not tell (no Linux, or a process that is gone). */
export function cpuTime(pid: number | undefined): CpuTime {
  let mainUs = 0;
  let allUs = 0;
  for (const thread of listOf(`/proc/${pid}/task`)) {
    const us = Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ', 1)[0]) / 1000;
    allUs += us;
    if (Number(thread) === pid) mainUs = us;
  }
  for (const child of read(`/proc/${pid}/task/${pid}/children`).split(' ')) {
    if (child !== '') allUs += cpuTime(Number(child)).allUs;
  }
  return { mainUs, allUs };
}

/** Resident memory, MB. */
export function memoryMb(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? Number.NaN) / 1024;
}

function listOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}
