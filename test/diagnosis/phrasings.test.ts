import { describe, expect, it } from 'vitest';
import { explainRecord } from '../../gateway/diagnosis/explain.ts';
import { PHRASINGS } from './phrasings.ts';

describe('an error that providers, gateways and runtimes are known to send', () => {
  it.each(PHRASINGS)('from %s with %s is explained: %s', (provider, status, body, right) => {
    expect(right.split('|')).toContain(explainRecord({ id: 'p', provider, response: { status, body } }).cause);
  });
});
