/**
 * Tools as the caller knows them, put back into what the model calls: names that were fitted to the target, and free
 * text that went out as a function's one argument. Pure.
 */
import { asText, isRecord, parseJson } from './json.ts';
import type { ToolCallPart } from './request.ts';
import type { CanonicalResponse } from './response.ts';
import type { CanonicalEvent } from './stream.ts';

export interface Restoring {
  /** What the target was told → what the caller calls it. */
  readonly toolNames: ReadonlyMap<string, string>;
  /** Names, as the target was told them, of tools that take free text. */
  readonly freeTextTools: ReadonlySet<string>;
}

export function restoreResponse(response: CanonicalResponse, plan: Restoring): CanonicalResponse {
  const parts = response.parts.map((part) => (part.type === 'tool-call' ? restoreCall(part, plan) : part));
  return { ...response, parts };
}

function restoreCall(call: ToolCallPart, { toolNames, freeTextTools }: Restoring): ToolCallPart {
  const name = toolNames.get(call.name) ?? call.name;
  if (!freeTextTools.has(call.name)) return { ...call, name };
  return { ...call, name, kind: 'custom', argumentsText: freeText(call.argumentsText) };
}

/** The text inside `{"input": …}`; what the model wrote instead stays as it is. */
function freeText(argumentsText: string): string {
  const value = parseJson(argumentsText);
  return (isRecord(value) ? asText(value.input) : undefined) ?? argumentsText;
}

/** Arguments of free-text calls that are under way, by part: their text is known when their JSON is whole. */
export type RestoreState = Readonly<Record<number, string>>;

export function restoreEvent(
  state: RestoreState,
  event: CanonicalEvent,
  { toolNames, freeTextTools }: Restoring,
): readonly [RestoreState, readonly CanonicalEvent[]] {
  if (event.type === 'part-start' && event.part.type === 'tool-call') {
    const { name } = event.part;
    const part = { ...event.part, name: toolNames.get(name) ?? name };
    if (!freeTextTools.has(name)) return [state, [{ ...event, part }]];
    return [{ ...state, [event.index]: '' }, [{ ...event, part: { ...part, kind: 'custom' } }]];
  }
  const text = event.type === 'part-delta' || event.type === 'part-end' ? state[event.index] : undefined;
  if (text === undefined) return [state, [event]];
  if (event.type === 'part-delta' && event.delta.type === 'arguments') {
    return [{ ...state, [event.index]: text + event.delta.text }, []];
  }
  if (event.type !== 'part-end') return [state, [event]];
  const { [event.index]: _, ...rest } = state;
  return [
    rest,
    [{ type: 'part-delta', index: event.index, delta: { type: 'arguments', text: freeText(text) } }, event],
  ];
}
