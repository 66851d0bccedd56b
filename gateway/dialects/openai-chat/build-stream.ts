/** Canonical events as chunks. Source: platform.openai.com/docs/api-reference/chat-streaming. */
import type { AnswerContext } from '../canonical/adapter.ts';
import type { LedgerEntry } from '../canonical/losses.ts';
import type { Fields, ReasoningPart } from '../canonical/request.ts';
import type { CanonicalUsage } from '../canonical/response.ts';
import type { CanonicalEvent, PartHead, StreamBuilder, Written } from '../canonical/stream.ts';
import { buildOpenaiError } from '../openai-error.ts';
import { reasoningDetail } from './build-reasoning.ts';
import { buildAnnotation } from './build-response.ts';
import { buildFinish, buildUsage } from './usage.ts';

interface OpenPart {
  readonly head: PartHead;
  /** The wire's index of a call, or of a piece of reasoning. */
  readonly number: number;
  /** Whether a piece of reasoning has said whose it is. */
  readonly signed: boolean;
}

export interface BuildState {
  readonly id: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly saidRole: boolean;
  readonly over: boolean;
  readonly parts: Readonly<Record<number, OpenPart>>;
  readonly calls: number;
  readonly reasonings: number;
  readonly usage?: CanonicalUsage;
}

type Step = readonly [BuildState, Written];

const NOTHING: Written = { text: '' };

export function buildStream(context: AnswerContext): StreamBuilder<BuildState> {
  const initial: BuildState = {
    id: `chatcmpl-${context.seed}`,
    model: context.model,
    createdSeconds: context.nowSeconds,
    saidRole: false,
    over: false,
    parts: {},
    calls: 0,
    reasonings: 0,
  };
  return { initial, step: (state, event) => step(state, event, context.includeUsage === true) };
}

function step(state: BuildState, event: CanonicalEvent, includeUsage: boolean): Step {
  if (state.over) return [state, NOTHING];
  switch (event.type) {
    case 'start': {
      const { id = state.id, model = state.model, createdSeconds = state.createdSeconds } = event;
      const started = { ...state, id, model, createdSeconds, saidRole: true };
      return [started, chunk(started, { role: 'assistant', content: '' })];
    }
    case 'part-start':
      return startPart(state, event.index, event.part);
    case 'part-delta':
      return writeDelta(state, event);
    case 'part-end':
      return endPart(state, event.index);
    case 'usage':
      return [{ ...state, usage: { ...state.usage, ...event.usage } }, NOTHING];
    case 'finish':
      return [state, chunk(state, {}, buildFinish(event.finish))];
    case 'end': {
      const usage =
        includeUsage && state.usage ? line({ ...envelope(state), choices: [], usage: buildUsage(state.usage) }) : '';
      return [{ ...state, over: true }, { text: `${usage}data: [DONE]\n\n` }];
    }
    case 'error':
      return [{ ...state, over: true }, { text: line(buildOpenaiError(event.error).body) }];
    case 'ping':
      return [state, { text: ': ping\n\n' }];
  }
}

function startPart(state: BuildState, index: number, head: PartHead): Step {
  if (head.type === 'media' || head.type === 'opaque') {
    const what = head.type === 'opaque' ? head.name : head.mediaType;
    return [state, { text: '', lost: [lost('content', `Chat completions cannot show ${what}.`)] }];
  }
  const open = (number: number) => ({ ...state, parts: { ...state.parts, [index]: { head, number, signed: false } } });
  if (head.type === 'tool-call') {
    const call =
      head.kind === 'custom'
        ? { index: state.calls, id: head.id, type: 'custom', custom: { name: head.name, input: '' } }
        : { index: state.calls, id: head.id, type: 'function', function: { name: head.name, arguments: '' } };
    return [{ ...open(state.calls), calls: state.calls + 1 }, chunk(state, { tool_calls: [call] })];
  }
  if (head.type === 'reasoning') {
    const opened = { ...open(state.reasonings), reasonings: state.reasonings + 1 };
    if (head.redacted === undefined) return [opened, NOTHING];
    return [opened, chunk(state, { reasoning_details: [reasoningDetail({ ...head, text: '' }, state.reasonings)] })];
  }
  return [open(0), NOTHING];
}

function endPart(state: BuildState, index: number): Step {
  const { [index]: open, ...parts } = state.parts;
  const closed = { ...state, parts };
  if (open?.head.type !== 'reasoning' || open.head.from === 'openai-chat') return [closed, NOTHING];
  if (open.signed || open.head.redacted !== undefined) return [closed, NOTHING];
  return [closed, chunk(state, { reasoning_details: [reasoningDetail({ ...open.head, text: '' }, open.number)] })];
}

function writeDelta(state: BuildState, event: Extract<CanonicalEvent, { type: 'part-delta' }>): Step {
  const open = state.parts[event.index];
  if (!open) return [state, NOTHING];
  const { head, number } = open;
  const { delta } = event;
  switch (delta.type) {
    case 'text':
      if (head.type === 'refusal') return [state, chunk(state, { refusal: delta.text })];
      if (head.type !== 'reasoning') return [state, chunk(state, { content: delta.text })];
      return [state, chunk(state, writeReasoning(head, delta.text, number))];
    case 'arguments': {
      const body =
        head.type === 'tool-call' && head.kind === 'custom'
          ? { custom: { input: delta.text } }
          : { function: { arguments: delta.text } };
      return [state, chunk(state, { tool_calls: [{ index: number, ...body }] })];
    }
    case 'signature': {
      if (head.type !== 'reasoning') return [state, NOTHING];
      // A detail's pieces are joined by index.
      const signed: ReasoningPart = { ...head, text: '', signature: delta.value };
      const parts = { ...state.parts, [event.index]: { ...open, signed: true } };
      return [{ ...state, parts }, chunk(state, { reasoning_details: [reasoningDetail(signed, number)] })];
    }
    case 'citation': {
      const annotation = buildAnnotation(delta.citation, 0, 0);
      if (annotation) return [state, chunk(state, { annotations: [annotation] })];
      return [state, { text: '', lost: [lost('content.citations', 'Chat completions cite addresses only.')] }];
    }
    case 'logprobs':
      return [state, chunk(state, {}, null, delta.value)];
  }
}

function writeReasoning(head: Extract<PartHead, { type: 'reasoning' }>, text: string, index: number): Fields {
  const detail = { type: 'reasoning.text', text, index };
  return { reasoning_content: text, ...(head.from === 'openai-chat' ? {} : { reasoning_details: [detail] }) };
}

function envelope(state: BuildState): Fields {
  return { id: state.id, object: 'chat.completion.chunk', created: state.createdSeconds, model: state.model };
}

function chunk(state: BuildState, delta: Fields, finish: string | null = null, logprobs?: unknown): Written {
  const choice = { index: 0, delta, ...(logprobs === undefined ? {} : { logprobs }), finish_reason: finish };
  return { text: line({ ...envelope(state), choices: [choice] }) };
}

function line(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function lost(path: string, why: string): LedgerEntry {
  return { path, action: 'dropped', why };
}
