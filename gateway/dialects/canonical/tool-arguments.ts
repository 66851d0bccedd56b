/** Arguments of a tool call: text in OpenAI's dialects, a value in Anthropic's and Gemini's. Pure but for the ledger. */
import { isRecord, parseJson } from './json.ts';
import type { Losses } from './losses.ts';
import type { Fields, ToolCallPart } from './request.ts';

/** The arguments as an object. Text that is none is kept whole under one name, as dropping it would falsify history. */
export function argumentsObject(call: ToolCallPart, at: string, losses: Losses): Fields {
  if (call.kind === 'custom') return { input: call.argumentsText };
  if (call.argumentsText.trim() === '') return {};
  const value = parseJson(call.argumentsText);
  if (isRecord(value)) return value;
  losses.add('renamed', at, 'These arguments are no JSON object; their text stands under "arguments".');
  return { arguments: value === undefined ? call.argumentsText : value };
}
