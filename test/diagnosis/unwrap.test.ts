import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLenientValue } from '../../gateway/diagnosis/unwrap/lenient-value.ts';
import { unwrap } from '../../gateway/diagnosis/unwrap/unwrap.ts';

const codesOf = (body: unknown): string[] => unwrap(body).codes.map((code) => code.text);

describe('unwrapping an error body', () => {
  it('opens JSON inside a string inside JSON and remembers where the innermost stood', () => {
    const inner = JSON.stringify({ error: { type: 'invalid_request_error', message: 'prompt is too long' } });
    const found = unwrap(JSON.stringify({ error: { code: 400, message: inner, status: 'INVALID_ARGUMENT' } }));
    expect(found.pieces.map((piece) => piece.text)).toEqual(['prompt is too long']);
    expect(found.pieces[0]?.where).toBe('/error/message/error');
    expect(found.codes.map((code) => code.text)).toEqual(
      expect.arrayContaining(['400', 'INVALID_ARGUMENT', 'invalid_request_error']),
    );
    expect(found.statuses).toEqual([400]);
  });

  it('opens a whole JSON text that was encoded as a JSON string', () => {
    expect(unwrap(JSON.stringify(JSON.stringify({ error: { message: 'too long' } }))).prose).toContain('too long');
  });

  it('reads a Python repr with its quotes, None and nested quotes', () => {
    const found = unwrap(`{'error': {'message': "You didn't provide a key", 'type': 'x_error', 'code': None}}`);
    expect(found.prose).toBe("You didn't provide a key");
    expect(found.codes.map((code) => code.text)).toContain('x_error');
  });

  it('finds the object that a sentence quotes, and the names in the sentence', () => {
    const found = unwrap('litellm.APIConnectionError: BedrockException - {"message":"signature does not match"}');
    expect(found.pieces.map((piece) => piece.text)).toContain('signature does not match');
    expect(found.codes.map((code) => code.text)).toEqual(
      expect.arrayContaining(['APIConnectionError', 'BedrockException']),
    );
  });

  it('reads what is there of a text cut in the middle', () => {
    const found = unwrap('{"error":{"code":"rate_limit_exceeded","message":"Slow dow');
    expect(found.truncated).toBe(true);
    expect(found.prose).toBe('Slow dow');
  });

  it('takes a page for a page: its title and words, without its scripts', () => {
    const found = unwrap(
      '<html><head><title>403 Forbidden</title></head><body><script>var key="x"</script><h1>No</h1>',
    );
    expect(found.form).toBe('html');
    expect(found.prose).toContain('403 Forbidden');
    expect(found.prose).not.toContain('var key');
    expect(found.statuses).toEqual([403]);
  });

  it('reads code and message of an XML error', () => {
    const found = unwrap('<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>No</Message></Error>');
    expect(found.form).toBe('xml');
    expect(found.codes.map((code) => code.text)).toContain('SignatureDoesNotMatch');
    expect(found.prose).toBe('No');
  });

  it('finds the error event in a stream, also where the blank lines were lost', () => {
    const found = unwrap(
      'data: {"choices":[{"delta":{"content":"Hi"}}]}\nevent: error\ndata: {"error":{"code":"overloaded"}}',
    );
    expect(found.form).toBe('sse');
    expect(found.codes.map((code) => code.text)).toEqual(expect.arrayContaining(['event:error', 'overloaded']));
  });

  it('does not read what the model said as an error', () => {
    const said = { choices: [{ message: { content: 'Error: invalid api key' }, finish_reason: 'stop' }] };
    expect(unwrap(JSON.stringify(said)).prose).toBe('');
  });

  it('leaves a sentence in square brackets whole', () => {
    expect(unwrap('[API Error: 401 invalid access token]').prose).toContain('API Error: 401 invalid access token');
  });

  it('keeps a member called __proto__ a plain member', () => {
    const read = readLenientValue(`{'__proto__': {'polluted': True}}`);
    expect(Object.getPrototypeOf(read?.value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('never throws, and stays within its bounds, whatever the text', () => {
    const fragments = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '\\',
      '\\u12',
      ':',
      ',',
      'data: ',
      '\n',
      '<html',
      '<a>',
      '</',
      'None',
      'b"',
      '(',
      ')',
      '=',
      '错误',
      '\uD800',
      'error',
      '401',
    );
    const rubbish = fc
      .array(fc.oneof(fragments, fc.string({ maxLength: 8 })), { maxLength: 200 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(rubbish, (text) => {
        const found = unwrap(text);
        expect(found.prose.length).toBeLessThanOrEqual(8_000);
        expect(found.layers.length).toBeLessThanOrEqual(400);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never throws on any value that is no text', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => void unwrap(value)),
      { numRuns: 500 },
    );
  });

  it('looks at both ends of a body of a megabyte and at no more', () => {
    const found = unwrap(`${'x'.repeat(1_000_000)} {"error":{"code":"insufficient_quota"}}`);
    expect(found.prose.length).toBeLessThanOrEqual(8_000);
    expect(codesOf(`{"error":{"code":"insufficient_quota"}}${' '.repeat(1_000_000)}`)).toContain('insufficient_quota');
    expect(found.codes.map((code) => code.text)).toContain('insufficient_quota');
  });
});
