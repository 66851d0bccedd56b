/**
 * Numbers from one recorded draw: a replay that is given the draw decides the same. mulberry32, good enough to spread load
 * and worth nothing as a secret.
 */
export function numbersFrom(draw: number): () => number {
  let state = Math.floor(draw * 0x1_0000_0000) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
