import { describe, expect, it } from 'vitest';
import type { Fields } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { translateResponse } from '../../../gateway/dialects/canonical/translate.ts';
import { collect } from './collect.ts';
import { CONTEXT, eventsOf, sse, translated } from './support.ts';

const user = { role: 'user', content: 'hi' };
const chat = (more: object) => ({ model: 'm', messages: [user], ...more });

describe('turns for Anthropic', () => {
  it('merges turns of one role, puts tool results first and begins with the user', () => {
    const { body, ledger } = translated('openai-chat', 'anthropic-messages', {
      model: 'm',
      messages: [
        { role: 'assistant', content: 'Welcome!' },
        user,
        { role: 'user', content: 'again' },
        { role: 'developer', content: 'Be brief.' },
        { role: 'assistant', content: 'Yes?   \n' },
      ],
    });
    expect(body.system).toEqual([{ type: 'text', text: 'Be brief.' }]);
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: '(The conversation begins.)' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Welcome!' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'again' },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Yes?' }] },
    ]);
    expect(ledger.map(({ path, action }) => `${action} ${path}`)).toEqual([
      'defaulted max_tokens',
      'renamed messages[3].role',
      'reordered messages[3]',
      'defaulted messages',
      'clamped messages[4]',
    ]);
  });

  it('mends an order that the API refuses', () => {
    const { body, ledger } = translated('anthropic-messages', 'anthropic-messages', {
      model: 'm',
      max_tokens: 10,
      messages: [
        user,
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Here:' },
            { type: 'tool_result', tool_use_id: 't1', content: 'x', is_error: true },
          ],
        },
      ],
    });
    expect((body.messages as Fields[])[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 't1', is_error: true, content: [{ type: 'text', text: 'x' }] },
      { type: 'text', text: 'Here:' },
    ]);
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'reordered', path: 'messages[2]' }));
  });

  it('keeps cache marks of Anthropic, and lists them where they are lost', () => {
    const body = {
      model: 'm',
      max_tokens: 10,
      system: [{ type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }] }],
      tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
    };
    expect(translated('anthropic-messages', 'anthropic-messages', body).body).toMatchObject({
      system: body.system,
      messages: body.messages,
      tools: body.tools,
    });
    const { ledger } = translated('anthropic-messages', 'openai-chat', body);
    expect(ledger.map((entry) => entry.path).sort()).toEqual([
      'messages[0].content[0].cache_control',
      'system.content[0].cache_control',
      'tools[0].cache_control',
    ]);
  });
});

describe('tool results', () => {
  const history = (result: object) => ({
    model: 'm',
    max_tokens: 10,
    messages: [
      user,
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 't1', name: 'shot', input: {} },
          { type: 'tool_use', id: 't2', name: 'shot', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', ...result },
          { type: 'tool_result', tool_use_id: 't2', content: 'ok' },
        ],
      },
    ],
  });
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } };

  it('with an image follow in a user message for chat completions, after the last result', () => {
    const { body, ledger } = translated(
      'anthropic-messages',
      'openai-chat',
      history({ content: [{ type: 'text', text: 'Done' }, image] }),
    );
    expect((body.messages as Fields[]).slice(2)).toEqual([
      { role: 'tool', tool_call_id: 't1', content: 'Done' },
      { role: 'tool', tool_call_id: 't2', content: 'ok' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'From the result of tool call t1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
    ]);
    expect(ledger).toContainEqual(expect.objectContaining({ action: 'reordered', path: 'messages[2]' }));
  });

  it('keep their images where the dialect has a place for them', () => {
    const body = history({ content: [{ type: 'text', text: 'Done' }, image] });
    expect(JSON.stringify(translated('anthropic-messages', 'openai-responses', body).body)).toContain('"input_image"');
    expect((translated('anthropic-messages', 'gemini-generate', body).body.contents as Fields[])[2]).toMatchObject({
      role: 'user',
      parts: [
        {
          functionResponse: {
            id: 't1',
            name: 'shot',
            response: { output: 'Done' },
            parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
          },
        },
        {},
      ],
    });
  });

  it('that are errors say so in every dialect', () => {
    const body = history({ content: 'no such file', is_error: true });
    expect((translated('anthropic-messages', 'openai-chat', body).body.messages as Fields[])[2]?.content).toBe(
      'Error: no such file',
    );
    expect((translated('anthropic-messages', 'openai-responses', body).body.input as Fields[])[3]?.output).toBe(
      'Error: no such file',
    );
    expect(JSON.stringify(translated('anthropic-messages', 'gemini-generate', body).body)).toContain(
      '"response":{"error":"no such file"}',
    );
  });
});

describe('names of tools', () => {
  const long = `mcp__a_server_with_a_long_name__${'x'.repeat(60)}`;
  const ask = chat({
    tools: [
      { type: 'function', function: { name: long, parameters: { type: 'object', properties: {} } } },
      { type: 'function', function: { name: 'a.b', parameters: {} } },
    ],
    tool_choice: { type: 'function', function: { name: long } },
  });

  it('are made to fit and come back as they were, whole and streamed', () => {
    const { body, plan, ledger } = translated('openai-chat', 'anthropic-messages', ask);
    const names = (body.tools as { name: string }[]).map((tool) => tool.name);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect((body.tool_choice as Fields).name).toBe(names[0]);
    expect(new Set(names).size).toBe(2);
    expect(ledger.filter((entry) => entry.action === 'renamed')).toHaveLength(2);
    const block = { type: 'tool_use', id: 't1', name: names[0], input: {} };
    const answer = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'c',
      content: [block],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    expect(
      JSON.stringify(translateResponse('anthropic-messages', 'openai-chat', answer, plan, CONTEXT).body),
    ).toContain(long);
    const translator = createStreamTranslator('anthropic-messages', 'openai-chat', plan, CONTEXT);
    const text = translator.push(
      Buffer.from(
        sse(
          [
            { type: 'message_start', message: {} },
            { type: 'content_block_start', index: 0, content_block: block },
          ],
          true,
        ),
      ),
    );
    expect(text).toContain(long);
  });
});

describe('tools that take free text', () => {
  const ask = {
    model: 'm',
    input: 'patch it',
    tools: [{ type: 'custom', name: 'apply_patch', description: 'Patches', format: { type: 'text' } }],
  };

  it('become a function for Claude, and the call comes back as free text', () => {
    const { body, plan } = translated('openai-responses', 'anthropic-messages', ask);
    expect(body.tools).toMatchObject([{ name: 'apply_patch', input_schema: { required: ['input'] } }]);
    const pieces = ['{"inp', 'ut": "*** Begin ', 'Patch\\n\\"x\\""}'];
    const wire = sse(
      [
        { type: 'message_start', message: { id: 'm', model: 'c', usage: { input_tokens: 1, output_tokens: 1 } } },
        {
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'tool_use', id: 't1', name: 'apply_patch', input: {} },
        },
        ...pieces.map((partial_json) => ({
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'input_json_delta', partial_json },
        })),
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } },
        { type: 'message_stop' },
      ],
      true,
    );
    const translator = createStreamTranslator('anthropic-messages', 'openai-responses', plan, CONTEXT);
    const events = eventsOf(translator.push(Buffer.from(wire)) + translator.end()) as Fields[];
    expect(events.find((event) => event.type === 'response.custom_tool_call_input.done')?.input).toBe(
      '*** Begin Patch\n"x"',
    );
    expect(events.find((event) => event.type === 'response.output_item.done')?.item).toMatchObject({
      type: 'custom_tool_call',
      call_id: 't1',
      name: 'apply_patch',
    });
    expect(collect('openai-responses', '').calls).toEqual([]);
  });
});

describe('JSON output', () => {
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer', minimum: 1 }, tags: { type: 'array', items: { type: 'string' }, minItems: 2 } },
    required: ['n'],
  };
  const ask = chat({ response_format: { type: 'json_schema', json_schema: { name: 'count', schema, strict: true } } });

  it('with a schema is closed for Claude, and bounds are told in words', () => {
    const { body, ledger } = translated('openai-chat', 'anthropic-messages', ask);
    expect((body.output_config as Fields).format).toEqual({
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: {
          n: { type: 'integer', description: '(minimum: 1)' },
          tags: { type: 'array', items: { type: 'string' }, description: '(minItems: 2)' },
        },
        required: ['n'],
        additionalProperties: false,
      },
    });
    expect(ledger.map((entry) => entry.path)).toContain('response_format.json_schema.schema.properties.n.minimum');
  });

  it('with a schema keeps its name and strictness between OpenAI’s dialects', () => {
    expect(translated('openai-chat', 'openai-responses', ask).body.text).toEqual({
      format: { type: 'json_schema', name: 'count', schema, strict: true },
    });
  });

  it('with a schema is Gemini’s own form where that can say it, JSON Schema otherwise', () => {
    expect(translated('openai-chat', 'gemini-generate', ask).body.generationConfig).toMatchObject({
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { n: { type: 'INTEGER', minimum: 1 } } },
    });
    const recursive = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    };
    const other = chat({ response_format: { type: 'json_schema', json_schema: { name: 'node', schema: recursive } } });
    expect(translated('openai-chat', 'gemini-generate', other).body.generationConfig).toMatchObject({
      responseJsonSchema: recursive,
    });
  });

  it('without a schema is asked of Claude in words, and the ledger says so', () => {
    const { body, ledger } = translated(
      'openai-chat',
      'anthropic-messages',
      chat({ response_format: { type: 'json_object' } }),
    );
    expect(body.system).toEqual([{ type: 'text', text: 'Answer with one JSON object and nothing else.' }]);
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'response_format', action: 'renamed' }));
  });
});

describe('the Responses API', () => {
  it('stores nothing for others, holds functions to their schema only where they asked, and takes 16 tokens at least', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    const { body, ledger } = translated(
      'openai-chat',
      'openai-responses',
      chat({ tools, max_tokens: 5, seed: 7, reasoning_effort: 'low' }),
    );
    expect(body).toMatchObject({
      store: false,
      max_output_tokens: 16,
      include: ['reasoning.encrypted_content'],
      tools: [{ type: 'function', name: 'f', strict: false }],
    });
    expect(ledger.map(({ path, action }) => `${action} ${path}`).sort()).toEqual([
      'clamped max_tokens',
      'dropped seed',
    ]);
  });

  it('a built-in tool beside others is left out for other providers, and listed', () => {
    const tools = [
      { type: 'web_search' },
      { type: 'function', name: 'f', parameters: { type: 'object', properties: {} } },
    ];
    const { body, ledger } = translated('openai-responses', 'gemini-generate', {
      model: 'm',
      input: 'hi',
      tools,
      parallel_tool_calls: false,
    });
    expect(body.tools).toEqual([{ functionDeclarations: [{ name: 'f' }] }]);
    expect(ledger.map(({ path, action }) => `${action} ${path}`)).toEqual([
      'dropped tools[0]',
      'dropped parallel_tool_calls',
    ]);
  });

  it('calls and messages of one answer are one message for chat completions', () => {
    const input = [
      { role: 'user', content: 'hi' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Two calls.' }] },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: '1' },
      { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: '2' }] },
    ];
    const { body } = translated('openai-responses', 'openai-chat', { model: 'm', input });
    expect(
      (body.messages as Fields[]).map((message) => [
        message.role,
        (message.tool_calls as object[] | undefined)?.length,
        message.content,
      ]),
    ).toEqual([
      ['user', undefined, 'hi'],
      ['assistant', 2, 'Two calls.'],
      ['tool', undefined, '1'],
      ['tool', undefined, '2'],
    ]);
  });
});

describe('messages that hold nothing', () => {
  it.each(['anthropic-messages', 'gemini-generate'] as const)('are left out for %s, and listed', (to) => {
    const { ledger } = translated('openai-chat', to, {
      model: 'm',
      max_tokens: 10,
      messages: [user, { role: 'assistant', content: '' }, user],
    });
    expect(ledger).toContainEqual(
      expect.objectContaining({ action: 'dropped', path: expect.stringMatching(/^messages\[1\]$/) }),
    );
  });
});
