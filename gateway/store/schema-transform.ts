/** Edits of outgoing requests, as they are kept with a route or an app. What they may not touch is said in transform/check-rules.ts. */
import { z } from 'zod';

const headerName = z.string().min(1).max(200);
const headerText = z.string().max(4096);
const pointer = z
  .string()
  .max(1000)
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'is no JSON pointer: write /temperature or /messages/0/content');

export const headerEditSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set'), name: headerName, value: headerText }),
  /** Only where the client sends none. */
  z.object({ do: z.literal('default'), name: headerName, value: headerText }),
  z.object({ do: z.literal('remove'), name: headerName }),
  z.object({ do: z.literal('rename'), name: headerName, to: headerName }),
]);
export type HeaderEdit = z.infer<typeof headerEditSchema>;

export const bodyEditSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set'), path: pointer, value: z.json() }),
  /** Only where there is nothing. */
  z.object({ do: z.literal('default'), path: pointer, value: z.json() }),
  z.object({ do: z.literal('remove'), path: pointer }),
  /** `to`: the member's new name, in the same object. */
  z.object({ do: z.literal('rename'), path: pointer, to: z.string().min(1).max(200) }),
]);
export type BodyEdit = z.infer<typeof bodyEditSchema>;

export const redactionRuleSchema = z.object({
  /** A regular expression in RE2's syntax: linear in time, whatever the text. */
  pattern: z.string().min(1).max(1000),
  /** What stands in for what matched. */
  with: z.string().max(100).default('[removed]'),
});
export type RedactionRule = z.infer<typeof redactionRuleSchema>;

export const transformSchema = z.object({
  headers: z.array(headerEditSchema).max(100).default([]),
  body: z.array(bodyEditSchema).max(100).default([]),
  /** Put before the system prompt, in each dialect's own place. */
  systemPrefix: z.string().min(1).max(50_000).optional(),
  redact: z.array(redactionRuleSchema).max(50).default([]),
});
export type Transform = z.infer<typeof transformSchema>;

/** Model names of an app's own: what it asks for, and what is asked in its place. */
export const modelNamesSchema = z.record(z.string().min(1).max(200), z.string().min(1).max(200));
