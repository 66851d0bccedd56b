/** What providers take differently from the dialect they speak, in translated requests, and what the ledger says of it. */
import { describe, expect, it } from 'vitest';
import type { CallerDialect, Fields, ProviderDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { translateRequest, translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { findPreset, presets } from '../../../gateway/providers/presets.ts';
import { QUIRK_RULES } from '../../../gateway/providers/quirk-rules.ts';
import { targetFacts } from '../../../gateway/stages/target-facts.ts';

const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
const tool = (name: string) => ({ name, description: 'one', input_schema: schema });
const user = { role: 'user', content: 'hi' };
const claude = (more: object = {}) => ({ model: 'm', max_tokens: 100, messages: [user], ...more });
const response = (more: object = {}) => ({ model: 'm', input: 'hi', ...more });
const generate = (more: object = {}) => ({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...more });

function asked(preset: string, from: CallerDialect, body: object, model = 'm', to: ProviderDialect = 'openai-chat') {
  const result = translateRequest(from, to, body, targetFacts(findPreset(preset), to, model), { model });
  if (result.refused) throw new Error(`refused: ${result.refused.param}: ${result.refused.message}`);
  return { ...result, wire: result.body as Record<string, unknown> & { messages: Fields[] } };
}

function refused(preset: string, from: CallerDialect, body: object, model = 'm') {
  const facts = targetFacts(findPreset(preset), 'openai-chat', model);
  return translateRequest(from, 'openai-chat', body, facts, { model }).refused;
}

describe('the rules', () => {
  const ids = new Set(presets.map(({ id }) => id));

  it.each(QUIRK_RULES.map((rule) => [rule.source, rule] as const))('name providers that exist: %s', (_, rule) => {
    for (const id of [...(rule.presets ?? []), ...(rule.except ?? [])]) expect(ids).toContain(id);
    expect(Object.keys(rule.quirks)).not.toEqual([]);
  });

  it('leave nothing in a request that its provider lacks, for every provider', () => {
    const generationConfig = {
      temperature: 1.9,
      topP: 0.5,
      topK: 4,
      frequencyPenalty: 1,
      presencePenalty: 1,
      seed: 7,
      maxOutputTokens: 50,
    };
    for (const preset of presets.filter(({ dialect }) => dialect === 'openai-chat')) {
      const { wire, ledger } = asked(preset.id, 'gemini-generate', generate({ generationConfig }));
      const quirks = targetFacts(preset, 'openai-chat', 'm');
      const names = {
        temperature: 'temperature',
        topP: 'top_p',
        topK: 'top_k',
        frequencyPenalty: 'frequency_penalty',
        presencePenalty: 'presence_penalty',
        seed: 'seed',
      };
      for (const [ours, theirs] of Object.entries(names)) {
        const lacks = quirks.lacks?.includes(ours as 'seed') || ours === 'topK';
        if (!lacks) continue;
        expect(wire, preset.id).not.toHaveProperty(theirs);
        expect(ledger, preset.id).toContainEqual(
          expect.objectContaining({ action: 'dropped', path: `generationConfig.${ours}` }),
        );
      }
      expect(Number(wire.temperature ?? 0), preset.id).toBeLessThanOrEqual(quirks.temperature?.max ?? 2);
      expect(wire[quirks.maxTokensField ?? ''], preset.id).toBe(50);
      expect(wire, preset.id).not.toHaveProperty(
        quirks.maxTokensField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens',
      );
    }
  });
});

describe('instructions and messages', () => {
  it('say developer as system to a look-alike, and as it is to OpenAI', () => {
    const body = response({ input: [{ role: 'developer', content: 'Be kind.' }, user] });
    expect(asked('deepseek', 'openai-responses', body).wire.messages[0]?.role).toBe('system');
    expect(asked('openai', 'openai-responses', body).wire.messages[0]?.role).toBe('developer');
  });

  it.each(['vllm', 'llama-cpp', 'lm-studio', 'minimax', 'perplexity'])('stand first and in one for %s', (preset) => {
    const input = [user, { role: 'developer', content: 'Be brief.' }, { role: 'user', content: 'go on' }];
    const { wire, ledger } = asked(preset, 'openai-responses', response({ instructions: 'Be kind.', input }));
    expect(wire.messages.map(({ role }) => role).filter((role) => role === 'system')).toHaveLength(1);
    expect(JSON.stringify(wire.messages[0])).toMatch(/Be kind\..*Be brief\./);
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'reordered', path: 'input[1]' }));
  });

  it('take turns for Perplexity', () => {
    const input = [user, { role: 'user', content: 'and this' }, { role: 'assistant', content: 'yes' }, user];
    const { wire } = asked('perplexity', 'openai-responses', response({ input }));
    expect(wire.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(wire.messages[0])).toMatch(/hi.*and this/);
  });

  it('are one text for DeepSeek', () => {
    const system = [
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.' },
    ];
    const { wire, ledger } = asked('deepseek', 'anthropic-messages', claude({ system }));
    expect(wire.messages[0]).toEqual({ role: 'system', content: 'One.\n\nTwo.' });
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'renamed', path: 'system.content' }));
  });

  it.each(['ollama', 'moonshot', 'lm-studio'])('hold images as data only for %s', (preset) => {
    const image = (source: object) => claude({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] });
    const url = image({ type: 'url', url: 'https://example.com/a.png' });
    expect(refused(preset, 'anthropic-messages', url)).toMatchObject({
      param: 'messages[0]',
      message: expect.stringContaining('base64') as string,
    });
    const data = image({ type: 'base64', media_type: 'image/png', data: 'AAAA' });
    expect(JSON.stringify(asked(preset, 'anthropic-messages', data).wire)).toContain('data:image/png;base64,AAAA');
  });
});

describe('tools', () => {
  const tools = [tool('f'), tool('g')];

  it('have nine letters or digits in Mistral’s ids, the same for a call and its answer', () => {
    const messages = [
      user,
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_01ABC', name: 'f', input: { a: 'x' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01ABC', content: 'y' }] },
    ];
    const { wire, ledger } = asked('mistral', 'anthropic-messages', claude({ tools, messages, stream: true }));
    const [call] = (wire.messages[1]?.tool_calls ?? []) as { id: string }[];
    expect(call?.id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(wire.messages[2]?.tool_call_id).toBe(call?.id);
    expect(wire).not.toHaveProperty('stream_options');
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'renamed', before: 'toolu_01ABC' }));
  });

  it.each([
    ['zhipu', { type: 'any' }],
    ['ollama', { type: 'tool', name: 'f' }],
    ['minimax', { type: 'any' }],
    ['moonshot', { type: 'any' }],
    ['dashscope', { type: 'any' }],
  ])('cannot be forced at %s, which is refused and not forgotten', (preset, tool_choice) => {
    expect(refused(preset, 'anthropic-messages', claude({ tools, tool_choice }))?.param).toBe('tool_choice');
  });

  it('are narrowed to the named one where a name is not understood', () => {
    const tool_choice = { type: 'tool', name: 'g' };
    const { wire, ledger } = asked('lm-studio', 'anthropic-messages', claude({ tools, tool_choice }));
    expect(wire).toMatchObject({ tools: [{ function: { name: 'g' } }], tool_choice: 'required' });
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'renamed', path: 'tool_choice' }));
  });

  it('are asked for by name where there is one and only names are understood', () => {
    const { wire } = asked(
      'dashscope',
      'anthropic-messages',
      claude({ tools: [tool('f')], tool_choice: { type: 'any' } }),
    );
    expect(wire.tool_choice).toEqual({ type: 'function', function: { name: 'f' } });
  });

  it('are left out where calling cannot be forbidden', () => {
    const { wire, ledger } = asked('ollama', 'anthropic-messages', claude({ tools, tool_choice: { type: 'none' } }));
    expect(wire).not.toHaveProperty('tools');
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'dropped', path: 'tools' }));
  });

  it('are refused by Perplexity', () => {
    expect(refused('perplexity', 'anthropic-messages', claude({ tools }))?.param).toBe('tools');
  });

  it('with free text become functions for look-alikes, with their history, and stay for OpenAI', () => {
    const free = {
      tools: [{ type: 'custom', name: 'patch', format: { type: 'text' } }],
      input: [
        user,
        { type: 'custom_tool_call', call_id: 'c1', name: 'patch', input: '*** Begin' },
        { type: 'custom_tool_call_output', call_id: 'c1', output: 'done' },
      ],
    };
    const { wire, plan } = asked('deepseek', 'openai-responses', response(free));
    expect(wire.tools).toMatchObject([{ type: 'function', function: { name: 'patch' } }]);
    expect(wire.messages[1]?.tool_calls).toMatchObject([
      { type: 'function', function: { name: 'patch', arguments: '{"input":"*** Begin"}' } },
    ]);
    expect([...plan.freeTextTools]).toEqual(['patch']);
    const own = asked('openai', 'openai-responses', response(free));
    expect(own.wire.tools).toMatchObject([{ type: 'custom' }]);
    expect(own.plan.freeTextTools.size).toBe(0);
  });
});

describe('formats of answers', () => {
  const wanted = claude({ output_config: { format: { type: 'json_schema', schema } } });

  it.each(['deepseek', 'zhipu', 'moonshot', 'ai21'])(
    'are JSON, with the schema in the instructions, for %s',
    (preset) => {
      const { wire, ledger } = asked(preset, 'anthropic-messages', wanted);
      expect(wire.response_format).toEqual({ type: 'json_object' });
      expect(wire.messages[0]).toMatchObject({ role: 'system' });
      expect(JSON.stringify(wire.messages[0])).toContain('additionalProperties');
      expect(ledger).toContainEqual(
        expect.objectContaining({ action: 'defaulted', path: 'output_config.format.schema' }),
      );
    },
  );

  it('are words only for MiniMax', () => {
    const { wire } = asked('minimax', 'anthropic-messages', wanted);
    expect(wire).not.toHaveProperty('response_format');
    expect(JSON.stringify(wire.messages[0])).toContain('JSON schema');
  });

  it('are a schema or words for LM Studio', () => {
    expect(asked('lm-studio', 'anthropic-messages', wanted).wire.response_format).toMatchObject({
      type: 'json_schema',
    });
    const json = generate({ generationConfig: { responseMimeType: 'application/json' } });
    const { wire, ledger } = asked('lm-studio', 'gemini-generate', json);
    expect(wire).not.toHaveProperty('response_format');
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'generationConfig.responseMimeType' }));
  });
});

describe('thinking', () => {
  const wish = (budget_tokens: number) => claude({ max_tokens: 9000, thinking: { type: 'enabled', budget_tokens } });

  it.each([
    ['groq', { reasoning_effort: 'medium' }],
    ['zai', { thinking: { type: 'enabled' } }],
    ['deepseek', { thinking: { type: 'enabled' } }],
    ['dashscope', { enable_thinking: true, thinking_budget: 4096 }],
    ['openrouter', { reasoning: { max_tokens: 4096 } }],
    ['together', { reasoning: { enabled: true } }],
    ['vllm', { chat_template_kwargs: { enable_thinking: true } }],
    ['baseten', { chat_template_args: { enable_thinking: true } }],
  ])('is switched on in the words of %s', (preset, members) => {
    expect(asked(preset, 'anthropic-messages', wish(4096)).wire).toMatchObject(members);
  });

  it.each([
    ['zai', { thinking: { type: 'disabled' } }],
    ['dashscope', { enable_thinking: false }],
    ['together', { reasoning: { enabled: false } }],
    ['openrouter', { reasoning: { enabled: false } }],
  ])('is switched off in the words of %s', (preset, members) => {
    expect(asked(preset, 'anthropic-messages', claude({ thinking: { type: 'disabled' } })).wire).toMatchObject(members);
  });

  it.each(['xai', 'mistral', 'nvidia-nim'])('is left to the model at %s, and the ledger says so', (preset) => {
    const { wire, ledger } = asked(preset, 'anthropic-messages', wish(4096));
    expect(wire).not.toHaveProperty('reasoning_effort');
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'dropped', path: 'thinking' }));
  });

  it('is off outside streams for the open Qwen3 models', () => {
    const whole = asked('dashscope', 'anthropic-messages', claude(), 'qwen3-32b');
    expect(whole.wire.enable_thinking).toBe(false);
    expect(whole.ledger).toContainEqual(expect.objectContaining({ action: 'defaulted', path: 'enable_thinking' }));
    expect(asked('dashscope', 'anthropic-messages', claude({ stream: true }), 'qwen3-32b').wire).not.toHaveProperty(
      'enable_thinking',
    );
  });

  it.each([
    ['deepseek', { reasoning_content: 'so' }],
    ['moonshot', { reasoning_content: 'so' }],
    ['groq', { reasoning: 'so' }],
    ['minimax', { reasoning_details: [{ type: 'reasoning.text', text: 'so', index: 0 }] }],
    ['mistral', {}],
    ['openai', {}],
  ])('goes back to %s in its own member', (preset, members) => {
    const messages = [user, { role: 'assistant', content: 'yes', reasoning_content: 'so' }, user];
    const facts = targetFacts(findPreset(preset), 'openai-chat', 'm');
    const again = translateRequest('openai-chat', 'openai-chat', { model: 'm', messages }, facts);
    if (again.refused) throw new Error(again.refused.message);
    const [, said] = (again.body as { messages: Fields[] }).messages;
    expect(said).toEqual({ role: 'assistant', content: 'yes', ...members });
  });

  it('is told apart from the answer at MiniMax', () => {
    const { wire, ledger } = asked('minimax', 'anthropic-messages', claude({ temperature: 0 }));
    expect(wire).toMatchObject({ reasoning_split: true, temperature: 0.01 });
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'defaulted', path: 'reasoning_split' }));
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'clamped', path: 'temperature', before: 0 }));
  });
});

describe('models', () => {
  const config = { temperature: 0.5, topP: 0.5, frequencyPenalty: 1, presencePenalty: 1 };
  const body = generate({ generationConfig: config });

  it.each([
    ['openai', 'o3', true],
    ['openai', 'gpt-5.1', true],
    ['openai', 'gpt-4.1', false],
    ['deepseek', 'deepseek-reasoner', true],
    ['deepseek', 'deepseek-chat', false],
    ['moonshot', 'kimi-k2.6', true],
    ['moonshot', 'moonshot-v1-8k', false],
  ])('of %s: %s is asked without sampling: %s', (preset, model, without) => {
    const { wire } = asked(preset, 'gemini-generate', body, model);
    expect(['temperature', 'top_p', 'presence_penalty'].some((name) => name in wire)).toBe(!without);
  });

  it('of Anthropic from Opus 4.7 on take no temperature', () => {
    const chat = { model: 'm', messages: [user], temperature: 0.5 };
    const ask = (model: string) => asked('anthropic', 'openai-chat', chat, model, 'anthropic-messages');
    expect(ask('claude-opus-4-7').wire).not.toHaveProperty('temperature');
    expect(ask('claude-opus-4-7').ledger).toContainEqual(
      expect.objectContaining({ action: 'dropped', path: 'temperature', before: 0.5 }),
    );
    expect(ask('claude-haiku-4-5').wire.temperature).toBe(0.5);
  });

  it('of xAI that reason take no stop sequences, and the request is refused', () => {
    const stopping = claude({ stop_sequences: ['END'] });
    expect(refused('xai', 'anthropic-messages', stopping, 'grok-4')?.param).toBe('stop_sequences');
    expect(asked('xai', 'anthropic-messages', stopping, 'grok-4-fast-non-reasoning').wire.stop).toEqual(['END']);
  });
});

describe('the length of an answer', () => {
  const model = '@cf/meta/llama-3.3-70b-instruct-fp8-fast';

  it('is asked for where the provider would end it early, within the model’s own, and only where nobody said it', () => {
    const { wire, ledger } = asked('cloudflare-workers-ai', 'openai-responses', response(), model);
    expect(wire.max_tokens).toBe(4096);
    expect(ledger).toContainEqual(
      expect.objectContaining({ action: 'defaulted', path: 'max_output_tokens', after: 4096 }),
    );
    expect(asked('cloudflare-workers-ai', 'anthropic-messages', claude(), model).wire.max_tokens).toBe(100);
    expect(asked('cloudflare-workers-ai', 'openai-responses', response(), 'unknown').wire.max_tokens).toBeUndefined();
    expect(asked('groq', 'openai-responses', response()).wire.max_completion_tokens).toBeUndefined();
  });
});

describe('an answer that is begun', () => {
  it('is refused where the provider goes on with none', () => {
    const begun = claude({ messages: [user, { role: 'assistant', content: 'Once upon' }] });
    for (const preset of ['perplexity', 'baidu-qianfan'])
      expect(refused(preset, 'anthropic-messages', begun)?.message).toContain('the last message must be the user’s');
    expect(refused('groq', 'anthropic-messages', begun)).toBeUndefined();
  });
});

describe('Mistral’s thinking', () => {
  const thought = (text: string) => ({ type: 'thinking', thinking: [{ type: 'text', text }] });
  const context = { seed: 's', nowSeconds: 1, model: 'm' };
  const plan = { stream: true, includeUsage: true, toolNames: new Map(), freeTextTools: new Set<string>() };

  it('is told apart from what it says, whole and streamed', () => {
    const message = { role: 'assistant', content: [thought('Hm. '), thought('So.'), { type: 'text', text: 'Four.' }] };
    const whole = {
      id: 'i',
      model: 'magistral-medium-latest',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
    };
    const { body } = translateResponse('openai-chat', 'anthropic-messages', whole, plan, context);
    const content = [
      expect.objectContaining({ type: 'thinking', thinking: 'Hm. So.' }),
      expect.objectContaining({ type: 'text', text: 'Four.' }),
    ];
    expect(body.content).toEqual(content);
    const chunk = (delta: object, finish: string | null = null) =>
      `data: ${JSON.stringify({ id: 'i', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const stream = createStreamTranslator('openai-chat', 'anthropic-messages', plan, context);
    const lines = [
      chunk({ role: 'assistant', content: [thought('Hm. ')] }),
      chunk({ content: [thought('So.')] }),
      chunk({ content: [{ type: 'text', text: 'Fo' }] }),
      chunk({ content: 'ur.' }, 'stop'),
      'data: [DONE]\n\n',
    ];
    const text = stream.push(Buffer.from(lines.join(''))) + stream.end();
    const deltas = (type: string, member: string) =>
      [...text.matchAll(/^data: (.+)$/gm)]
        .map(([, data]) => JSON.parse(data ?? '{}').delta)
        .flatMap((delta) => (delta?.type === type ? [delta[member]] : []))
        .join('');
    expect([deltas('thinking_delta', 'thinking'), deltas('text_delta', 'text')]).toEqual(['Hm. So.', 'Four.']);
    expect(stream.outcome).toBe('ended');
  });
});

describe('Zhipu’s reasons for an end', () => {
  const context = { seed: 's', nowSeconds: 1, model: 'm' };
  const plan = { stream: true, includeUsage: true, toolNames: new Map(), freeTextTools: new Set<string>() };
  const whole = (finish_reason: string) => ({
    choices: [{ index: 0, message: { role: 'assistant', content: 'So' }, finish_reason }],
  });

  it.each([
    ['sensitive', 'SAFETY'],
    ['model_context_window_exceeded', 'MAX_TOKENS'],
  ])('%s is %s at Google’s', (reason, expected) => {
    const { body } = translateResponse('openai-chat', 'gemini-generate', whole(reason), plan, context);
    expect(body).toMatchObject({ candidates: [{ finishReason: expected }] });
  });

  it('network_error is no end, whole and streamed', () => {
    const { error } = translateResponse('openai-chat', 'gemini-generate', whole('network_error'), plan, context);
    expect(error?.message).toContain('broke its answer off');
    const stream = createStreamTranslator('openai-chat', 'gemini-generate', plan, context);
    stream.push(Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"Half"},"finish_reason":null}]}\n\n'));
    stream.push(Buffer.from('data: {"choices":[{"index":0,"delta":{},"finish_reason":"network_error"}]}\n\n'));
    expect(stream.outcome).toBe('failed');
  });
});
