/** An edited body as the fewest edits of its JSON, so that everything else stays byte for byte what it was. Pure. */
import type { Edit } from '../../../gateway/control/contract/replay.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Where it can't be told by pointers (no JSON, other kind of whole, numbers that JavaScript cannot hold), the whole text. */
export function bodyEdits(before: string, after: string): Edit[] {
  if (before === after) return [];
  const whole: Edit[] = [{ path: 'body', value: after }];
  const [old, now] = [parse(before), parse(after)];
  if (!isContainer(old) || !isContainer(now) || Array.isArray(old) !== Array.isArray(now)) return whole;
  if (/\d{16}/.test(before) || /\d{16}/.test(after)) return whole;
  const edits = compare(old, now, '');
  if (edits.some((edit) => edit.path === '')) return whole;
  return edits.length > 50 ? whole : edits;
}

/** Why a text is no JSON, in the parser's words; undefined where it is, or does not try to be. */
export function jsonFault(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const isContainer = (value: Json | undefined): value is Json[] | { [name: string]: Json } =>
  typeof value === 'object' && value !== null;

function compare(old: Json, now: Json, path: string): Edit[] {
  if (JSON.stringify(old) === JSON.stringify(now)) return [];
  if (Array.isArray(old) && Array.isArray(now)) {
    if (old.length !== now.length) return [{ path, value: now }];
    return old.flatMap((each, index) => compare(each, now[index] as Json, `${path}/${index}`));
  }
  if (isContainer(old) && isContainer(now) && !Array.isArray(old) && !Array.isArray(now)) {
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    const edits = names.flatMap((name): Edit[] => {
      const place = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!(name in now)) return [{ path: place, value: undefined }];
      return name in old ? compare(old[name] as Json, now[name] as Json, place) : [{ path: place, value: now[name] }];
    });
    // The same members in another order: only the text shows that.
    return edits.length === 0 ? [{ path: '', value: now }] : edits;
  }
  return [{ path, value: now }];
}
