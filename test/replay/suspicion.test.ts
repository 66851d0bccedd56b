/** What a failure points at by name stands before what merely changed. */
import { expect, it } from 'vitest';
import type { Cause } from '../../gateway/causes.ts';
import type { FoundChange } from '../../gateway/replay/found-change.ts';
import { suspicionOf } from '../../gateway/replay/suspicion.ts';
import { attempt, body, capture } from '../diagnosis/build-capture.ts';

function failed(cause: Cause, said: string) {
  return capture(
    { cause, stage: 'forward' },
    { cause, attemptList: [attempt({ status: 400, responseBody: body(said) })] },
  );
}
const change = (what: FoundChange['what'], path: string): FoundChange => ({
  what,
  path,
  before: 1,
  after: 2,
  sentence: '',
  undo: null,
});

it.each([
  [
    'bad_request_parameter',
    'Invalid “top_p”: above the maximum.',
    ['parameter', '/top_p'],
    ['parameter', '/temperature'],
  ],
  [
    'bad_request_parameter',
    'Unsupported header anthropic-beta: x',
    ['header', 'header.anthropic-beta'],
    ['parameter', '/n'],
  ],
  ['context_too_long', 'too long', ['body-shape', 'body/size'], ['parameter', '/temperature']],
  ['upstream_timeout', '', ['configuration', 'settings/timeouts'], ['configuration', 'settings/retention']],
  ['payload_too_large', '', ['configuration', 'settings/maxBodyBytes'], ['body-shape', '/messages']],
] as const)('a %s (%s) is laid at the door of what it names', (cause, said, guilty, innocent) => {
  const capture = failed(cause, said);
  expect(suspicionOf(change(guilty[0], guilty[1]), capture)).toBeGreaterThan(
    suspicionOf(change(innocent[0], innocent[1]), capture),
  );
});

it('a name inside a longer word names nothing', () => {
  const capture = failed('bad_request_parameter', 'Invalid max_tokens_to_sample');
  expect(suspicionOf(change('parameter', '/max_tokens'), capture)).toBeLessThan(0.97);
});
