import { describe, expect, it } from 'vitest';
import { evidenceTarget } from '../../../renderer/screens/capture/evidence-target.ts';

describe('where a piece of evidence leads', () => {
  it.each([
    ['request header authorization', 'request', 'header:authorization'],
    ['header Content-Type', 'request', 'header:content-type'],
    ['response header retry-after', 'response', 'header:retry-after'],
    ['response body /error/code', 'response', 'body:/error/code'],
    ['request body /model', 'request', 'body:/model'],
    ['/model', 'request', 'body:/model'],
    ['request body 120-171', 'request', 'bytes:120-171'],
    ['response body', 'response', 'body:'],
    ['end of the response body', 'response', 'body:'],
    ['response status', 'response', undefined],
    ['request line', 'request', undefined],
    ['attempt 2', 'attempts', 'attempt:2'],
    ['step identify', 'steps', 'step:identify'],
    ['connection', 'attempts', undefined],
  ])('%s is shown in %s at %s', (where, tab, at) => {
    expect(evidenceTarget(where)).toEqual({ kind: 'tab', tab, ...(at === undefined ? {} : { at }) });
  });

  it('leads to the stored thing it names', () => {
    expect(evidenceTarget('provider key pk_1')).toEqual({ kind: 'provider-key', id: 'pk_1' });
    expect(evidenceTarget('gateway key k7f3a9')).toEqual({ kind: 'gateway-key', id: 'k7f3a9' });
    expect(evidenceTarget('provider openai')).toEqual({ kind: 'provider', id: 'openai' });
    expect(evidenceTarget('capture c01')).toEqual({ kind: 'capture', id: 'c01' });
  });

  it('is no link where there is nothing to see', () => {
    expect(evidenceTarget('verdict')).toBeUndefined();
  });
});
