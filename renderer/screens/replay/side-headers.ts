/** Two lists of headers beside each other, without regard to their order or the case of their names. Pure. */
export interface HeaderPair {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  readonly same: boolean;
}

type Headers = readonly (readonly [string, string])[];

export function pairHeaders(before: Headers, after: Headers): HeaderPair[] {
  const [old, now] = [before, after].map((headers) => {
    const values = new Map<string, string>();
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      values.set(key, values.has(key) ? `${values.get(key)}, ${value}` : value);
    }
    return values;
  }) as [Map<string, string>, Map<string, string>];
  return [...new Set([...old.keys(), ...now.keys()])].sort().map((name) => ({
    name,
    before: old.get(name),
    after: now.get(name),
    same: old.get(name) === now.get(name),
  }));
}
