import { describe, expect, it } from 'vitest';
import { callsTools } from '../../gateway/cache/answer-traits.ts';
import { type KeptAnswer, ResponseCache } from '../../gateway/cache/response-cache.ts';

const answer = (text: string): KeptAnswer => ({
  status: 200,
  headers: [],
  chunks: [Buffer.from(text)],
  stream: false,
  of: `capture of ${text.slice(0, 10)}`,
  provider: 'p',
  usage: { inputTokens: 3, outputTokens: 2 },
  costUsd: 0.5,
});
const shape = { subject: 'target p/m', appId: 'a', digest: 'd' };

describe('the store of answers', () => {
  it('drops the least recently used where the bytes do not fit, and never more than its bound', () => {
    const cache = new ResponseCache(16 * 1024);
    for (let nth = 0; nth < 40; nth += 1) {
      cache.keep(`k${nth}`, answer('x'.repeat(1000)), shape, 0);
      expect(cache.find('k0', 'd', 1, 100).kind).toBe('hit');
      expect(cache.status().sizeBytes).toBeLessThanOrEqual(16 * 1024);
    }
    expect(cache.find('k1', 'd', 1, 100).kind).toBe('none');
    expect(cache.find('k39', 'd', 1, 100).kind).toBe('hit');
  });

  it('keeps no answer that would push out most others, and says so', () => {
    const cache = new ResponseCache(8 * 1024);
    expect(cache.keep('k', answer('x'.repeat(2000)), shape, 0)).toMatch(/larger/);
    expect(cache.status().entries).toBe(0);
  });

  it('keeps the latest used when it is made smaller', () => {
    const cache = new ResponseCache(64 * 1024);
    for (let nth = 0; nth < 20; nth += 1) cache.keep(`k${nth}`, answer('x'.repeat(500)), shape, 0);
    cache.find('k3', 'd', 1, 100);
    cache.resize(10 * 1024);
    expect(cache.find('k3', 'd', 1, 100).kind).toBe('hit');
    expect(cache.find('k19', 'd', 1, 100).kind).toBe('hit');
    expect(cache.find('k0', 'd', 1, 100).kind).toBe('none');
    expect(cache.status().sizeBytes).toBeLessThanOrEqual(10 * 1024);
  });

  it('believes no entry of the future, as after a clock was set back', () => {
    const cache = new ResponseCache(64 * 1024);
    cache.keep('k', answer('x'), shape, 1000);
    expect(cache.find('k', 'd', 999, 100).kind).toBe('expired');
    expect(cache.find('k', 'd', 1099, 100).kind).toBe('hit');
    expect(cache.find('k', 'd', 1100, 100).kind).toBe('expired');
  });

  it('counts hits, misses and what was saved', () => {
    const cache = new ResponseCache(64 * 1024);
    cache.find('k', 'd', 0, 100);
    cache.keep('k', answer('x'), shape, 0);
    cache.find('k', 'd', 1, 100);
    cache.find('k', 'd', 2, 100);
    expect(cache.status()).toMatchObject({ hits: 2, misses: 1, savedTokens: 10, savedUsd: 1, entries: 1 });
  });
});

describe('an answer that calls a tool', () => {
  it.each([
    ['OpenAI chat', '{"choices":[{"message":{"content":null,"tool_calls":[{"id":"c"}]}}]}', true],
    ['OpenAI chat, none', '{"choices":[{"message":{"content":"hi","tool_calls":[]}}]}', false],
    ['OpenAI chat, null', '{"choices":[{"message":{"content":"hi","tool_calls": null,"function_call":null}}]}', false],
    ['OpenAI chat stream', 'data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}\n\n', true],
    ['Responses', '{"output":[{"type":"function_call","name":"f"}]}', true],
    ['Responses web search', '{"output":[{"type": "web_search_call"}]}', true],
    ['Responses tools offered', '{"tools":[{"type":"function","name":"f"}],"output":[{"type":"message"}]}', false],
    ['Anthropic', '{"content":[{"type":"tool_use","id":"t"}]}', true],
    ['Anthropic server tool', '{"content":[{"type":"server_tool_use","id":"t"}]}', true],
    ['Gemini', '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]}}]}', true],
    ['a text about tools', JSON.stringify({ content: '"tool_calls":[{"type":"tool_use"}]' }), false],
  ])('%s', (_what, text, expected) => {
    expect(callsTools(text)).toBe(expected);
  });
});
