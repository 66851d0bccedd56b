/** Two texts line by line, side by side: Myers' shortest edit script, bounded. Pure. */
export interface DiffRow {
  readonly kind: 'same' | 'changed' | 'removed' | 'added';
  /** Line numbers from 1; absent where the side has no such line. */
  readonly before?: { readonly number: number; readonly text: string };
  readonly after?: { readonly number: number; readonly text: string };
}

/** Beyond so many differing lines the two are laid beside each other as they are: finding the shortest way costs too much. */
const DISTANCE_AT_MOST = 1500;

export function diffLines(before: string, after: string): DiffRow[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const kept = commonLines(a.slice(start, endA), b.slice(start, endB)).map(([x, y]) => [x + start, y + start] as const);
  const pairs = [
    ...Array.from({ length: start }, (_, index) => [index, index] as const),
    ...kept,
    ...Array.from({ length: a.length - endA }, (_, index) => [endA + index, endB + index] as const),
  ];
  const rows: DiffRow[] = [];
  let [atA, atB] = [0, 0];
  for (const [x, y] of [...pairs, [a.length, b.length] as const]) {
    for (; atA < x || atB < y; atA += atA < x ? 1 : 0, atB += atB < y ? 1 : 0) {
      const left = atA < x ? { number: atA + 1, text: a[atA] as string } : undefined;
      const right = atB < y ? { number: atB + 1, text: b[atB] as string } : undefined;
      rows.push({ kind: left && right ? 'changed' : left ? 'removed' : 'added', before: left, after: right });
    }
    if (x < a.length || y < b.length) {
      rows.push({
        kind: 'same',
        before: { number: x + 1, text: a[x] as string },
        after: { number: y + 1, text: b[y] as string },
      });
      atA = x + 1;
      atB = y + 1;
    }
  }
  return rows;
}

/** Long stretches that are the same, folded to their edges: `undefined` stands for what is left out. */
export function foldSame(rows: readonly DiffRow[], around: number): (DiffRow | { readonly hidden: number })[] {
  const near = rows.map((_, index) =>
    rows.slice(Math.max(0, index - around), index + around + 1).some((row) => row.kind !== 'same'),
  );
  const shown: (DiffRow | { hidden: number })[] = [];
  for (const [index, row] of rows.entries()) {
    const last = shown.at(-1);
    if (near[index]) shown.push(row);
    else if (last && 'hidden' in last) last.hidden += 1;
    else shown.push({ hidden: 1 });
  }
  return shown;
}

/** Index pairs of the lines that both have, in order. */
function commonLines(a: readonly string[], b: readonly string[]): [number, number][] {
  const most = Math.min(a.length + b.length, DISTANCE_AT_MOST);
  const furthest = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let distance = 0; distance <= most; distance += 1) {
    trace.push(new Map(furthest));
    for (let k = -distance; k <= distance; k += 2) {
      let x = goesDown(furthest, k, distance) ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return [];
}

const at = (furthest: ReadonlyMap<number, number>, k: number) => furthest.get(k) ?? -1;
const goesDown = (furthest: ReadonlyMap<number, number>, k: number, distance: number) =>
  k === -distance || (k !== distance && at(furthest, k - 1) < at(furthest, k + 1));

function walkBack(trace: readonly ReadonlyMap<number, number>[], endX: number, endY: number): [number, number][] {
  const pairs: [number, number][] = [];
  let [x, y] = [endX, endY];
  for (let distance = trace.length - 1; distance >= 0; distance -= 1) {
    const furthest = trace[distance] as ReadonlyMap<number, number>;
    const k = x - y;
    const beforeK = goesDown(furthest, k, distance) ? k + 1 : k - 1;
    const beforeX = distance === 0 ? 0 : at(furthest, beforeK);
    const beforeY = distance === 0 ? 0 : beforeX - beforeK;
    while (x > beforeX && y > beforeY) {
      x -= 1;
      y -= 1;
      pairs.push([x, y]);
    }
    [x, y] = [beforeX, beforeY];
  }
  return pairs.reverse();
}
