import { describe, expect, it } from 'vitest';
import { adapterOf, TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import * as anthropic from './fixtures/anthropic-streams.ts';
import * as gemini from './fixtures/gemini-streams.ts';
import * as responses from './fixtures/openai-responses-streams.ts';
import { CONTEXT, eventsOf, PLAN, stream, translated } from './support.ts';

// Form: docs.claude.com/en/docs/build-with-claude/extended-thinking.
const ANTHROPIC_ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [
    { type: 'thinking', thinking: 'Let me look.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
    { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' },
    { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 20, output_tokens_details: { thinking_tokens: 5 } },
};

// Form: platform.openai.com/docs/guides/reasoning (*Encrypted reasoning items*).
const RESPONSES_ANSWER = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_741_290_958,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-5',
  output: [
    {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Let me look.' }],
      encrypted_content: 'gAAAAABo',
    },
    {
      id: 'fc_1',
      type: 'function_call',
      status: 'completed',
      call_id: 'call_1',
      name: 'get_weather',
      arguments: '{"city":"Paris"}',
    },
  ],
  usage: {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 30,
  },
};

// Form: ai.google.dev/gemini-api/docs/thought-signatures.
const GEMINI_ANSWER = {
  candidates: [
    {
      content: {
        role: 'model',
        parts: [
          { text: 'Let me look.', thought: true },
          {
            functionCall: { name: 'get_weather', args: { city: 'Paris' } },
            thoughtSignature: 'CpcBAdHtim9Bp0yGrl9pMh==',
          },
        ],
      },
      finishReason: 'STOP',
      index: 0,
    },
  ],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 15, thoughtsTokenCount: 5, totalTokenCount: 30 },
  modelVersion: 'gemini-3-pro-preview',
  responseId: 'g1',
};

const ANSWERS: Partial<Record<TranslatedDialect, Fields>> = {
  'anthropic-messages': ANTHROPIC_ANSWER,
  'openai-responses': RESPONSES_ANSWER,
  'gemini-generate': GEMINI_ANSWER,
};

/** The next request of a program that hands the whole answer back, with the tool's result. */
function nextRequest(dialect: TranslatedDialect, answer: Fields): Fields {
  // biome-ignore lint/suspicious/noExplicitAny: an answer as its program sees it
  const wire = answer as any;
  switch (dialect) {
    case 'openai-chat': {
      const message = wire.choices[0].message;
      const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: '18' };
      return { model: 'm', messages: [{ role: 'user', content: 'Weather?' }, message, result] };
    }
    case 'openai-responses': {
      const call = wire.output.find((item: { type: string }) => item.type === 'function_call');
      return {
        model: 'm',
        input: [
          { role: 'user', content: 'Weather?' },
          ...wire.output,
          { type: 'function_call_output', call_id: call.call_id, output: '18' },
        ],
      };
    }
    case 'anthropic-messages': {
      const call = wire.content.find((block: { type: string }) => block.type === 'tool_use');
      const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '18' }] };
      return {
        model: 'm',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Weather?' }, { role: 'assistant', content: wire.content }, result],
      };
    }
    case 'gemini-generate': {
      const content = wire.candidates[0].content;
      const call = content.parts.find((part: Fields) => part.functionCall).functionCall;
      const result = { functionResponse: { id: call.id, name: call.name, response: { output: '18' } } };
      return {
        contents: [{ role: 'user', parts: [{ text: 'Weather?' }] }, content, { role: 'user', parts: [result] }],
      };
    }
  }
}

const JOURNEYS = (Object.keys(ANSWERS) as TranslatedDialect[]).flatMap((provider) =>
  TRANSLATED_DIALECTS.map((client) => [provider, client] as const),
);

describe.each(JOURNEYS)('thinking of %s shown to a program of %s', (provider, client) => {
  it('comes back to its provider whole on the next turn, signatures and all', () => {
    const answer = ANSWERS[provider] as Fields;
    const shown = translateResponse(provider, client, answer, PLAN, CONTEXT);
    if (shown.error !== undefined) throw new Error(shown.error.message);
    expect(shown.ledger).toEqual([]);
    // The program keeps its answers as JSON.
    const kept = JSON.parse(JSON.stringify(shown.body)) as Fields;
    const { body, ledger } = translated(client, provider, nextRequest(client, kept), { model: 'gemini-3-pro-preview' });
    expect(ledger.filter((entry) => entry.action === 'dropped')).toEqual([]);
    const text = JSON.stringify(body);
    if (provider === 'anthropic-messages') {
      expect((body.messages as Fields[])[1]?.content).toEqual(ANTHROPIC_ANSWER.content);
    }
    if (provider === 'openai-responses') {
      expect(body.input).toContainEqual(RESPONSES_ANSWER.output[0]);
      expect(text).toContain('"call_id":"call_1"');
    }
    if (provider === 'gemini-generate') {
      expect((body.contents as Fields[])[1]?.parts).toEqual(GEMINI_ANSWER.candidates[0]?.content.parts);
    }
  });

  it('means nothing to another provider, which is told in the ledger', () => {
    const shown = translateResponse(provider, client, ANSWERS[provider], PLAN, CONTEXT);
    if (shown.error !== undefined) throw new Error(shown.error.message);
    const other = provider === 'anthropic-messages' ? 'gemini-generate' : 'anthropic-messages';
    const { body, ledger } = translated(client, other, nextRequest(client, JSON.parse(JSON.stringify(shown.body))));
    expect(ledger).toContainEqual(
      expect.objectContaining({ action: 'dropped', why: expect.stringMatching(/thinking/) }),
    );
    expect(JSON.stringify(body)).not.toContain('Let me look.');
  });
});

describe('thinking in streams', () => {
  it('reaches a Messages program as blocks with a signature each', () => {
    const { text } = stream('openai-responses', 'anthropic-messages', responses.THINKING_AND_TOOLS);
    const deltas = eventsOf(text).flatMap((event) => (typeof event !== 'string' && event.index === 0 ? [event] : []));
    const signed = deltas
      .map((event) => event.delta as Fields | undefined)
      .find((delta) => delta?.type === 'signature_delta');
    const signature = signed?.signature;
    const parsed = adapterOf('anthropic-messages').parseRequest(
      {
        model: 'm',
        max_tokens: 1,
        messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature }] }],
      },
      {},
    );
    if (parsed.refused !== undefined) throw new Error(parsed.refused.message);
    expect(parsed.value.messages[0]?.parts[0]).toEqual({
      type: 'reasoning',
      text: 'x',
      from: 'openai-responses',
      id: 'rs_0',
      signature: 'gAAAAABotest',
    });
  });

  it('of Anthropic reaches a Messages program as it came', () => {
    const { text } = stream('anthropic-messages', 'anthropic-messages', anthropic.THINKING_AND_TOOLS);
    expect(text).toContain('"signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3h"');
    expect(text).toContain('{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"}');
  });

  it('collected piece by piece by a chat program comes back to Anthropic as the blocks it was', () => {
    const { text } = stream('anthropic-messages', 'openai-chat', anthropic.THINKING_AND_TOOLS);
    const deltas = eventsOf(text).flatMap((event) =>
      typeof event === 'string' ? [] : (event.choices as { delta: Fields }[]).map((choice) => choice.delta),
    );
    const reasoning_details = deltas.flatMap((delta) => (delta.reasoning_details as Fields[] | undefined) ?? []);
    const { body } = translated('openai-chat', 'anthropic-messages', {
      model: 'm',
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'Checking.', reasoning_details },
        { role: 'user', content: 'go on' },
      ],
    });
    expect((body.messages as Fields[])[1]?.content).toEqual([
      { type: 'thinking', thinking: 'Two cities, two calls.', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h' },
      { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' },
      { type: 'text', text: 'Checking.' },
    ]);
  });

  it('of Gemini keeps the signature of a call on that call, and of a text on its last part', () => {
    const calls = eventsOf(stream('gemini-generate', 'gemini-generate', gemini.THINKING_AND_TOOLS).text) as {
      candidates: { content: { parts: Fields[] } }[];
    }[];
    const signed = calls
      .flatMap((event) => event.candidates[0]?.content.parts ?? [])
      .filter((part) => part.thoughtSignature);
    expect(signed).toEqual([
      { functionCall: { name: 'get_weather', args: { city: 'Paris' } }, thoughtSignature: 'CpcBAdHtim9Bp0yGrl9pMh==' },
    ]);
    const text = stream('gemini-generate', 'gemini-generate', gemini.SIGNED_TEXT).text;
    expect(text).toContain('{"text":"","thoughtSignature":"EjQKMgG+Pvb7aaaa"}');
  });
});

describe('how much to think', () => {
  const ask = (more: object) => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });

  it('is a budget for Claude that takes one, below max_tokens, without temperature', () => {
    const { body, ledger } = translated(
      'openai-chat',
      'anthropic-messages',
      ask({ reasoning_effort: 'medium', max_completion_tokens: 4000, temperature: 0.5 }),
    );
    expect(body).toMatchObject({ max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 3999 } });
    expect(body).not.toHaveProperty('temperature');
    expect(ledger.map((entry) => entry.path)).toEqual(['reasoning_effort', 'temperature']);
  });

  it('is an effort for Claude that thinks as it sees fit', () => {
    const { body } = translated(
      'openai-responses',
      'anthropic-messages',
      { model: 'm', input: 'hi', reasoning: { effort: 'high' } },
      { model: 'claude', thinking: 'adaptive' },
    );
    expect(body).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } });
  });

  it('gives way to a forced tool call on Claude', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    const { body, ledger } = translated(
      'openai-chat',
      'anthropic-messages',
      ask({ reasoning_effort: 'high', tools, tool_choice: 'required' }),
    );
    expect(body).toMatchObject({ tool_choice: { type: 'any' } });
    expect(body).not.toHaveProperty('thinking');
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'reasoning_effort', action: 'dropped' }));
  });

  it('is an effort for OpenAI and a budget for Gemini where Claude was given a budget', () => {
    const body = {
      model: 'm',
      max_tokens: 20_000,
      thinking: { type: 'enabled', budget_tokens: 10_000 },
      messages: [{ role: 'user', content: 'hi' }],
    };
    expect(translated('anthropic-messages', 'openai-chat', body).body).toMatchObject({ reasoning_effort: 'medium' });
    expect(translated('anthropic-messages', 'openai-responses', body).body).toMatchObject({
      reasoning: { effort: 'medium', summary: 'auto' },
    });
    expect(translated('anthropic-messages', 'gemini-generate', body).body).toMatchObject({
      generationConfig: { thinkingConfig: { thinkingBudget: 10_000, includeThoughts: true } },
    });
  });

  it('is left out for a model that does not reason, and listed', () => {
    const { body, ledger } = translated('openai-chat', 'openai-responses', ask({ reasoning_effort: 'low' }), {
      model: 'gpt-4o',
      reasoning: false,
    });
    expect(body).not.toHaveProperty('reasoning');
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'reasoning_effort', action: 'dropped' }));
  });

  it('asks Gemini 3 not to look for a signature that a program of another dialect lost', () => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ];
    const { body, ledger } = translated(
      'openai-chat',
      'gemini-generate',
      { model: 'm', messages },
      { model: 'gemini-3-pro-preview' },
    );
    expect(JSON.stringify(body)).toContain('skip_thought_signature_validator');
    expect(ledger).toContainEqual(
      expect.objectContaining({ action: 'defaulted', path: 'messages[1].thoughtSignature' }),
    );
    expect(
      JSON.stringify(
        translated('openai-chat', 'gemini-generate', { model: 'm', messages }, { model: 'gemini-2.5-pro' }).body,
      ),
    ).not.toContain('skip_');
  });

  it('is left out where the thinking before a tool result did not come back to Claude with it', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    const call = {
      role: 'assistant',
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
    };
    const result = { role: 'tool', tool_call_id: 'c', content: 'ok' };
    const user = { role: 'user', content: 'hi' };
    const lost = { model: 'm', reasoning_effort: 'low', tools, messages: [user, call, result] };
    const { body, ledger } = translated('openai-chat', 'anthropic-messages', lost);
    expect(body).not.toHaveProperty('thinking');
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'reasoning_effort', action: 'dropped' }));
    const over = { ...lost, messages: [user, call, result, { role: 'assistant', content: 'Done.' }, user] };
    expect(translated('openai-chat', 'anthropic-messages', over).body).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 1024 },
    });
  });
});

describe('thinking of OpenAI’s look-alikes', () => {
  // Forms: api-docs.deepseek.com/guides/thinking_mode, openrouter.ai/docs/use-cases/reasoning-tokens.
  const detail = {
    type: 'reasoning.text',
    text: 'Let me look.',
    signature: 'sig-of-theirs',
    format: 'unknown-v1',
    index: 0,
  };
  const answer = (more: Fields) => ({
    id: 'c',
    model: 'deepseek-reasoner',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
          ...more,
        },
      },
    ],
  });

  it.each(['anthropic-messages', 'openai-responses', 'gemini-generate'] as const)(
    'shown to a program of %s comes back as it was',
    (client) => {
      for (const more of [{ reasoning_content: 'Let me look.' }, { reasoning_details: [detail] }]) {
        const shown = translateResponse('openai-chat', client, answer(more), PLAN, CONTEXT);
        if (shown.error !== undefined) throw new Error(shown.error.message);
        expect(JSON.stringify(shown.body)).toContain('Let me look.');
        const { body } = translated(client, 'openai-chat', nextRequest(client, JSON.parse(JSON.stringify(shown.body))));
        expect((body.messages as Fields[])[1]).toMatchObject({ role: 'assistant', ...more });
      }
    },
  );
});
