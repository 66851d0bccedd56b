/** What differs between two values, header lists or bodies. Pure; the same two inputs always give the same list. */
import { isDeepStrictEqual } from 'node:util';
import type { Difference } from '../control/contract/replay.ts';
import { pointerOf } from '../json/pointer.ts';

type Headers = readonly (readonly [string, string])[];
type Parts = readonly (string | number)[];

/** More than anybody reads; the rest is not looked for. */
const MOST_DIFFERENCES = 500;

/** JSON structurally: members without order, elements in order, by pointer behind `prefix`. */
export function jsonDifferences(before: unknown, after: unknown, prefix = ''): Difference[] {
  const found: Difference[] = [];
  compare(before, after, [], prefix, found);
  return found;
}

function compare(before: unknown, after: unknown, parts: Parts, prefix: string, found: Difference[]) {
  if (found.length >= MOST_DIFFERENCES || isDeepStrictEqual(before, after)) return;
  const path = prefix + pointerOf(parts);
  if (before === undefined) found.push({ path, kind: 'added', after });
  else if (after === undefined) found.push({ path, kind: 'removed', before });
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, parts, prefix, found);
  else if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(own(before, name), own(after, name), [...parts, name], prefix, found);
    }
  } else found.push({ path, kind: 'changed', before, after });
}

/** What is equal at both ends is set aside first, so that one element more does not make all others differ. */
function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  parts: Parts,
  prefix: string,
  found: Difference[],
) {
  const { start, end } = commonEnds(before, after, isDeepStrictEqual);
  const oldMiddle = before.slice(start, before.length - end);
  const newMiddle = after.slice(start, after.length - end);
  for (let at = 0; at < Math.max(oldMiddle.length, newMiddle.length); at++) {
    compare(oldMiddle[at], newMiddle[at], [...parts, start + at], prefix, found);
  }
}

function commonEnds<T>(before: readonly T[], after: readonly T[], same: (a: T, b: T) => boolean) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start] as T, after[start] as T)) start += 1;
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end) as T, after.at(-1 - end) as T)) end += 1;
  return { start, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Names without case, lines without order but for several of one name; paths are `header.NAME`, as edits name them. */
export function headerDifferences(before: Headers, after: Headers): Difference[] {
  const was = byName(before);
  const is = byName(after);
  const found: Difference[] = [];
  for (const name of [...new Set([...was.keys(), ...is.keys()])].sort()) {
    const old = was.get(name);
    const now = is.get(name);
    const path = `header.${name}`;
    if (old === undefined) found.push({ path, kind: 'added', after: now });
    else if (now === undefined) found.push({ path, kind: 'removed', before: old });
    else if (old !== now) found.push({ path, kind: 'changed', before: old, after: now });
  }
  return found;
}

function byName(headers: Headers): Map<string, string> {
  const lines = new Map<string, string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const earlier = lines.get(lower);
    lines.set(lower, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return lines;
}

/** A body: event by event where both are streams, structurally where both are JSON, else as a text. */
export function bodyDifferences(before: string | undefined, after: string | undefined): Difference[] {
  if (before === after) return [];
  if (before === undefined) return [{ path: 'body', kind: 'added', after }];
  if (after === undefined) return [{ path: 'body', kind: 'removed', before }];
  const old = parsed(before);
  const now = parsed(after);
  if (old !== undefined && now !== undefined) return jsonDifferences(old, now);
  if (looksStreamed(before) && looksStreamed(after)) return streamDifferences(before, after);
  return [{ path: 'body', kind: 'changed', before, after }];
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function looksStreamed(text: string): boolean {
  return /^(?:\s*(?:data|event|id|retry)?:)/.test(text);
}

/** Server-sent events: `event 3/choices/0/delta/content`. Comments and the cutting into chunks do not count. */
export function streamDifferences(before: string, after: string): Difference[] {
  const old = eventsOf(before);
  const now = eventsOf(after);
  const { start, end } = commonEnds(old, now, isDeepStrictEqual);
  const oldMiddle = old.slice(start, old.length - end);
  const newMiddle = now.slice(start, now.length - end);
  const found: Difference[] = [];
  for (let at = 0; at < Math.max(oldMiddle.length, newMiddle.length); at++) {
    const prefix = `event ${start + at + 1}`;
    const one = oldMiddle[at];
    const other = newMiddle[at];
    if (one === undefined || other === undefined || one.event !== other.event) {
      compare(one && shown(one), other && shown(other), [], prefix, found);
    } else compare(one.data, other.data, [], prefix, found);
  }
  return found;
}

interface StreamEvent {
  readonly event?: string;
  /** Parsed where it is JSON. */
  readonly data: unknown;
}

function shown({ event, data }: StreamEvent): unknown {
  return event === undefined ? data : { event, data };
}

/** As the event-stream format reads them (html.spec.whatwg.org, server-sent events); one cut short at the end counts too. */
function eventsOf(text: string): StreamEvent[] {
  const events: StreamEvent[] = [];
  for (const block of text.replace(/^\ufeff/, '').split(/(?:\r\n|\r|\n){2,}/)) {
    const data: string[] = [];
    let event: string | undefined;
    for (const line of block.split(/\r\n|\r|\n/)) {
      const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (name === 'data') data.push(value);
      else if (name === 'event') event = value;
    }
    if (data.length === 0 && event === undefined) continue;
    const joined = data.join('\n');
    events.push({ ...(event === undefined ? {} : { event }), data: parsed(joined) ?? joined });
  }
  return events;
}
