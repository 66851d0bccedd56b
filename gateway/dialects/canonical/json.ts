/** Careful reading of JSON that somebody else wrote: each function gives the wanted kind of value or undefined. */
import type { Fields } from './request.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * What somebody else calls a thing, for a sentence or a list. Anything may stand there: `String()` throws on an object that
 * brings a `toString` of its own, and its text would be no name.
 */
export function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Records among an array's elements; anything else in it is passed over. */
export function asRecords(value: unknown): Record<string, unknown>[] {
  return asArray(value).filter(isRecord);
}

export function asTexts(value: unknown): string[] {
  return asArray(value).filter((item): item is string => typeof item === 'string');
}

/** JSON text as a value; undefined where it is broken. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A copy without members that are undefined. */
export function defined<T extends object>(value: T): T {
  // A loop, and not Object.fromEntries over entries: it is asked for every message and every event of a stream.
  const copy: Record<string, unknown> = {};
  for (const name in value) if (value[name] !== undefined && Object.hasOwn(value, name)) put(copy, name, value[name]);
  return copy as T;
}

/** A member from outside may be called `__proto__`, which plain assignment would take for something else. */
function put(copy: Record<string, unknown>, name: string, member: unknown) {
  if (name === '__proto__')
    Object.defineProperty(copy, name, { value: member, enumerable: true, writable: true, configurable: true });
  else copy[name] = member;
}

/** The members whose names are not in `known` and which say something; undefined where there are none. */
export function unknownFields(record: Fields, known: ReadonlySet<string>): Fields | undefined {
  const entries = Object.entries(record).filter(
    ([name, member]) => !known.has(name) && member !== undefined && member !== null,
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Undefined for an empty list, so that an absent member stays absent. */
export function nonEmpty<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list];
}
