/**
 * Takes out of a request what a pattern matches, before it leaves the machine. Only texts that people write are looked
 * at, not names, ids and data that the API itself reads. Patterns are RE2's: no text makes them slow. Pure.
 */
import { RE2JS } from 're2js';
import type { RuleOrigin } from '../exchange.ts';
import { splice } from '../json/pointer.ts';
import { type JsonNode, readJsonTree } from '../json/tree.ts';
import type { RedactionRule } from '../store/schema-transform.ts';
import type { EditNote } from './edit-note.ts';

/** Names, ids, kinds and encoded data: what stands there is the API's. */
const STRUCTURE =
  /^(?:model|type|role|name|id|.*_id|object|format|encoding|media_type|mime_type|mimeType|data|file_data|signature|thought_?signature|thoughtSignature|encrypted_content|service_tier|effort|detail|status|language|voice|stop|.*_effort)$/;

interface TextPlace {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

export function redactBody(
  text: string,
  rules: readonly RedactionRule[],
  origin: RuleOrigin,
): { readonly text: string; readonly notes: readonly EditNote[] } {
  // Read also where there is nothing to take out: a rule that cannot be read must be noticed.
  for (const { pattern } of rules) compiled(pattern);
  const root = readJsonTree(text);
  if (!root) return { text, notes: rules.map((rule) => noteOf(rule, 0, origin)) };
  const counts = rules.map(() => 0);
  let result = text;
  // From the end, so that the places before it stay where they are.
  for (const { start, end, value } of textPlaces(text, root).reverse()) {
    const redacted = redactText(value, rules, counts);
    if (redacted !== value) result = splice(result, start, end, JSON.stringify(redacted));
  }
  return { text: result, notes: rules.map((rule, nth) => noteOf(rule, counts[nth] ?? 0, origin)) };
}

/** Adds to `counts`, by rule. */
function redactText(value: string, rules: readonly RedactionRule[], counts: number[]): string {
  let result = value;
  for (const [nth, rule] of rules.entries()) {
    const matcher = compiled(rule.pattern).matcher(result);
    let at = 0;
    let made = '';
    while (matcher.find()) {
      // A match of nothing takes nothing out.
      if (matcher.end() === matcher.start()) continue;
      made += result.slice(at, matcher.start()) + rule.with;
      at = matcher.end();
      counts[nth] = (counts[nth] ?? 0) + 1;
    }
    if (at > 0) result = made + result.slice(at);
  }
  return result;
}

function noteOf({ pattern, with: standIn }: RedactionRule, count: number, origin: RuleOrigin): EditNote {
  const note = { do: 'redact' as const, at: pattern, after: standIn, count, origin };
  return count === 0 ? { ...note, unchanged: 'nothing in the request matches' } : note;
}

function textPlaces(text: string, root: JsonNode): TextPlace[] {
  const places: TextPlace[] = [];
  const visit = (node: JsonNode, key: string) => {
    if (node.kind !== 'scalar') {
      for (const child of node.children) visit(child.node, node.kind === 'array' ? key : child.key);
      return;
    }
    if (text[node.start] !== '"' || STRUCTURE.test(key)) return;
    const value = JSON.parse(text.slice(node.start, node.end)) as string;
    if (!value.startsWith('data:')) places.push({ start: node.start, end: node.end, value });
  };
  visit(root, '');
  return places;
}

const known = new Map<string, RE2JS>();
const REMEMBERED = 500;

function compiled(pattern: string): RE2JS {
  let regex = known.get(pattern);
  if (!regex) {
    regex = RE2JS.compile(pattern);
    if (known.size >= REMEMBERED) known.clear();
    known.set(pattern, regex);
  }
  return regex;
}

/** Why a pattern cannot be used, in the words of its reader; undefined where it can. */
export function patternFault(pattern: string): string | undefined {
  try {
    if (RE2JS.compile(pattern).matcher('').matches()) return 'it matches nothing at all too';
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}
