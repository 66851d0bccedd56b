/** Google's JSON is read in camelCase and in snake_case (protobuf.dev/programming-guides/json). */
export function member(record: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  if (record === undefined) return undefined;
  return record[name] ?? record[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

/** Both spellings of each name, for telling the unknown fields. */
export function bothSpellings(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]));
}
