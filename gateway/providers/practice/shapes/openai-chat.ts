/** Chat completions and legacy completions as api.openai.com sends them (platform.openai.com/docs/api-reference/chat). */
import { type PracticeCall, recordOf } from '../practice-call.ts';
import type { Reply, ToolCall } from '../reply.ts';
import { idFrom, jsonAnswer, PRACTICE_EPOCH_S, type Script, SSE_HEADERS, streamAnswer } from '../script.ts';
import { openaiHeaders } from './provider-headers.ts';

const FINISH = { stop: 'stop', length: 'length', tools: 'tool_calls' } as const;

export function chatAnswer(call: PracticeCall, model: string, reply: Reply, delayMs: number): Script {
  const id = `chatcmpl-${idFrom(call.digest, 29)}`;
  if (call.stream) {
    return streamAnswer({ ...SSE_HEADERS, ...openaiHeaders(call.digest) }, chatEvents(call, id, model, reply), delayMs);
  }
  const text = [...reply.pieces()].join('');
  return jsonAnswer(200, openaiHeaders(call.digest), {
    id,
    object: 'chat.completion',
    created: PRACTICE_EPOCH_S,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.toolCalls.length > 0 ? null : text,
          ...(reply.toolCalls.length > 0 ? { tool_calls: reply.toolCalls.map(wireCall) } : {}),
          refusal: null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: FINISH[reply.finish],
      },
    ],
    usage: chatUsage(reply),
    service_tier: 'default',
    system_fingerprint: 'fp_practice',
  });
}

function wireCall(toolCall: ToolCall) {
  return {
    id: `call_${toolCall.id}`,
    type: 'function',
    function: { name: toolCall.name, arguments: JSON.stringify(toolCall.arguments) },
  };
}

function chatUsage(reply: Reply) {
  return {
    prompt_tokens: reply.inputTokens,
    completion_tokens: reply.outputTokens,
    total_tokens: reply.inputTokens + reply.outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The SSE events in order, each a whole `data:` line with its blank line; the last is `[DONE]`. */
export function* chatEvents(call: PracticeCall, id: string, model: string, reply: Reply): Iterable<string> {
  const wantsUsage = recordOf(call.json?.stream_options)?.include_usage === true;
  const chunk = (delta: unknown, finish: string | null) =>
    data({
      id,
      object: 'chat.completion.chunk',
      created: PRACTICE_EPOCH_S,
      model,
      service_tier: 'default',
      system_fingerprint: 'fp_practice',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(wantsUsage ? { usage: null } : {}),
    });
  yield chunk({ role: 'assistant', content: reply.toolCalls.length > 0 ? null : '', refusal: null }, null);
  for (const content of reply.pieces()) yield chunk({ content }, null);
  for (const [index, toolCall] of reply.toolCalls.entries()) {
    const wire = wireCall(toolCall);
    yield chunk({ tool_calls: [{ index, ...wire, function: { name: toolCall.name, arguments: '' } }] }, null);
    for (const part of fragments(wire.function.arguments)) {
      yield chunk({ tool_calls: [{ index, function: { arguments: part } }] }, null);
    }
  }
  yield chunk({}, FINISH[reply.finish]);
  if (wantsUsage) {
    yield data({
      id,
      object: 'chat.completion.chunk',
      created: PRACTICE_EPOCH_S,
      model,
      service_tier: 'default',
      system_fingerprint: 'fp_practice',
      choices: [],
      usage: chatUsage(reply),
    });
  }
  yield 'data: [DONE]\n\n';
}

/** Arguments are streamed in pieces that are no JSON by themselves, as the real ones. */
export function fragments(text: string): string[] {
  return text.match(/[\s\S]{1,12}/g) ?? [''];
}

export function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export function completionAnswer(call: PracticeCall, model: string, reply: Reply, delayMs: number): Script {
  const id = `cmpl-${idFrom(call.digest, 29)}`;
  const envelope = (text: string, finish: string | null) => ({
    id,
    object: 'text_completion',
    created: PRACTICE_EPOCH_S,
    model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
  });
  if (call.stream) {
    const events = function* (): Iterable<string> {
      for (const piece of reply.pieces()) yield data(envelope(piece, null));
      yield data(envelope('', FINISH[reply.finish]));
      yield 'data: [DONE]\n\n';
    };
    return streamAnswer({ ...SSE_HEADERS, ...openaiHeaders(call.digest) }, events(), delayMs);
  }
  const { prompt_tokens, completion_tokens, total_tokens } = chatUsage(reply);
  return jsonAnswer(200, openaiHeaders(call.digest), {
    ...envelope([...reply.pieces()].join(''), FINISH[reply.finish]),
    usage: { prompt_tokens, completion_tokens, total_tokens },
  });
}
