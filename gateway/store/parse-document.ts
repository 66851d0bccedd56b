/** From the text of `keyward.json` to a document, or to words that say what is wrong with it. Pure. */
import type { z } from 'zod';
import { migrate } from './migrations/migrate.ts';
import { type Document, documentSchema, SCHEMA_VERSION } from './schema.ts';

export type ParsedDocument =
  | {
      readonly kind: 'good';
      readonly document: Document;
      /** The schema it was written in; lower than SCHEMA_VERSION when it was migrated. */
      readonly fromSchema: number;
      /** Paths of fields that this Keyward does not know and leaves out. */
      readonly unknownFields: readonly string[];
    }
  | { readonly kind: 'damaged'; readonly reason: string }
  /** Written by a newer Keyward. `document` is what can be understood of it, if anything. */
  | { readonly kind: 'newer'; readonly schema: number; readonly document: Document | undefined };

/** Never throws, never quotes the text: it may hold what should not reach a log. */
export function parseDocument(text: string): ParsedDocument {
  // Editors on Windows put a byte order mark first.
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (bare.trim() === '') return { kind: 'damaged', reason: 'it is empty' };
  let json: unknown;
  try {
    json = JSON.parse(bare);
  } catch (error) {
    return { kind: 'damaged', reason: `it is no JSON${placeOf(error, bare)}` };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { kind: 'damaged', reason: 'it is no JSON object' };
  }
  const raw = json as Record<string, unknown>;
  const schema = raw.schema;
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 0) {
    return { kind: 'damaged', reason: 'its schema number is missing' };
  }
  if (schema > SCHEMA_VERSION) {
    const known = checkDocument({ ...raw, schema: SCHEMA_VERSION });
    return { kind: 'newer', schema, document: known.ok ? known.document : undefined };
  }
  let current = raw;
  try {
    current = migrate(raw, schema);
  } catch (error) {
    return {
      kind: 'damaged',
      reason: `it could not be brought from schema ${schema} to ${SCHEMA_VERSION} (${String(error)})`,
    };
  }
  const checked = checkDocument(current);
  if (!checked.ok) return { kind: 'damaged', reason: checked.fault };
  return {
    kind: 'good',
    document: checked.document,
    fromSchema: schema,
    unknownFields: schema === SCHEMA_VERSION ? unknownFields(raw, checked.document) : [],
  };
}

export type CheckedDocument =
  | { readonly ok: true; readonly document: Document }
  | { readonly ok: false; readonly fault: string };

/** Checks shape and uniqueness of ids; fills in defaults. The fault is a phrase: "providers[2].dialect: …". */
export function checkDocument(value: unknown): CheckedDocument {
  const parsed = documentSchema.safeParse(value);
  if (!parsed.success) return { ok: false, fault: faultOf(parsed.error) };
  const twice = duplicate(parsed.data);
  return twice ? { ok: false, fault: twice } : { ok: true, document: parsed.data };
}

function faultOf(error: z.ZodError): string {
  const [first, ...more] = error.issues;
  if (!first) return 'it does not have the right form';
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  return `${pathText(first.path) || 'the whole'}: ${first.message}${others}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
}

function duplicate(document: Document): string | undefined {
  const lists: [string, readonly string[]][] = [
    ['providers', document.providers.map((item) => item.id)],
    ['providerKeys', document.providerKeys.map((item) => item.id)],
    ['apps', document.apps.map((item) => item.id)],
    ['gatewayKeys', document.gatewayKeys.map((item) => item.id)],
    ['routes', document.routes.map((item) => item.name)],
  ];
  for (const [list, ids] of lists) {
    const seen = new Set<string>();
    for (const id of ids) {
      if (seen.has(id)) return `${list}: "${id}" is there twice`;
      seen.add(id);
    }
  }
  return undefined;
}

/** V8 tells the position, or quotes the ten characters before the fault, or says nothing of use. */
function placeOf(error: unknown, text: string): string {
  const message = String(error);
  if (message.includes('end of JSON input')) return ' (it ends too early)';
  const told = /at position (\d+)/.exec(message)?.[1];
  const quoted = /\.\.\."([\s\S]+?)"(?:\.\.\.)? is not valid JSON/.exec(message)?.[1];
  const found = quoted === undefined ? -1 : text.indexOf(quoted);
  const ambiguous = found === -1 || text.indexOf(quoted as string, found + 1) !== -1;
  const position = told !== undefined ? Number(told) : ambiguous ? undefined : found + 10;
  return position === undefined ? '' : ` (line ${text.slice(0, position).split('\n').length})`;
}

function unknownFields(raw: unknown, known: unknown, at: PropertyKey[] = []): string[] {
  if (Array.isArray(raw) && Array.isArray(known)) {
    return raw.flatMap((item, index) => unknownFields(item, known[index], [...at, index]));
  }
  if (typeof raw !== 'object' || raw === null || typeof known !== 'object' || known === null) return [];
  return Object.entries(raw).flatMap(([name, value]) =>
    Object.hasOwn(known, name)
      ? unknownFields(value, (known as Record<string, unknown>)[name], [...at, name])
      : [pathText([...at, name])],
  );
}
