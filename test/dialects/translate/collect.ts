/** A streamed answer read back as what a caller's program ends up with: dialect by dialect, independent of our parsers. */
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { eventsOf } from './support.ts';

export interface Collected {
  text: string;
  thinking: string;
  calls: { name: string; input: unknown }[];
  /** The dialect's own words. */
  finish: unknown;
  usage: unknown;
  error: unknown;
  ended: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: wire values, looked at as a program of that dialect would
type Wire = any;

export function collect(dialect: TranslatedDialect, text: string): Collected {
  const collected: Collected = {
    text: '',
    thinking: '',
    calls: [],
    finish: undefined,
    usage: undefined,
    error: undefined,
    ended: false,
  };
  const events =
    dialect === 'gemini-generate' && text.startsWith('[') ? (JSON.parse(text) as Fields[]) : eventsOf(text);
  const pieces: { name: string; text: string }[] = [];
  for (const event of events) READERS[dialect](event as Wire, collected, pieces);
  collected.calls.push(
    ...pieces.filter(Boolean).map((piece) => ({ name: piece.name, input: JSON.parse(piece.text || '{}') })),
  );
  return collected;
}

type Reader = (event: Wire, into: Collected, pieces: { name: string; text: string }[]) => void;

const READERS: Record<TranslatedDialect, Reader> = {
  'openai-chat'(event, into, pieces) {
    if (event === '[DONE]') {
      into.ended = true;
      return;
    }
    if (event.error) into.error = event.error;
    if (event.usage) into.usage = event.usage;
    for (const choice of event.choices ?? []) {
      into.text += choice.delta.content ?? '';
      into.thinking += choice.delta.reasoning_content ?? '';
      for (const call of choice.delta.tool_calls ?? []) {
        pieces[call.index] ??= { name: call.function.name, text: '' };
        (pieces[call.index] as { text: string }).text += call.function.arguments;
      }
      into.finish = choice.finish_reason ?? into.finish;
    }
  },
  'openai-responses'(event, into) {
    if (event.type === 'error') into.error = event;
    if (event.type === 'response.output_text.delta') into.text += event.delta;
    if (event.type === 'response.reasoning_summary_text.delta') into.thinking += event.delta;
    if (event.type === 'response.output_item.done' && event.item.type === 'function_call') {
      into.calls.push({ name: event.item.name, input: JSON.parse(event.item.arguments) });
    }
    if (/^response\.(completed|incomplete)$/.test(event.type)) {
      into.ended = true;
      into.finish = event.response.status;
      into.usage = event.response.usage;
    }
  },
  'anthropic-messages'(event, into, pieces) {
    if (event.type === 'error') into.error = event.error;
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
      pieces[event.index] = { name: event.content_block.name, text: '' };
    }
    if (event.type === 'content_block_delta') {
      into.text += event.delta.text ?? '';
      into.thinking += event.delta.thinking ?? '';
      const piece = pieces[event.index];
      if (piece) piece.text += event.delta.partial_json ?? '';
    }
    if (event.type === 'message_delta') {
      into.finish = event.delta.stop_reason;
      into.usage = event.usage;
    }
    if (event.type === 'message_stop') into.ended = true;
  },
  'gemini-generate'(event, into) {
    if (event.error) into.error = event.error;
    if (event.usageMetadata) into.usage = event.usageMetadata;
    for (const candidate of event.candidates ?? []) {
      for (const part of candidate.content?.parts ?? []) {
        if (part.thought) into.thinking += part.text;
        else if (part.text) into.text += part.text;
        if (part.functionCall) into.calls.push({ name: part.functionCall.name, input: part.functionCall.args });
      }
      if (candidate.finishReason) {
        into.finish = candidate.finishReason;
        into.ended = true;
      }
    }
  },
};
