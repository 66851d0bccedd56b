import { describe, expect, it } from 'vitest';
import type { TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { refusal, TARGET, translated } from './support.ts';

const user = [{ role: 'user', content: 'hi' }];
const chat = (more: object) => ({ model: 'm', messages: user, ...more });
const messages = (more: object) => ({ model: 'm', max_tokens: 100, messages: user, ...more });
const response = (more: object) => ({ model: 'm', input: 'hi', ...more });
const generate = (more: object) => ({ contents: [{ parts: [{ text: 'hi' }] }], ...more });
const shown = (part: object) => chat({ messages: [{ role: 'user', content: [part] }] });
const named = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };

type Case = readonly [
  what: string,
  from: TranslatedDialect,
  to: TranslatedDialect,
  body: object,
  param: string,
  words: RegExp,
];

const CASES: readonly Case[] = [
  ['several answers', 'openai-chat', 'anthropic-messages', chat({ n: 2 }), 'n', /one/],
  [
    'several candidates',
    'gemini-generate',
    'openai-chat',
    generate({ generationConfig: { candidateCount: 3 } }),
    'generationConfig.candidateCount',
    /3 answers/,
  ],
  ['log probabilities', 'openai-chat', 'anthropic-messages', chat({ logprobs: true }), 'logprobs', /log probabilities/],
  ['stop sequences', 'openai-chat', 'openai-responses', chat({ stop: ['END'] }), 'stop', /no stop sequences/],
  [
    'too many stop sequences',
    'anthropic-messages',
    'openai-chat',
    messages({ stop_sequences: ['a', 'b', 'c', 'd', 'e'] }),
    'stop_sequences',
    /at most 4/,
  ],
  ['a stop sequence of white space', 'openai-chat', 'anthropic-messages', chat({ stop: '\n' }), 'stop', /white space/],
  [
    'an earlier response',
    'openai-responses',
    'anthropic-messages',
    response({ previous_response_id: 'resp_1' }),
    'previous_response_id',
    /kept by OpenAI.*whole conversation/,
  ],
  [
    'a conversation kept elsewhere',
    'openai-responses',
    'gemini-generate',
    response({ conversation: 'conv_1' }),
    'conversation',
    /kept by OpenAI/,
  ],
  [
    'a reference to an item',
    'openai-responses',
    'openai-chat',
    response({ input: [{ type: 'item_reference', id: 'msg_1' }] }),
    'input[0]',
    /kept by OpenAI/,
  ],
  [
    'a background answer',
    'openai-responses',
    'openai-chat',
    response({ background: true }),
    'background',
    /background/,
  ],
  [
    'a prompt template',
    'openai-responses',
    'openai-chat',
    response({ prompt: { id: 'pmpt_1' } }),
    'prompt',
    /kept by OpenAI/,
  ],
  [
    'cached content',
    'gemini-generate',
    'openai-chat',
    generate({ cachedContent: 'cachedContents/1' }),
    'cachedContent',
    /kept by Google/,
  ],
  [
    'pictures as an answer',
    'gemini-generate',
    'openai-chat',
    generate({ generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }),
    'generationConfig.responseModalities',
    /image/,
  ],
  [
    'a spoken answer',
    'openai-chat',
    'anthropic-messages',
    chat({ modalities: ['text', 'audio'] }),
    'modalities',
    /Spoken/,
  ],
  [
    'MCP servers of Anthropic',
    'anthropic-messages',
    'openai-chat',
    messages({ mcp_servers: [{ type: 'url', url: 'https://x', name: 'x' }] }),
    'mcp_servers',
    /called by Anthropic/,
  ],
  [
    'a web search alone',
    'anthropic-messages',
    'openai-chat',
    messages({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
    'tools',
    /web_search/,
  ],
  [
    'a forced built-in tool',
    'openai-responses',
    'anthropic-messages',
    response({
      tools: [{ type: 'web_search' }, { type: 'function', name: 'f', parameters: {} }],
      tool_choice: { type: 'web_search' },
    }),
    'tools',
    /web_search/,
  ],
  [
    'an image in another provider’s storage',
    'anthropic-messages',
    'openai-chat',
    messages({
      messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }] }],
    }),
    'messages[0].content[0]',
    /storage/,
  ],
  [
    'audio',
    'openai-chat',
    'anthropic-messages',
    shown({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
    'messages[0].content[0]',
    /no audio/,
  ],
  [
    'a document by address',
    'anthropic-messages',
    'openai-chat',
    messages({
      messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://x/a.pdf' } }] }],
    }),
    'messages[0].content[0]',
    /by URL/,
  ],
  [
    'a picture of a kind that Claude does not read',
    'openai-chat',
    'anthropic-messages',
    shown({ type: 'image_url', image_url: { url: 'data:image/tiff;base64,AAAA' } }),
    'messages[0].content[0]',
    /image\/tiff/,
  ],
  [
    'a server tool’s result in the history',
    'anthropic-messages',
    'openai-chat',
    messages({
      messages: [
        ...user,
        { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }] },
      ],
    }),
    'messages[1].content[0]',
    /server_tool_use/,
  ],
];

describe('a request that would mean something else is refused', () => {
  it.each(CASES)('%s: %s to %s', (_what, from, to, body, param, words) => {
    expect(refusal(from, to, body)).toEqual({ param, message: expect.stringMatching(words) });
    expect(refusal(from, to, body)?.message).toMatch(/[.]$/);
  });

  it('a picture for a model that reads text only', () => {
    const body = shown({ type: 'image_url', image_url: { url: 'https://x/cat.png' } });
    expect(refusal('openai-chat', 'openai-chat', body, { model: 'gpt-3.5-turbo', images: false })).toEqual({
      param: 'messages[0]',
      message: 'gpt-3.5-turbo reads text only, and this message holds an image.',
    });
  });

  it('tools for a model that cannot call any, unless none is to be called', () => {
    const target = { ...TARGET, tools: false };
    expect(refusal('openai-chat', 'anthropic-messages', chat({ tools: [named] }), target)?.param).toBe('tools');
    expect(
      refusal('openai-chat', 'anthropic-messages', chat({ tools: [named], tool_choice: 'none' }), target),
    ).toBeUndefined();
  });

  it('a JSON schema for a model that cannot keep to one', () => {
    const body = chat({
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
    });
    expect(refusal('openai-chat', 'gemini-generate', body, { ...TARGET, jsonSchema: false })?.param).toBe(
      'response_format',
    );
  });
});

describe('what the same dialect can do is not refused', () => {
  it.each([
    ['openai-chat', chat({ n: 2, logprobs: true, modalities: ['text', 'audio'] })],
    [
      'openai-responses',
      response({
        previous_response_id: 'resp_1',
        background: true,
        tools: [{ type: 'web_search' }],
        tool_choice: { type: 'web_search' },
      }),
    ],
    [
      'gemini-generate',
      generate({
        cachedContent: 'cachedContents/1',
        generationConfig: { candidateCount: 2, responseModalities: ['IMAGE'] },
      }),
    ],
    [
      'anthropic-messages',
      messages({
        mcp_servers: [{ type: 'url', url: 'https://x', name: 'x' }],
        tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      }),
    ],
  ] as const)('%s', (dialect, body) => {
    expect(translated(dialect, dialect, body).body).toMatchObject(
      dialect === 'gemini-generate'
        ? body
        : {
            ...body,
            model: 'target-model',
            ...('input' in body ? { input: [{ role: 'user' }] } : {}),
            ...('messages' in body && dialect === 'anthropic-messages' ? { messages: [{ role: 'user' }] } : {}),
          },
    );
  });
});

describe('a request that is none', () => {
  it.each([
    ['openai-chat', 'text', 'body'],
    ['openai-chat', {}, 'messages'],
    ['openai-chat', { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    ['openai-chat', { messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    ['openai-chat', chat({ tool_choice: 'sometimes' }), 'tool_choice'],
    ['openai-responses', { input: 7 }, 'input'],
    ['openai-responses', { input: [{ role: 'robot', content: 'x' }] }, 'input[0].role'],
    ['anthropic-messages', { messages: [] }, 'messages'],
    ['anthropic-messages', { messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    ['gemini-generate', { contents: [{ parts: 'x' }] }, 'contents[0].parts'],
    ['gemini-generate', {}, 'contents'],
  ] as const)('%s %j is told where it is wrong', (from, body, param) => {
    expect(refusal(from, from === 'openai-chat' ? 'gemini-generate' : 'openai-chat', body)?.param).toBe(param);
  });
});
