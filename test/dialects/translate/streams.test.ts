import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { collect } from './collect.ts';
import * as anthropic from './fixtures/anthropic-streams.ts';
import * as gemini from './fixtures/gemini-streams.ts';
import * as chat from './fixtures/openai-chat-streams.ts';
import * as responses from './fixtures/openai-responses-streams.ts';
import { CONTEXT, eventsOf, PLAN, stream } from './support.ts';

const STREAMS: Record<TranslatedDialect, { TEXT: string; THINKING_AND_TOOLS: string; OVERLOADED: string }> = {
  'openai-chat': { TEXT: chat.TEXT, THINKING_AND_TOOLS: chat.THINKING_AND_TOOLS, OVERLOADED: chat.OVERLOADED },
  'openai-responses': {
    TEXT: responses.TEXT,
    THINKING_AND_TOOLS: responses.THINKING_AND_TOOLS,
    OVERLOADED: responses.OVERLOADED,
  },
  'anthropic-messages': {
    TEXT: anthropic.TEXT,
    THINKING_AND_TOOLS: anthropic.THINKING_AND_TOOLS,
    OVERLOADED: anthropic.OVERLOADED,
  },
  'gemini-generate': {
    TEXT: gemini.TEXT,
    THINKING_AND_TOOLS: gemini.THINKING_AND_TOOLS,
    OVERLOADED: gemini.OVERLOADED,
  },
};

const FINISHES: Record<TranslatedDialect, { stop: string; tools: string }> = {
  'openai-chat': { stop: 'stop', tools: 'tool_calls' },
  'openai-responses': { stop: 'completed', tools: 'completed' },
  'anthropic-messages': { stop: 'end_turn', tools: 'tool_use' },
  'gemini-generate': { stop: 'STOP', tools: 'STOP' },
};

const PAIRS = TRANSLATED_DIALECTS.flatMap((from) => TRANSLATED_DIALECTS.map((to) => [from, to] as const));

describe.each(PAIRS)('a stream from %s to %s', (from, to) => {
  it('carries text, finish reason and usage', () => {
    const { text, translator } = stream(from, to, STREAMS[from].TEXT);
    const collected = collect(to, text);
    expect(collected).toMatchObject({
      text: 'Héllo 世界 👋🏽',
      thinking: '',
      calls: [],
      finish: FINISHES[to].stop,
      error: undefined,
      ended: true,
    });
    expect(collected.usage).toBeDefined();
    expect(translator.outcome).toBe('ended');
    expect(translator.usage?.cachedInputTokens).toBe(100);
    expect(translator.usage?.inputTokens).toBe(from === 'anthropic-messages' ? 127 : 120);
  });

  it('carries thinking and parallel tool calls', () => {
    const collected = collect(to, stream(from, to, STREAMS[from].THINKING_AND_TOOLS).text);
    expect(collected).toMatchObject({
      text: 'Checking.',
      thinking: 'Two cities, two calls.',
      calls: [
        { name: 'get_weather', input: { city: 'Paris' } },
        { name: 'get_weather', input: { city: 'Rome' } },
      ],
      finish: FINISHES[to].tools,
      ended: true,
    });
  });

  it('says an error inside the stream as that dialect’s error and never ends as a success', () => {
    const { text, translator } = stream(from, to, STREAMS[from].OVERLOADED);
    const collected = collect(to, text);
    expect(collected.error).toMatchObject({ message: expect.stringMatching(/.+/) });
    expect(collected).toMatchObject({ text: 'Hel', ended: false });
    expect(translator.outcome).toBe('failed');
  });

  it('gives the same text wherever the bytes are cut', () => {
    for (const wire of [STREAMS[from].TEXT, STREAMS[from].THINKING_AND_TOOLS]) {
      const whole = stream(from, to, wire).text;
      fc.assert(
        fc.property(fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 }), (cuts) => {
          expect(stream(from, to, wire, cuts).text).toBe(whole);
        }),
        { numRuns: 25 },
      );
      const every = Array.from({ length: Buffer.byteLength(wire) }, (_, index) => index);
      expect(stream(from, to, wire, every).text).toBe(whole);
    }
  });

  it('ends with an error wherever the stream breaks off', () => {
    const wire = Buffer.from(STREAMS[from].THINKING_AND_TOOLS);
    // What stands behind the dialect's last word (the finish reason, the last event) may be missing.
    const lastWord = {
      'openai-chat': '"finish_reason":"tool_calls"',
      'openai-responses': '"response.completed"',
      'anthropic-messages': 'event: message_stop',
      'gemini-generate': '"STOP"',
    }[from];
    const safe = wire.lastIndexOf(lastWord);
    fc.assert(
      fc.property(fc.nat({ max: safe - 1 }), (cut) => {
        const translator = createStreamTranslator(from, to, PLAN, CONTEXT);
        const text = translator.push(wire.subarray(0, cut)) + translator.end();
        expect(translator.outcome).toBe('failed');
        const collected = collectPartly(to, text);
        expect(collected.ended).toBe(false);
        expect(collected.error).toBeDefined();
      }),
      { numRuns: 40 },
    );
  });

  it('ends with one outcome and throws nothing whatever bytes are damaged', () => {
    const wire = Buffer.from(STREAMS[from].THINKING_AND_TOOLS);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: wire.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const damaged = Buffer.from(wire);
          for (const [place, value] of changes) damaged[place] = value;
          const translator = createStreamTranslator(from, to, PLAN, CONTEXT);
          const text = translator.push(damaged) + translator.end();
          expect(['ended', 'failed']).toContain(translator.outcome);
          expect(terminals(to, text)).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('answers noise with an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const translator = createStreamTranslator(from, to, PLAN, CONTEXT);
        const text = translator.push(noise) + translator.end();
        expect(translator.outcome).toBe('failed');
        expect(terminals(to, text)).toBe(1);
      }),
      { numRuns: 40 },
    );
  });
});

/** Like `collect`, for streams whose calls are not whole. */
function collectPartly(dialect: TranslatedDialect, text: string) {
  const events = eventsOf(text) as Record<string, unknown>[];
  const error = events.find((event) => event.error !== undefined || event.type === 'error');
  return { error, ended: terminals(dialect, text) === 1 && error === undefined };
}

/** How often the stream was ended, in success or failure. */
function terminals(dialect: TranslatedDialect, text: string): number {
  return eventsOf(text).filter((event) => {
    if (event === '[DONE]') return true;
    if (typeof event === 'string') return false;
    if (dialect === 'anthropic-messages') return event.type === 'message_stop' || event.type === 'error';
    if (dialect === 'openai-responses') return /^response\.(completed|incomplete|failed)$/.test(String(event.type));
    if (event.error !== undefined) return true;
    return (
      dialect === 'gemini-generate' &&
      (event.candidates as { finishReason?: string }[]).some((candidate) => candidate.finishReason)
    );
  }).length;
}
