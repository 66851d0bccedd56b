/** Header edits on a flat list, order and case of all other lines kept. Pure. */
import type { RawHeaders, RuleOrigin } from '../exchange.ts';
import { headerValue, withHeader } from '../providers/headers.ts';
import type { HeaderEdit } from '../store/schema-transform.ts';
import type { EditNote } from './edit-note.ts';

export function editHeader(
  headers: RawHeaders,
  edit: HeaderEdit,
  origin: RuleOrigin,
): { readonly headers: RawHeaders; readonly note: EditNote } {
  const name = edit.name.toLowerCase();
  const before = headerValue(headers, name);
  const note = { do: edit.do, at: `header ${name}`, origin, ...(before === undefined ? {} : { before }) };
  const unchanged = (why: string) => ({ headers, note: { ...note, unchanged: why } });
  switch (edit.do) {
    case 'set':
      if (before === edit.value) return unchanged('it has that value already');
      return { headers: withHeader(headers, edit.name, edit.value), note: { ...note, after: edit.value } };
    case 'default':
      if (before !== undefined) return unchanged('the request has one');
      return { headers: withHeader(headers, edit.name, edit.value), note: { ...note, after: edit.value } };
    case 'remove':
      if (before === undefined) return unchanged('the request has none');
      return { headers: mapNames(headers, (own) => (own === name ? undefined : own)), note };
    case 'rename': {
      if (before === undefined) return unchanged('the request has none');
      if (headerValue(headers, edit.to) !== undefined) return unchanged(`the request has ${edit.to.toLowerCase()} too`);
      const renamed = mapNames(headers, (own) => (own === name ? edit.to : own));
      return { headers: renamed, note: { ...note, after: `${edit.to}: ${before}` } };
    }
  }
}

/** Lines by their lower-case name: kept as they are, given another name, or left out. */
function mapNames(headers: RawHeaders, nameOf: (lower: string) => string | undefined): RawHeaders {
  const mapped: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const own = headers[at] as string;
    const name = nameOf(own.toLowerCase());
    if (name !== undefined) mapped.push(name === own.toLowerCase() ? own : name, headers[at + 1] as string);
  }
  return mapped;
}
