/** A value that fits a JSON schema (or Gemini's dialect of it), the same one every time. Pure. */
import { recordOf } from './practice-call.ts';

/** `words` is what the person asked: names are taken from it ("weather in Oslo" gives a city of Oslo). */
export function exampleOf(schema: unknown, words = ''): unknown {
  return example(schema, '', { root: schema, words, depth: 0 });
}

interface Context {
  readonly root: unknown;
  readonly words: string;
  readonly depth: number;
}

function example(schema: unknown, name: string, context: Context): unknown {
  const node = recordOf(schema);
  if (!node || context.depth > 12) return schema === true || schema === undefined ? {} : null;
  const deeper = { ...context, depth: context.depth + 1 };
  if ('const' in node) return node.const;
  if (Array.isArray(node.enum) && node.enum.length > 0) return node.enum[0];
  if ('default' in node) return node.default;
  if (typeof node.$ref === 'string') return example(follow(node.$ref, context.root), name, deeper);
  for (const union of [node.anyOf, node.oneOf]) {
    if (Array.isArray(union) && union.length > 0) return example(union[0], name, deeper);
  }
  if (Array.isArray(node.allOf)) {
    const parts = node.allOf.map((part) => recordOf(part) ?? {});
    return example(merge([node, ...parts]), name, deeper);
  }
  const type = (Array.isArray(node.type) ? node.type[0] : node.type) ?? (node.properties ? 'object' : 'string');
  switch (typeof type === 'string' ? type.toLowerCase() : undefined) {
    case 'object':
      return objectExample(node, deeper);
    case 'array': {
      const count = typeof node.minItems === 'number' ? Math.min(node.minItems, 20) : 1;
      return Array.from({ length: count }, () => example(node.items ?? {}, name, deeper));
    }
    case 'integer':
      return Math.ceil(numberExample(node, 1));
    case 'number':
      return numberExample(node, 1.5);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return stringExample(node, name, context.words);
  }
}

function merge(parts: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const merged: Record<string, unknown> = { type: 'object' };
  const properties = {};
  const required: unknown[] = [];
  for (const { allOf: _, ...part } of parts) {
    Object.assign(merged, part);
    Object.assign(properties, recordOf(part.properties));
    if (Array.isArray(part.required)) required.push(...part.required);
  }
  return { ...merged, properties, required };
}

function objectExample(node: Readonly<Record<string, unknown>>, context: Context): Record<string, unknown> {
  const properties = recordOf(node.properties) ?? {};
  const names = Array.isArray(node.required) ? node.required.map(String) : Object.keys(properties);
  const entries = names.map((key) => [key, example(properties[key] ?? { type: 'string' }, key, context)] as const);
  return Object.fromEntries(entries);
}

function numberExample(node: Readonly<Record<string, unknown>>, otherwise: number): number {
  const low = [node.minimum, node.exclusiveMinimum].find((bound) => typeof bound === 'number') as number | undefined;
  const high = [node.maximum, node.exclusiveMaximum].find((bound) => typeof bound === 'number') as number | undefined;
  const step = typeof node.multipleOf === 'number' && node.multipleOf > 0 ? node.multipleOf : undefined;
  let value = low === undefined ? (high === undefined ? otherwise : Math.min(otherwise, high - 1)) : low + 1;
  if (high !== undefined && value > high) value = low ?? high;
  return step ? Math.ceil(value / step) * step : value;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  time: '12:00:00Z',
  'date-time': '2026-01-01T12:00:00Z',
  email: 'practice@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function stringExample(node: Readonly<Record<string, unknown>>, name: string, words: string): string {
  const format = typeof node.format === 'string' ? FORMATS[node.format] : undefined;
  if (format) return format;
  const place = /\b(?:in|at|for|to)\s+([\p{Lu}][\p{L}-]+)/u.exec(words)?.[1];
  let text = /city|location|place|town/i.test(name) ? (place ?? 'Paris') : name ? `practice ${name}` : 'practice';
  if (typeof node.minLength === 'number') text = text.padEnd(Math.min(node.minLength, 10_000), '.');
  return typeof node.maxLength === 'number' ? text.slice(0, node.maxLength) : text;
}

function follow(reference: string, root: unknown): unknown {
  let node = root;
  for (const step of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    node = recordOf(node)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return node ?? {};
}
