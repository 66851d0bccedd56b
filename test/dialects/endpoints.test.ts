import { describe, expect, it } from 'vitest';
import { matchEndpoint } from '../../gateway/dialects/endpoints.ts';

function name(method: string, path: string, upgrade = false) {
  const match = matchEndpoint(method, path, upgrade);
  return match.kind === 'endpoint' ? match.endpoint.name : match.kind;
}

describe('matchEndpoint', () => {
  it.each([
    ['POST', '/v1/chat/completions', 'chat.completions'],
    ['POST', '/v1/responses', 'responses'],
    ['POST', '/v1/embeddings', 'embeddings'],
    ['POST', '/v1/images/edits', 'images.edits'],
    ['POST', '/v1/audio/transcriptions', 'audio.transcriptions'],
    ['POST', '/v1/messages', 'messages'],
    ['POST', '/v1/messages/count_tokens', 'messages.count_tokens'],
    ['POST', '/v1beta/models/gemini-2.5-pro:generateContent', 'generateContent'],
    ['POST', '/v1/models/gemini-2.5-pro:streamGenerateContent', 'streamGenerateContent'],
    ['POST', '/v1beta/models/openrouter/google/gemini:free:generateContent', 'generateContent'],
    ['POST', '/v1beta/google-gemini/gemini-2.5-pro:generateContent', 'generateContent'],
    ['GET', '/v1/models', 'models'],
    ['GET', '/v1/models/openai/gpt-4o', 'models.retrieve'],
    ['GET', '/v1beta/models', 'models'],
    ['DELETE', '/p/openai/files/file-1', 'raw'],
  ])('%s %s is %s', (method, path, expected) => {
    expect(name(method, path)).toBe(expected);
  });

  it('splits a Gemini path at the last colon, so a model may hold slashes and colons', () => {
    const match = matchEndpoint('POST', '/v1beta/models/practice/stream:chunks=3,delay=1:streamGenerateContent');
    expect(match).toMatchObject({ endpoint: { modelInPath: 'practice/stream:chunks=3,delay=1' } });
  });

  it('takes the realtime path only as a WebSocket', () => {
    expect(name('GET', '/v1/realtime', true)).toBe('realtime');
    expect(name('GET', '/v1/realtime')).toBe('wrong-method');
  });

  it('tells a wrong method from an unknown path', () => {
    expect(matchEndpoint('GET', '/v1/chat/completions')).toEqual({
      kind: 'wrong-method',
      family: 'openai',
      allowed: ['POST'],
    });
    expect(name('POST', '/v2/nothing')).toBe('unknown');
  });

  it.each([
    ['/v1/v1/chat/completions', '/v1/chat/completions'],
    ['/chat/completions', '/v1/chat/completions'],
    ['/openai/v1/responses', '/v1/responses'],
    ['/messages', '/v1/messages'],
    ['/v1/', '/v1/chat/completions'],
    ['/v1/chat/completions/', '/v1/chat/completions'],
    ['/v1/chat/completions/chat/completions', '/v1/chat/completions'],
  ])('names the path that %s was meant to be', (path, nearest) => {
    expect(matchEndpoint('POST', path)).toMatchObject({ kind: 'unknown', family: 'openai', nearest });
  });

  it.each([
    ['/v1/files', '/p/PROVIDER/files'],
    ['/v1/responses/resp_1', '/p/PROVIDER/responses/resp_1'],
    ['/v1/messages/batches', '/p/PROVIDER/messages/batches'],
  ])('names where %s, which only its provider has, is reached', (path, raw) => {
    expect(matchEndpoint('GET', path)).toEqual({ kind: 'unknown', family: 'openai', raw });
  });

  it('does not throw on broken percent-encoding', () => {
    expect(name('POST', '/v1beta/models/%E0%A4%A:generateContent')).toBe('unknown');
    expect(name('GET', '/p/%zz/x')).toBe('unknown');
  });
});
