/** A zod schema again, but with every object in it refusing fields that it does not know. Pure. */
import { z } from 'zod';

export interface StrictlyOptions {
  /** False: what has a default may be left out and then stays out, so that a part can be told from the whole. */
  readonly defaults?: boolean;
}

/** Keeps checks, descriptions and everything else; a kind of schema that is not looked into comes back as it is. */
export function strictly(schema: z.ZodType, options: StrictlyOptions = {}): z.ZodType {
  const inside = (inner: unknown) => strictly(inner as z.ZodType, options);
  const remade = (change: object) => schema.clone({ ...schema.def, ...change } as typeof schema.def);
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, inside(field)]));
    return remade({ shape, catchall: z.never() });
  }
  if (schema instanceof z.ZodDefault) {
    const inner = inside(schema.def.innerType);
    return options.defaults === false ? inner.optional() : remade({ innerType: inner });
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return remade({ innerType: inside(schema.def.innerType) });
  }
  if (schema instanceof z.ZodArray) return remade({ element: inside(schema.element) });
  if (schema instanceof z.ZodRecord) return remade({ valueType: inside(schema.valueType) });
  if (schema instanceof z.ZodUnion) return remade({ options: schema.options.map(inside) });
  return schema;
}
