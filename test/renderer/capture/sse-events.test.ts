import { describe, expect, it } from 'vitest';
import { looksLikeEvents, sseEvents } from '../../../renderer/screens/capture/sse-events.ts';

const body = (text: string, more: object = {}) => ({ text, redactions: [], ...more });

describe('the events of a recorded stream', () => {
  it('reads types, ids and data of several lines, whatever ends the lines', () => {
    expect(sseEvents(body('event: a\r\nid: 7\r\ndata: x\r\ndata: y\r\n\r\ndata:z\n\n'))).toEqual([
      { type: 'a', id: '7', data: 'x\ny', cut: false },
      { type: 'message', data: 'z', cut: false },
    ]);
  });

  it('passes over comments and says where the stream was cut off', () => {
    expect(sseEvents(body(': ping\n\ndata: {"a'))).toEqual([{ type: 'message', data: '{"a', cut: true }]);
  });

  it('times each event by the chunk that completed it, counting bytes', () => {
    const first = 'data: é\n\n';
    const second = 'data: b\n\n';
    const size = Buffer.byteLength(first);
    const events = sseEvents(body(first + second, { chunkSizes: [size - 1, 1 + 9], chunkTimesMs: [10, 25] }));
    expect(events.map((event) => event.atMs)).toEqual([25, 25]);
  });

  it('gives no times where redaction moved the bytes', () => {
    const redacted = {
      redactions: [{ kind: 'key', where: 'body', length: 3, fingerprint: '' }],
      chunkSizes: [9],
      chunkTimesMs: [1],
    };
    expect(sseEvents(body('data: b\n\n', redacted))[0]).not.toHaveProperty('atMs');
  });

  it('tells streams from other text', () => {
    expect(looksLikeEvents('text/event-stream; charset=utf-8', '')).toBe(true);
    expect(looksLikeEvents(undefined, 'data: 1\n\n')).toBe(true);
    expect(looksLikeEvents('text/plain', 'data about keys')).toBe(false);
  });
});
