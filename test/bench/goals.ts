/** The goals of performance: each is printed with what was measured as soon as it is, and all of them once more at the end. */
import { loadavg } from 'node:os';

const met: string[] = [];
const short: string[] = [];
/** Load average over a minute at which figures by the clock tell of the others on the machine as well. */
const BUSY = 1;
const loads: number[] = [];

export function goal(what: string, value: number, bound: number, kind: 'at least' | 'at most', unit: string): void {
  const isMet = kind === 'at least' ? value >= bound : value <= bound;
  const line = `${what}: ${value.toFixed(2)} ${unit} (goal: ${kind} ${bound})`;
  console.log(`${isMet ? 'met  ' : 'SHORT'}  ${line}`);
  (isMet ? met : short).push(line);
}

/** To be called before anything is started, so that what is seen is other people's work. */
export function noteLoad(): void {
  loads.push(loadavg()[0] ?? 0);
}

export function summary(): string {
  const lines = [`${met.length} of ${met.length + short.length} goals are met.`];
  for (const line of met) lines.push(`  met    ${line}`);
  for (const line of short) lines.push(`  SHORT  ${line}`);
  const load = Math.max(...loads);
  if (load > BUSY) {
    lines.push(
      `The machine was busy before this began (load ${load.toFixed(1)}): what is measured by the clock says little; CPU time a request, beside the pipe's, still does.`,
    );
  }
  return lines.join('\n');
}
