/** A value for every field of a schema, none of them its default: a field that is added later is filled too, or the test fails. */
import { z } from 'zod';

export type Values = Readonly<Record<string, unknown>>;

/** `values`: by place (`routes[].targets[].model`), where any value would not do. Throws for a place that it cannot fill. */
export function filled(schema: z.ZodType, values: Values, at = ''): unknown {
  if (Object.hasOwn(values, at)) return values[at];
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([name, field]) => [
      name,
      filled(field as z.ZodType, values, at === '' ? name : `${at}.${name}`),
    ]);
    return Object.fromEntries(fields);
  }
  if (schema instanceof z.ZodDefault) {
    const value = filled(schema.def.innerType as z.ZodType, values, at);
    if (JSON.stringify(value) !== JSON.stringify(schema.def.defaultValue)) return value;
    return other(schema.def.innerType as z.ZodType, value, at);
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return filled(schema.def.innerType as z.ZodType, values, at);
  }
  if (schema instanceof z.ZodArray) return [filled(schema.element as z.ZodType, values, `${at}[]`)];
  if (schema instanceof z.ZodRecord) return { name: filled(schema.valueType as z.ZodType, values, `${at}{}`) };
  if (schema instanceof z.ZodEnum) return schema.options.at(-1);
  if (schema instanceof z.ZodBoolean) return true;
  if (schema instanceof z.ZodLiteral) return [...schema.values][0];
  if (schema instanceof z.ZodISODateTime) return '2026-01-02T03:04:05.678Z';
  for (const value of ['text', 3, 77, 1025]) if (schema.safeParse(value).success) return value;
  throw new Error(`Give the test a value for ${at}.`);
}

function other(schema: z.ZodType, value: unknown, at: string): unknown {
  if (typeof value === 'boolean') return !value;
  if (schema instanceof z.ZodEnum) return schema.options.find((option) => option !== value);
  if (typeof value === 'number' && schema.safeParse(value + 1).success) return value + 1;
  throw new Error(`Give the test a value for ${at} that is not its default.`);
}
