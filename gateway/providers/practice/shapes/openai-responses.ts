/** The Responses API and its stream events (platform.openai.com/docs/api-reference/responses-streaming). */
import type { PracticeCall } from '../practice-call.ts';
import type { Reply } from '../reply.ts';
import { HEX, idFrom, jsonAnswer, PRACTICE_EPOCH_S, type Script, SSE_HEADERS, streamAnswer } from '../script.ts';
import { fragments } from './openai-chat.ts';
import { openaiHeaders } from './provider-headers.ts';

export function responsesAnswer(call: PracticeCall, model: string, reply: Reply, delayMs: number): Script {
  if (call.stream) {
    return streamAnswer({ ...SSE_HEADERS, ...openaiHeaders(call.digest) }, responseEvents(call, model, reply), delayMs);
  }
  return jsonAnswer(200, openaiHeaders(call.digest), responseObject(call, model, reply, output(call, reply)));
}

type Item = Record<string, unknown>;

function output(call: PracticeCall, reply: Reply): Item[] {
  if (reply.toolCalls.length > 0) {
    return reply.toolCalls.map((toolCall, i) => ({
      id: `fc_${idFrom(`${call.digest} ${i}`, 48, HEX)}`,
      type: 'function_call',
      status: 'completed',
      arguments: JSON.stringify(toolCall.arguments),
      call_id: `call_${toolCall.id}`,
      name: toolCall.name,
    }));
  }
  return [message(call, [textPart([...reply.pieces()].join(''))], 'completed')];
}

function message(call: PracticeCall, content: Item[], status: string): Item {
  return { id: `msg_${idFrom(call.digest, 48, HEX)}`, type: 'message', status, content, role: 'assistant' };
}

function textPart(text: string): Item {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

function responseObject(call: PracticeCall, model: string, reply: Reply, items: Item[], state = 'completed'): Item {
  const cut = reply.finish === 'length' && state === 'completed';
  const done = state === 'completed';
  return {
    id: `resp_${idFrom(call.digest, 48, HEX)}`,
    object: 'response',
    created_at: PRACTICE_EPOCH_S,
    status: cut ? 'incomplete' : state,
    background: false,
    error: null,
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    instructions: call.json?.instructions ?? null,
    max_output_tokens: call.json?.max_output_tokens ?? null,
    model,
    output: items,
    parallel_tool_calls: call.json?.parallel_tool_calls ?? true,
    previous_response_id: call.json?.previous_response_id ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: call.json?.text ?? { format: { type: 'text' } },
    tool_choice: call.json?.tool_choice ?? 'auto',
    tools: call.json?.tools ?? [],
    top_p: 1,
    truncation: 'disabled',
    usage: done
      ? {
          input_tokens: reply.inputTokens,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: reply.outputTokens,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: reply.inputTokens + reply.outputTokens,
        }
      : null,
    user: null,
    metadata: {},
  };
}

/** Events in order, each numbered; the last is `response.completed` (or `response.incomplete`). */
export function* responseEvents(call: PracticeCall, model: string, reply: Reply): Iterable<string> {
  let sequence = 0;
  const event = (type: string, fields: Item) => {
    const text = JSON.stringify({ type, sequence_number: sequence, ...fields });
    sequence += 1;
    return `event: ${type}\ndata: ${text}\n\n`;
  };
  const running = responseObject(call, model, reply, [], 'in_progress');
  yield event('response.created', { response: running });
  yield event('response.in_progress', { response: running });
  const items = reply.toolCalls.length > 0 ? output(call, reply) : [];
  for (const [output_index, item] of items.entries()) {
    const place = { item_id: item.id, output_index };
    yield event('response.output_item.added', {
      output_index,
      item: { ...item, status: 'in_progress', arguments: '' },
    });
    for (const delta of fragments(String(item.arguments))) {
      yield event('response.function_call_arguments.delta', { ...place, delta });
    }
    yield event('response.function_call_arguments.done', { ...place, name: item.name, arguments: item.arguments });
    yield event('response.output_item.done', { output_index, item });
  }
  if (items.length === 0) {
    const place = { item_id: message(call, [], '').id, output_index: 0, content_index: 0 };
    yield event('response.output_item.added', { output_index: 0, item: message(call, [], 'in_progress') });
    yield event('response.content_part.added', { ...place, part: textPart('') });
    let text = '';
    for (const delta of reply.pieces()) {
      text += delta;
      yield event('response.output_text.delta', { ...place, delta, logprobs: [] });
    }
    yield event('response.output_text.done', { ...place, text, logprobs: [] });
    yield event('response.content_part.done', { ...place, part: textPart(text) });
    items.push(message(call, [textPart(text)], 'completed'));
    yield event('response.output_item.done', { output_index: 0, item: items[0] });
  }
  const type = reply.finish === 'length' ? 'response.incomplete' : 'response.completed';
  yield event(type, { response: responseObject(call, model, reply, items) });
}
