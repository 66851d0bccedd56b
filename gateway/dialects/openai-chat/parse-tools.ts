/** Tools and the choice among them. Source: platform.openai.com/docs/api-reference/chat/create (`tools`, `tool_choice`). */
import { asBoolean, asRecord, asRecords, asText, nameOf, unknownFields } from '../canonical/json.ts';
import type { Losses } from '../canonical/losses.ts';
import type { ToolChoice, ToolDefinition } from '../canonical/request.ts';

const KNOWN = new Set(['name', 'description', 'parameters', 'strict']);

/** `tools`, or the `functions` of old. */
export function parseTools(body: Record<string, unknown>, losses: Losses): ToolDefinition[] {
  const tools = asRecords(body.tools).map((tool, index): ToolDefinition => {
    if (tool.type === 'custom') {
      const custom = asRecord(tool.custom) ?? {};
      const extra = unknownFields(custom, KNOWN);
      return { kind: 'custom', ...named(custom, `tools[${index}].custom`, losses), ...(extra ? { extra } : {}) };
    }
    if (tool.type !== 'function') return { kind: 'builtin', name: nameOf(tool.type), extra: tool };
    return parseFunction(asRecord(tool.function) ?? {}, `tools[${index}].function`, losses);
  });
  if (tools.length > 0) return tools;
  return asRecords(body.functions).map((item, index) => parseFunction(item, `functions[${index}]`, losses));
}

function parseFunction(item: Record<string, unknown>, at: string, losses: Losses): ToolDefinition {
  const parameters = asRecord(item.parameters);
  const strict = asBoolean(item.strict);
  const extra = unknownFields(item, KNOWN);
  return {
    kind: 'function',
    ...named(item, at, losses),
    ...(parameters ? { parameters } : {}),
    ...(strict === undefined ? {} : { strict }),
    ...(extra ? { extra } : {}),
  };
}

function named(item: Record<string, unknown>, at: string, losses: Losses): { name: string; description?: string } {
  const name = asText(item.name);
  if (!name) losses.refuse(`${at}.name`, 'A tool needs a name.');
  const description = asText(item.description);
  return { name: name ?? '', ...(description === undefined ? {} : { description }) };
}

/** `tool_choice`, or the `function_call` of old; undefined leaves it to the model. */
export function parseToolChoice(body: Record<string, unknown>, losses: Losses): ToolChoice | undefined {
  const value = body.tool_choice ?? body.function_call;
  if (value === undefined || value === null) return undefined;
  if (value === 'auto' || value === 'none' || value === 'required') return { type: value };
  const choice = asRecord(value);
  if (choice?.type === 'allowed_tools') {
    const allowed = asRecord(choice.allowed_tools) ?? {};
    const names = asRecords(allowed.tools).map(
      (tool) => asText(asRecord(tool.function)?.name) ?? asText(tool.name) ?? '',
    );
    return { type: 'allowed', names, required: allowed.mode === 'required' };
  }
  const custom = asText(asRecord(choice?.custom)?.name);
  if (custom !== undefined) return { type: 'tool', name: custom, kind: 'custom' };
  const name = asText(asRecord(choice?.function)?.name) ?? asText(choice?.name);
  if (name !== undefined) return { type: 'tool', name };
  losses.refuse('tool_choice', 'tool_choice must be auto, none, required, or name a function.');
  return undefined;
}
