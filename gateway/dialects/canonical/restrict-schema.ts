/**
 * JSON schemas as the structured outputs of Anthropic, and of Bedrock after them, take them (docs.claude.com/en/build-with-claude/structured-outputs,
 * *JSON Schema limitations*): objects are closed, and bounds of numbers, texts and lists are not checked. A bound that
 * cannot be enforced is told to the model in the description, as Anthropic's own SDKs do. Pure but for the ledger.
 */
import { isRecord } from './json.ts';
import type { Losses } from './losses.ts';
import type { Fields } from './request.ts';

const UNCHECKED = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
];
const HOLDERS = ['items', 'additionalProperties', 'not'];
const LISTS = ['anyOf', 'allOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', '$defs', 'definitions'];

export function restrictSchema(schema: Fields, at: string, losses: Losses): Fields {
  const result: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    if (UNCHECKED.includes(name) || (name === 'minItems' && typeof value === 'number' && value > 1)) {
      told.push(`${name}: ${JSON.stringify(value)}`);
      losses.add(
        'renamed',
        `${at}.${name}`,
        'Structured outputs do not check it; the description tells it to the model.',
        value,
      );
    } else if (MAPS.includes(name) && isRecord(value)) {
      result[name] = Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          isRecord(inner) ? restrictSchema(inner, `${at}.${name}.${key}`, losses) : inner,
        ]),
      );
    } else if (LISTS.includes(name) && Array.isArray(value)) {
      result[name] = value.map((inner: unknown, index) =>
        isRecord(inner) ? restrictSchema(inner, `${at}.${name}[${index}]`, losses) : inner,
      );
    } else if (HOLDERS.includes(name) && isRecord(value)) {
      result[name] = restrictSchema(value, `${at}.${name}`, losses);
    } else result[name] = value;
  }
  if (isRecord(schema.properties) && schema.additionalProperties !== false) {
    losses.add('defaulted', `${at}.additionalProperties`, 'Structured outputs close every object.', undefined, false);
    result.additionalProperties = false;
  }
  if (told.length > 0) {
    const description = typeof schema.description === 'string' ? `${schema.description} ` : '';
    result.description = `${description}(${told.join(', ')})`;
  }
  return result;
}
