import { describe, expect, it } from 'vitest';
import {
  attemptsText,
  bodyNotes,
  explanationText,
  headText,
  requestText,
  responseText,
  stepsText,
  timingText,
} from '../../../renderer/screens/capture/as-text.ts';
import { capture, captureRow, explanation, KINDS } from '../../support/screens-fixture/sample-captures.ts';

const row = captureRow(1, 1_700_000_000_000, KINDS[1] as (typeof KINDS)[number]);
const sample = capture(row);

describe('the plain-text twins', () => {
  it('say what the explanation says: cause, ladder with evidence, fixes with their pages', () => {
    const text = explanationText(explanation(row));
    expect(text).toContain('OpenAI rejected the key “work”: it was deleted.');
    expect(text).toContain('[Failed] The provider did not accept the key');
    expect(text).toContain('the provider’s code: key_revoked (response body /error/code)');
    expect(text).toContain('Make a new key at OpenAI <https://platform.openai.com/api-keys>');
  });

  it('carry every step with its decision, rule and where that was set', () => {
    const text = stepsText(sample.steps);
    expect(text).toContain('5. Forward: refused');
    expect(text).toContain('Rule: gateway-key.expiry · Set in gateway key k7f3a9');
  });

  it('carry both messages and every attempt whole', () => {
    expect(requestText(sample)).toContain('POST /v1/chat/completions HTTP/1.1\nhost: 127.0.0.1:4141');
    expect(responseText(sample)).toContain('"code":"key_revoked"');
    expect(attemptsText(sample)).toContain('Attempt 1: openai/gpt-5 · Failed');
    expect(timingText(sample)).toContain('Wait for the first byte');
    expect(headText(sample)).toContain('Cause: key_revoked (Stage: forward)');
  });
});

describe('what is missing from a body', () => {
  const body = { sizeBytes: 12_582_912, keptBytes: 0, complete: true, redactions: [] };

  it('is said with its size and reason', () => {
    expect(bodyNotes({ ...body, leftOut: 'over-bound' })).toEqual([
      'Body left out, 12 MB: it is larger than what is recorded.',
    ]);
  });

  it('is said of a body kept in part, of one cut off, of one decoded', () => {
    expect(bodyNotes({ ...body, text: 'x', keptBytes: 1024 })).toEqual(['Only the first 1 KB of 12 MB were recorded.']);
    expect(bodyNotes({ ...body, text: 'x', keptBytes: 12_582_912, complete: false })).toEqual([
      'The sender never finished it: it is cut off.',
    ]);
    expect(bodyNotes({ ...body, text: 'x', keptBytes: 1, decodedFrom: 'gzip' })).toEqual(['Shown decoded from gzip.']);
  });

  it('is nothing when nothing is missing', () => {
    expect(bodyNotes({ ...body, sizeBytes: 1, keptBytes: 1, text: 'x' })).toEqual([]);
  });
});
