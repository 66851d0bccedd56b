/**
 * Gemini's `Schema` (ai.google.dev/api/caching#Schema), a part of OpenAPI 3.0, and JSON Schema. What the part cannot say
 * (references, `oneOf`, `additionalProperties` with a schema …) goes out as JSON Schema in the fields that take it
 * (`parametersJsonSchema`, `responseJsonSchema`), which older models do not read; so the part is used where it does.
 */
import { asTexts, isRecord } from '../canonical/json.ts';
import type { Fields } from '../canonical/request.ts';

const PLAIN = new Set([
  'description',
  'enum',
  'format',
  'maxItems',
  'minItems',
  'maxLength',
  'minLength',
  'maxProperties',
  'minProperties',
  'maximum',
  'minimum',
  'pattern',
  'required',
  'title',
  'default',
  'example',
  'nullable',
  'propertyOrdering',
]);
/** Say nothing that Gemini could keep to, or what it does anyway. */
const SILENT = new Set(['$schema', '$id', '$comment', 'additionalProperties', 'strict']);
/** Formats that `Schema` knows, by type; it refuses others. */
const FORMATS = new Set(['float', 'double', 'int32', 'int64', 'enum', 'date-time']);

/** `schema` in Gemini's form, or undefined where that form cannot say it. */
export function toGeminiSchema(schema: Fields): Fields | undefined {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (SILENT.has(name)) {
      if (name === 'additionalProperties' && isRecord(value)) return undefined;
    } else if (!convertMember(name, value, schema, result)) return undefined;
  }
  return result;
}

function convertMember(name: string, value: unknown, schema: Fields, result: Record<string, unknown>): boolean {
  if (name === 'format') {
    if (typeof value !== 'string' || !FORMATS.has(value)) return false;
    result.format = value;
    return true;
  }
  if (name === 'enum') {
    // Texts only: an enum of numbers is refused.
    if (!Array.isArray(value) || asTexts(value).length < value.length) return false;
    result.enum = value;
    return true;
  }
  if (PLAIN.has(name)) {
    result[name] = value;
    return true;
  }
  switch (name) {
    case 'type':
      return convertType(value, result);
    case 'const':
      if (typeof value !== 'string') return false;
      result.enum = [value];
      if (schema.type === undefined) result.type = 'STRING';
      return true;
    case 'items': {
      const items = isRecord(value) ? toGeminiSchema(value) : undefined;
      result.items = items;
      return items !== undefined;
    }
    case 'anyOf':
      return convertAnyOf(value, result);
    case 'properties':
      return convertProperties(value, result);
    default:
      return false;
  }
}

function convertType(value: unknown, result: Record<string, unknown>): boolean {
  const types = typeof value === 'string' ? [value] : asTexts(value);
  const real = types.filter((type) => type.toLowerCase() !== 'null');
  if (real.length !== 1) return false;
  result.type = real[0]?.toUpperCase();
  if (real.length < types.length) result.nullable = true;
  return true;
}

function convertAnyOf(value: unknown, result: Record<string, unknown>): boolean {
  if (!Array.isArray(value)) return false;
  const branches = value.filter((branch: unknown) => !(isRecord(branch) && branch.type === 'null'));
  const converted = branches.map((branch: unknown) => (isRecord(branch) ? toGeminiSchema(branch) : undefined));
  if (converted.includes(undefined)) return false;
  result.anyOf = converted;
  if (branches.length < value.length) result.nullable = true;
  return true;
}

function convertProperties(value: unknown, result: Record<string, unknown>): boolean {
  if (!isRecord(value)) return false;
  const properties: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const converted = isRecord(inner) ? toGeminiSchema(inner) : undefined;
    if (converted === undefined) return false;
    properties[key] = converted;
  }
  result.properties = properties;
  return true;
}

/** Gemini's form as JSON Schema: types in small letters, `nullable` as a type. */
export function fromGeminiSchema(schema: Fields): Fields {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'type' && typeof value === 'string') {
      const type = value.toLowerCase();
      result.type = schema.nullable === true ? [type, 'null'] : type;
    } else if (name === 'nullable' || name === 'propertyOrdering' || name === 'property_ordering') continue;
    else if (name === 'properties' && isRecord(value)) {
      result.properties = Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, isRecord(inner) ? fromGeminiSchema(inner) : inner]),
      );
    } else if (name === 'items' && isRecord(value)) result.items = fromGeminiSchema(value);
    else if ((name === 'anyOf' || name === 'any_of') && Array.isArray(value)) {
      const branches: unknown[] = value.map((inner: unknown) => (isRecord(inner) ? fromGeminiSchema(inner) : inner));
      result.anyOf = schema.nullable === true ? [...branches, { type: 'null' }] : branches;
    } else if (/^(?:min|max)(?:Items|Length|Properties)$/.test(name)) result[name] = Number(value);
    else result[name] = value;
  }
  return result;
}
