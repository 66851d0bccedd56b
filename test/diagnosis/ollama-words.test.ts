/** What Ollama says, in its own form and in the one it shares. Sentences: github.com/ollama/ollama at fb307609, server/, api/types.go. */
import { expect, it } from 'vitest';
import { readingOfRecord } from '../../gateway/diagnosis/explain.ts';

/** `NewError` of openai/openai.go. */
const TYPES: Readonly<Record<number, string>> = { 400: 'invalid_request_error', 404: 'not_found_error' };

it.each([
  [404, "model 'llama9' not found", 'model_not_found'],
  [404, 'model "llama9" not found, try pulling it first', 'model_not_found'],
  [400, '"llama3.2" does not support thinking', 'bad_request_parameter'],
  [400, 'registry.ollama.ai/library/gemma:2b does not support tools', 'bad_request_parameter'],
  [400, '"nomic-embed-text" does not support chat', 'bad_request_parameter'],
  [400, 'option "num_ctx" must be of type integer', 'bad_request_parameter'],
  [
    400,
    'invalid think value: "deep" (must be "high", "medium", "low", "max", true, or false)',
    'bad_request_parameter',
  ],
  [400, 'json: cannot unmarshal string into Go struct field ChatRequest.messages', 'bad_request_parameter'],
  [400, 'illegal base64 data at input byte 4', 'bad_request_parameter'],
  [400, 'the input length exceeds the context length', 'context_too_long'],
  [401, 'unauthorized', 'key_missing'],
  [403, 'ollama cloud is disabled: remote model details are unavailable', 'permission_missing'],
  [500, 'llama runner process has terminated: exit status 2', 'provider_outage'],
  [503, 'server busy, please try again.  maximum pending requests exceeded', 'provider_overloaded'],
  // A line of a stream whose status was 200.
  [200, 'an error was encountered while running the model', 'provider_outage'],
])('%i "%s" is %s', (status, message, cause) => {
  const shared = { message, type: TYPES[status] ?? 'api_error', param: null, code: null };
  for (const [path, body] of [
    ['/api/chat', { error: message }],
    ['/v1/chat/completions', { error: shared }],
  ] as const) {
    const reading = readingOfRecord({
      id: 'x',
      provider: 'ollama',
      surface: 'chat.completions',
      base_url: 'http://127.0.0.1:11434',
      request: { method: 'POST', path, headers: {}, body: { model: 'llama3.2' } },
      response: { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      transport_error: null,
    });
    expect(reading.cause, path).toBe(cause);
  }
});
