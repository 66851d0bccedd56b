import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type StreamWatch,
  streamIsWhole,
  watchChunk,
  watchEnd,
  watchStream,
} from '../../gateway/dialects/stream-watch.ts';
import type { Dialect } from '../../gateway/exchange.ts';

const OPENAI =
  'data: {"choices":[{"delta":{"content":"héllo 🌍"}}]}\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n';
const ANTHROPIC =
  'event: message_start\r\ndata: {"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}\r\n\r\nevent: message_delta\r\ndata: {"type":"message_delta","usage":{"output_tokens":12}}\r\n\r\nevent: message_stop\r\ndata: {"type":"message_stop"}\r\n\r\n';
const GEMINI =
  'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\r\n\r\ndata: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2}}\r\n\r\n';

function run(dialect: Dialect, text: string, cuts: readonly number[], type = 'text/event-stream'): StreamWatch {
  const watch = watchStream(dialect, type);
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    watchChunk(watch, bytes.subarray(from, place));
    from = place;
  }
  watchEnd(watch);
  return watch;
}

describe('a stream that is watched', () => {
  it.each([
    ['openai-chat', OPENAI, { inputTokens: 7, outputTokens: 3 }],
    ['anthropic-messages', ANTHROPIC, { inputTokens: 9, outputTokens: 12 }],
    ['gemini-generate', GEMINI, { inputTokens: 4, outputTokens: 2 }],
  ] as const)('%s: is whole with its tokens counted, wherever the network cut it', (dialect, text, usage) => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 12 }), (cuts) => {
        const watch = run(dialect, text, cuts);
        expect(streamIsWhole(watch)).toBe(true);
        expect(watch.error).toBeUndefined();
        expect(watch.usage).toEqual(usage);
      }),
    );
  });

  it.each([
    ['openai-chat', OPENAI, '"finish_reason"'],
    ['anthropic-messages', ANTHROPIC, 'event: message_stop'],
    ['gemini-generate', GEMINI, '"finishReason"'],
  ] as const)('%s: is not whole when it ends before its last event', (dialect, text, marker) => {
    const watch = run(dialect, text.slice(0, text.indexOf(marker)), [5, 50]);
    expect(streamIsWhole(watch)).toBe(false);
  });

  it('takes an error event for what it is, but not an error that a model talks about', () => {
    const error = run(
      'openai-chat',
      'data: {"error":{"message":"overloaded — später","type":"server_error"}}\n\n',
      [3, 40],
    );
    expect(JSON.parse(error.error ?? '')).toMatchObject({ error: { message: 'overloaded — später' } });
    const talk = run(
      'openai-chat',
      'data: {"choices":[{"delta":{"content":"an \\"error\\" occurred"}}]}\n\ndata: [DONE]\n\n',
      [],
    );
    expect(talk.error).toBeUndefined();
    const none = run(
      'openai-chat',
      'data: {"error":null,"choices":[{"delta":{"content":"x"}}]}\n\ndata: [DONE]\n\n',
      [],
    );
    expect(none.error).toBeUndefined();
  });

  it('reads a Gemini stream without alt=sse as one JSON array', () => {
    const text = `[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},\n{"candidates":[{"finishReason":"STOP"}]}]`;
    expect(streamIsWhole(run('gemini-generate', text, [9], 'application/json'))).toBe(true);
    expect(streamIsWhole(run('gemini-generate', text.slice(0, 40), [9], 'application/json'))).toBe(false);
  });

  it('keeps its memory bounded on a line that never ends', () => {
    const watch = watchStream('openai-chat', 'text/event-stream');
    for (let i = 0; i < 64; i += 1) watchChunk(watch, Buffer.alloc(64 * 1024, 'a'));
    expect(watch.carry.length).toBeLessThan(512 * 1024);
  });

  it('notices an event that is no JSON, wherever the network cut it, but not one that runs over several lines', () => {
    const damaged = OPENAI.replace('{"choices":[{"delta":{"content":"héllo 🌍"}}]}', '{"choices":[{"delta":');
    const lines = 'data: {\ndata:   "choices": [],\ndata:   "finish_reason": "stop"\ndata: }\n\ndata: [DONE]\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 12 }), (cuts) => {
        const watch = run('openai-chat', damaged, cuts);
        expect(watch.damaged).toBe('data: {"choices":[{"delta":');
        expect(streamIsWhole(watch)).toBe(true);
        expect(run('openai-chat', OPENAI, cuts).damaged).toBeUndefined();
        expect(run('openai-chat', lines, cuts).damaged).toBeUndefined();
        expect(run('gemini-generate', GEMINI, cuts).damaged).toBeUndefined();
        expect(run('anthropic-messages', ANTHROPIC, cuts).damaged).toBeUndefined();
      }),
    );
  });

  it('takes a blocked prompt in an array for an error, but not a candidate that was stopped', () => {
    const blocked = '[{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}]';
    const stopped = '[{"candidates":[{"finishReason":"SAFETY"}],"promptFeedback":{"blockReason":"SAFETY"}}]';
    expect(run('gemini-generate', blocked, [20], 'application/json').error).toContain('PROHIBITED_CONTENT');
    expect(run('gemini-generate', stopped, [20], 'application/json').error).toBeUndefined();
  });
});

describe('lines of JSON', () => {
  const line = (value: object) => `${JSON.stringify(value)}\n`;
  const piece = line({ model: 'm', message: { role: 'assistant', content: 'héllo {"done":true} 🌍' }, done: false });
  const call = line({ message: { tool_calls: [{ function: { name: 'f', arguments: { done: true } } }] }, done: false });
  const last = line({ model: 'm', message: {}, done: true, prompt_eval_count: 26, eval_count: 298 });
  const TYPE = 'application/x-ndjson';

  it.each(['ollama-chat', 'raw'] as const)(
    '%s: are whole with `done` at their top, wherever they are cut',
    (dialect) => {
      fc.assert(
        fc.property(fc.array(fc.nat(2000), { maxLength: 12 }), (cuts) => {
          const watch = run(dialect, piece + call + last, cuts, TYPE);
          expect(streamIsWhole(watch)).toBe(true);
          expect(watch.usage).toEqual({ inputTokens: 26, outputTokens: 298 });
          expect([watch.error, watch.damaged]).toEqual([undefined, undefined]);
        }),
      );
      expect(streamIsWhole(run(dialect, piece + call, [], TYPE))).toBe(false);
      // All there but its newline; and cut where brackets close, inside the arguments of a call.
      expect(streamIsWhole(run(dialect, (piece + last).trimEnd(), [7], TYPE))).toBe(true);
      expect(streamIsWhole(run(dialect, piece + call.slice(0, call.indexOf('}') + 1), [], TYPE))).toBe(false);
    },
  );

  it('tell of an error, and not of one that a model talks about', () => {
    const error = '{"error":"llama runner process has terminated"}';
    expect(run('ollama-chat', `${piece}${error}\n`, [3], TYPE).error).toBe(error);
    expect(run('ollama-chat', piece.replace('done', 'error') + last, [3], TYPE).error).toBeUndefined();
  });

  it('show one that is broken in the middle', () => {
    expect(run('ollama-chat', `{"model":"m\n${last}`, [], TYPE).damaged).toBe('{"model":"m');
  });

  it('are another program’s at a raw path where none says that it is not done', () => {
    expect(streamIsWhole(run('raw', '{"status":"pulling manifest"}\n{"status":"success"}\n', [], TYPE))).toBe(true);
    expect(streamIsWhole(run('ollama-chat', '', [], TYPE))).toBe(false);
  });
});
