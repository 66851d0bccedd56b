/** The goals of performance: each is printed with what was measured as soon as it is, and those that fall short at the end. */
const short: string[] = [];

export function goal(what: string, value: number, bound: number, kind: 'at least' | 'at most', unit: string): void {
  const met = kind === 'at least' ? value >= bound : value <= bound;
  const line = `${what}: ${value.toFixed(2)} ${unit} (goal: ${kind} ${bound})`;
  console.log(`${met ? 'met  ' : 'SHORT'}  ${line}`);
  if (!met) short.push(line);
}

export function summary(): string {
  return short.length === 0 ? 'All goals are met.' : `${short.length} short of their goal:\n  ${short.join('\n  ')}`;
}
