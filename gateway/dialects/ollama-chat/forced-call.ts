/**
 * One forced call, asked for as an answer of its schema. Ollama has no `tool_choice` (docs/api/openai-compatibility.mdx), but holds
 * an answer to a schema (`format`): the arguments come as the answer's text, and are made a call on the way back. Pure.
 */
import { withInstruction } from '../canonical/fit-messages.ts';
import type { CanonicalRequest, Fields, ToolDefinition } from '../canonical/request.ts';

/** The tool that must be called, where it is one and the answer's format is free. */
export function forcedTool(request: CanonicalRequest): ToolDefinition | undefined {
  const { toolChoice: choice, responseFormat } = request;
  if (responseFormat !== undefined && responseFormat.type !== 'text') return undefined;
  const tools = request.tools.filter(({ kind }) => kind !== 'builtin');
  const named = (names: readonly string[]) => tools.filter(({ name }) => names.includes(name));
  switch (choice?.type) {
    case 'tool':
      return only(named([choice.name]));
    case 'required':
      return only(tools);
    case 'allowed':
      return choice.required ? only(named(choice.names)) : undefined;
    default:
      return undefined;
  }
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

/** JSON schema of a tool's arguments; free text is one text. */
export function schemaOf({ kind, parameters }: ToolDefinition): Fields {
  return kind === 'custom'
    ? { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }
    : { type: 'object', properties: {}, ...parameters };
}

/** The model is not offered the tool, so it is told what its answer is for. */
export function askedForCall(request: CanonicalRequest, { name, description }: ToolDefinition): CanonicalRequest {
  const about = description ? ` ${name}: ${description}` : '';
  return withInstruction(
    request,
    `Answer with the arguments of a call of the function ${name}, as one JSON object and nothing else.${about}`,
  );
}
