import { describe, expect, it } from 'vitest';
import { unusable } from '../../../gateway/dialects/canonical/error.ts';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamReducer, createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { CONTEXT, PLAN } from './support.ts';

/** The beginning of an answer and one more piece of text, as wire events. */
const PIECES: Record<TranslatedDialect, { begin: object[]; more: object }> = {
  'openai-chat': {
    begin: [{ id: 'c', model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }],
    more: { id: 'c', choices: [{ index: 0, delta: { content: 'twenty characters...' } }] },
  },
  'openai-responses': {
    begin: [
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'msg', content: [] } },
      {
        type: 'response.content_part.added',
        output_index: 0,
        content_index: 0,
        part: { type: 'output_text', text: '' },
      },
    ],
    more: { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'twenty characters...' },
  },
  'anthropic-messages': {
    begin: [
      { type: 'message_start', message: { id: 'm', model: 'c', usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    more: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'twenty characters...' } },
  },
  'gemini-generate': {
    begin: [{ candidates: [{ content: { parts: [{ text: 'a' }] } }] }],
    more: { candidates: [{ content: { parts: [{ text: 'twenty characters...' }] } }] },
  },
};

const PAIRS = TRANSLATED_DIALECTS.flatMap((from) => TRANSLATED_DIALECTS.map((to) => [from, to] as const));

describe.each(PAIRS)('the state of a stream from %s to %s', (from, to) => {
  it(
    to === 'openai-responses'
      ? 'holds the text that the dialect says again, and no more'
      : 'is as large after ten thousand pieces as after one',
    () => {
      const reducer = createStreamReducer(from, to, PLAN, CONTEXT);
      const { begin, more } = PIECES[from];
      let state = reducer.initial;
      for (const event of [...begin, more]) [state] = reducer.step(state, { data: JSON.stringify(event) });
      const early = JSON.stringify(state).length;
      let written = 0;
      for (let count = 0; count < 10_000; count++) {
        const [next, { text }] = reducer.step(state, { data: JSON.stringify(more) });
        state = next;
        written += text.includes('twenty characters...') ? 1 : 0;
      }
      // Each piece is written as it comes: nothing waits.
      expect(written).toBe(10_000);
      const grown = JSON.stringify(state).length - early;
      // A count of events may grow by some digits.
      if (to === 'openai-responses') expect(grown).toBeLessThan(200_000 + 100);
      else expect(grown).toBeLessThan(10);
    },
  );

  it('is left alone by a step: the same state and event give the same again', () => {
    const reducer = createStreamReducer(from, to, PLAN, CONTEXT);
    const { begin, more } = PIECES[from];
    let state = reducer.initial;
    for (const event of begin) [state] = reducer.step(state, { data: JSON.stringify(event) });
    const before = structuredClone(state);
    const first = reducer.step(state, { data: JSON.stringify(more) });
    expect(state).toEqual(before);
    expect(reducer.step(state, { data: JSON.stringify(more) })).toEqual(first);
  });
});

describe('an event without end', () => {
  it.each([
    ['events', false],
    ['an array', true],
  ] as const)('ends a stream of %s as failed, with bounded memory', (_what, jsonArray) => {
    const translator = createStreamTranslator('gemini-generate', 'openai-chat', PLAN, CONTEXT, jsonArray);
    const piece = Buffer.from(`${jsonArray ? '[{"a":"' : 'data: {"a":"'}${'x'.repeat(1024 * 1024)}`);
    let text = translator.push(piece);
    for (let count = 0; count < 40 && translator.outcome === 'running'; count++)
      text += translator.push(Buffer.alloc(1024 * 1024, 'x'));
    expect(translator.outcome).toBe('failed');
    expect(text).toMatch(/longer than/);
    expect(translator.push(piece) + translator.end()).toBe('');
  });
});

describe('a connection that breaks', () => {
  it.each(TRANSLATED_DIALECTS)('is said once in %s', (to) => {
    const translator = createStreamTranslator('anthropic-messages', to, PLAN, CONTEXT);
    translator.push(Buffer.from(`data: ${JSON.stringify(PIECES['anthropic-messages'].begin[0])}\n\n`));
    expect(translator.fail(unusable('The connection to the provider broke.'))).toContain(
      'The connection to the provider broke.',
    );
    expect(translator.fail(unusable('again'))).toBe('');
    expect(translator.end()).toBe('');
    expect(translator.outcome).toBe('failed');
  });
});

describe('comments that keep a connection open', () => {
  it.each(['openai-chat', 'openai-responses', 'anthropic-messages'] as const)('reach a program of %s at once', (to) => {
    const translator = createStreamTranslator('openai-chat', to, PLAN, CONTEXT);
    const text = translator.push(Buffer.from(': OPENROUTER PROCESSING\n\n'));
    expect(text).toBe(to === 'anthropic-messages' ? 'event: ping\ndata: {"type":"ping"}\n\n' : ': ping\n\n');
    expect(translator.outcome).toBe('running');
  });
});
