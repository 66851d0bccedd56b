/** Anthropic's Messages API (docs.claude.com/en/api/messages, …/streaming). */
import type { PracticeCall } from '../practice-call.ts';
import type { Reply } from '../reply.ts';
import { idFrom, jsonAnswer, type Script, SSE_HEADERS, streamAnswer } from '../script.ts';
import { fragments } from './openai-chat.ts';
import { anthropicHeaders } from './provider-headers.ts';

const STOP = { stop: 'end_turn', length: 'max_tokens', tools: 'tool_use' } as const;

export function messagesAnswer(call: PracticeCall, model: string, reply: Reply, delayMs: number): Script {
  if (call.stream) {
    return streamAnswer(
      { ...SSE_HEADERS, ...anthropicHeaders(call.digest) },
      messageEvents(call, model, reply),
      delayMs,
    );
  }
  const content =
    reply.toolCalls.length > 0
      ? reply.toolCalls.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id: `toolu_${id}`, name, input }))
      : [{ type: 'text', text: [...reply.pieces()].join('') }];
  return jsonAnswer(200, anthropicHeaders(call.digest), {
    ...envelope(call, model),
    content,
    stop_reason: STOP[reply.finish],
    stop_sequence: null,
    usage: usage(reply, reply.outputTokens),
  });
}

function envelope(call: PracticeCall, model: string) {
  return { id: `msg_${idFrom(call.digest, 24)}`, type: 'message', role: 'assistant', model };
}

function usage(reply: Reply, outputTokens: number) {
  return {
    input_tokens: reply.inputTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
    service_tier: 'standard',
  };
}

/** Named events in order; `message_stop` ends them. */
export function* messageEvents(call: PracticeCall, model: string, reply: Reply): Iterable<string> {
  yield namedEvent('message_start', {
    message: { ...envelope(call, model), content: [], stop_reason: null, stop_sequence: null, usage: usage(reply, 1) },
  });
  if (reply.toolCalls.length === 0) {
    yield namedEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    yield namedEvent('ping', {});
    for (const text of reply.pieces()) {
      yield namedEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
    }
    yield namedEvent('content_block_stop', { index: 0 });
  }
  for (const [index, { id, name, arguments: input }] of reply.toolCalls.entries()) {
    yield namedEvent('content_block_start', {
      index,
      content_block: { type: 'tool_use', id: `toolu_${id}`, name, input: {} },
    });
    yield namedEvent('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: '' } });
    for (const partial_json of fragments(JSON.stringify(input))) {
      yield namedEvent('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } });
    }
    yield namedEvent('content_block_stop', { index });
  }
  yield namedEvent('message_delta', {
    delta: { stop_reason: STOP[reply.finish], stop_sequence: null },
    usage: { output_tokens: reply.outputTokens },
  });
  yield namedEvent('message_stop', {});
}

function namedEvent(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export function countTokensAnswer(call: PracticeCall, reply: Reply): Script {
  return jsonAnswer(200, anthropicHeaders(call.digest), { input_tokens: reply.inputTokens });
}
