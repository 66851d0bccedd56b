/** The order in which a route's targets are asked, by its strategy. Pure. */
import type { Route } from '../store/schema.ts';

export interface Orderable {
  readonly weight?: number;
  /** Recent time to the first byte, ms; undefined: not measured lately. */
  readonly firstByteMs?: number;
}

export interface Ordered<T> {
  readonly targets: readonly T[];
  /** Why the first one is first. */
  readonly because: string;
}

/** One request in twenty of `fastest` goes elsewhere first, so that a target that has become faster is noticed. */
const EXPLORED_SHARE = 0.05;

export function orderTargets<T extends Orderable>(
  targets: readonly T[],
  strategy: Route['strategy'],
  random: () => number,
): Ordered<T> {
  switch (strategy) {
    case 'fallback':
      return { targets, because: 'in the order of the route' };
    case 'weighted':
      return byWeight(targets, random);
    case 'fastest':
      return bySpeed(targets, random);
  }
}

/** Drawn without putting back, so that what follows is shared by weight too. */
function byWeight<T extends Orderable>(targets: readonly T[], random: () => number): Ordered<T> {
  const left = [...targets];
  const drawn: T[] = [];
  while (left.length > 0) {
    let at = random() * left.reduce((sum, { weight = 1 }) => sum + weight, 0);
    let index = left.findIndex(({ weight = 1 }) => {
      at -= weight;
      return at < 0;
    });
    // Fractions may leave a rest beyond the last one.
    if (index === -1) index = left.length - 1;
    drawn.push(...left.splice(index, 1));
  }
  return { targets: drawn, because: 'drawn by weight' };
}

function bySpeed<T extends Orderable>(targets: readonly T[], random: () => number): Ordered<T> {
  // Unmeasured ones first, in their order: nobody knows yet that they are slow.
  const sorted = targets
    .map((target, index) => ({ target, index, ms: target.firstByteMs ?? -1 }))
    .sort((a, b) => a.ms - b.ms || a.index - b.index)
    .map(({ target }) => target);
  const [first, ...others] = sorted;
  if (!first) return { targets: sorted, because: 'nothing to order' };
  if (first.firstByteMs === undefined) return { targets: sorted, because: 'not measured lately' };
  if (others.length > 0 && random() < EXPLORED_SHARE) {
    const [explored] = others.splice(Math.floor(random() * others.length), 1);
    return { targets: [explored as T, first, ...others], because: 'to see whether it has become faster' };
  }
  return { targets: sorted, because: `the fastest lately, ${Math.round(first.firstByteMs)} ms to the first byte` };
}
