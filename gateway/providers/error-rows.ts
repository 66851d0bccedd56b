/** Which row of a preset's error table an answer matches: the provider's own words for a cause. Pure. */
import type { RawHeaders } from '../exchange.ts';
import { headerValue } from './headers.ts';
import type { ErrorRow, Preset } from './preset-schema.ts';

const compiled = new Map<string, RegExp>();

function expression(source: string): RegExp {
  let made = compiled.get(source);
  if (!made) {
    made = new RegExp(source);
    compiled.set(source, made);
  }
  return made;
}

/** The parsed body of an error answer, taken out of the array that Google wraps some errors in; undefined when no JSON. */
export function parseErrorBody(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value[0] : value;
  } catch {
    return undefined;
  }
}

/** Values at a path of the preset data: `error.code`, `errors[0].code`, `error.details[].reason` (any element). */
export function valuesAt(value: unknown, path: string): unknown[] {
  let values: unknown[] = [value];
  for (const step of path.split('.')) {
    const match = /^([^[\]]*)(?:\[(\d*)\])?$/.exec(step);
    if (!match) return [];
    const [, name = '', index] = match;
    values = values.flatMap((item) => {
      const member = name === '' ? item : (item as Record<string, unknown> | null | undefined)?.[name];
      if (index === undefined) return [member];
      if (!Array.isArray(member)) return [];
      return index === '' ? member : [member[Number(index)]];
    });
  }
  return values.filter((item) => item !== undefined && item !== null);
}

/**
 * The most telling row: a matching message beats a matching code, which beats the bare status; among equals the first.
 * Undefined where the table has nothing for this status.
 */
export function matchErrorRow(preset: Preset, status: number, headers: RawHeaders, body: string): ErrorRow | undefined {
  const parsed = parseErrorBody(body);
  let best: ErrorRow | undefined;
  let bestScore = -1;
  for (const row of preset.errors) {
    if (row.status !== status) continue;
    if (row.when && !Object.entries(row.when).every(([path, wanted]) => holds(parsed, headers, path, wanted))) continue;
    if (row.messageMatch && !expression(row.messageMatch).test(body)) {
      // A pattern about the message must also be found where the body escapes its characters.
      const message = errorMessage(preset, parsed);
      if (message === undefined || !expression(row.messageMatch).test(message)) continue;
    }
    const score = (row.messageMatch ? 2 : 0) + (row.when ? 1 : 0);
    if (score > bestScore) {
      best = row;
      bestScore = score;
    }
  }
  return best;
}

function holds(parsed: unknown, headers: RawHeaders, path: string, wanted: string | number): boolean {
  // AWS names the error in a header; with or without a namespace before the `#` or `:` (docs.aws.amazon.com/awsjson).
  if (path === 'type') {
    const named = headerValue(headers, 'x-amzn-errortype')?.split(/[:#]/).filter(Boolean);
    if (named?.includes(String(wanted))) return true;
  }
  // An object is no code, and one with a `toString` of its own cannot even be made a text.
  return valuesAt(parsed, path).some((value) => typeof value !== 'object' && String(value) === String(wanted));
}

/** The sentence in an error body, where the preset says it is or where others have it; undefined when there is none. */
export function errorMessage(preset: Preset | undefined, parsed: unknown): string | undefined {
  const own = preset?.errorEnvelope.message.split(/\s/)[0];
  for (const path of [own, 'error.message', 'message', 'detail', 'error', 'errors[].message', 'detail[].msg']) {
    const value = path ? valuesAt(parsed, path).find((item) => typeof item === 'string' && item !== '') : undefined;
    if (typeof value === 'string') return value;
  }
  return typeof parsed === 'string' ? parsed : undefined;
}
