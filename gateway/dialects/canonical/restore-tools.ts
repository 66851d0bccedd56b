/**
 * Tools as the caller knows them, put back into what the model calls: names that were fitted to the target, free text that
 * went out as a function's one argument, and a forced call that was asked for as an answer of its schema. Pure.
 */
import { asText, isRecord, parseJson } from './json.ts';
import type { Part, ToolCallPart } from './request.ts';
import type { CanonicalResponse, Finish } from './response.ts';
import type { CanonicalEvent } from './stream.ts';

export interface Restoring {
  /** What the target was told → what the caller calls it. */
  readonly toolNames: ReadonlyMap<string, string>;
  /** Names, as the target was told them, of tools that take free text. */
  readonly freeTextTools: ReadonlySet<string>;
  /** The tool whose arguments the answer's text is. */
  readonly callInText?: string;
}

/** `seed` makes the id of a call that came as text. */
export function restoreResponse(response: CanonicalResponse, plan: Restoring, seed: string): CanonicalResponse {
  const { callInText: name } = plan;
  const at = name === undefined ? -1 : response.parts.findIndex((part) => part.type === 'text');
  const parts = response.parts.map((part, index): Part => {
    const call = index === at && part.type === 'text' && name !== undefined ? callOf(part.text, name, seed) : part;
    return call.type === 'tool-call' ? restoreCall(call, plan) : call;
  });
  return { ...response, parts, finish: at === -1 ? response.finish : finishOfCall(response.finish) };
}

function callOf(argumentsText: string, name: string, seed: string): ToolCallPart {
  return { type: 'tool-call', id: idOf(seed), name, argumentsText, kind: 'function' };
}

/** The only call of its answer. */
function idOf(seed: string): string {
  return `call_${seed}_0`;
}

function finishOfCall(finish: Finish): Finish {
  return finish.reason === 'stop' ? { ...finish, reason: 'tool-calls' } : finish;
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

export interface RestoreState {
  /** Arguments of free-text calls that are under way, by part: their text is known when their JSON is whole. */
  readonly held: Readonly<Record<number, string>>;
  /** The part that is a call in the form of a text. */
  readonly call?: number;
}

export const NOTHING_HELD: RestoreState = { held: {} };

export function restoreEvent(
  state: RestoreState,
  event: CanonicalEvent,
  plan: Restoring,
  seed: string,
): readonly [RestoreState, readonly CanonicalEvent[]] {
  if (plan.callInText === undefined) return restoreCallEvent(state, event, plan);
  if (event.type === 'part-start' && event.part.type === 'text' && state.call === undefined) {
    const part = { type: 'tool-call', id: idOf(seed), name: plan.callInText, kind: 'function' } as const;
    return restoreCallEvent({ ...state, call: event.index }, { ...event, part }, plan);
  }
  if (event.type === 'part-delta' && event.index === state.call) {
    // Nothing else that a text can bear means anything of a call.
    if (event.delta.type !== 'text') return [state, []];
    return restoreCallEvent(state, { ...event, delta: { type: 'arguments', text: event.delta.text } }, plan);
  }
  if (event.type === 'finish' && state.call !== undefined) {
    return [state, [{ ...event, finish: finishOfCall(event.finish) }]];
  }
  return restoreCallEvent(state, event, plan);
}

function restoreCallEvent(
  state: RestoreState,
  event: CanonicalEvent,
  { toolNames, freeTextTools }: Restoring,
): readonly [RestoreState, readonly CanonicalEvent[]] {
  const { held } = state;
  if (event.type === 'part-start' && event.part.type === 'tool-call') {
    const { name } = event.part;
    const part = { ...event.part, name: toolNames.get(name) ?? name };
    if (!freeTextTools.has(name)) return [state, [{ ...event, part }]];
    const custom = { ...part, kind: 'custom' as const };
    return [{ ...state, held: { ...held, [event.index]: '' } }, [{ ...event, part: custom }]];
  }
  const text = event.type === 'part-delta' || event.type === 'part-end' ? held[event.index] : undefined;
  if (text === undefined) return [state, [event]];
  if (event.type === 'part-delta' && event.delta.type === 'arguments') {
    return [{ ...state, held: { ...held, [event.index]: text + event.delta.text } }, []];
  }
  if (event.type !== 'part-end') return [state, [event]];
  const { [event.index]: _, ...rest } = held;
  return [
    { ...state, held: rest },
    [{ type: 'part-delta', index: event.index, delta: { type: 'arguments', text: freeText(text) } }, event],
  ];
}
