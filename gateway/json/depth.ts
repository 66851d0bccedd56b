/**
 * Whether a parsed value is nested deeper than that. JSON.parse takes any depth; what walks such a value, or writes it again,
 * runs out of stack. This goes no deeper than it is told.
 */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.some((member) => isDeeperThan(member, levels - 1));
}

/** No provider takes a request that is nested deeper. */
export const MOST_LEVELS = 500;
