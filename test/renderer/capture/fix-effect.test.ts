import { describe, expect, it } from 'vitest';
import { fixEffect } from '../../../renderer/screens/capture/fix-effect.ts';

const effect = (action: { kind: string; [name: string]: unknown } | null, url?: string) =>
  fixEffect({ id: 'fix', action, ...(url ? { url } : {}) });

describe('what a fix button does', () => {
  it('applies ready parameters in one click', () => {
    expect(effect({ kind: 'gateway-keys.edit', id: 'k1', expires: '30d' })).toEqual({
      kind: 'apply-gateway-key',
      input: { id: 'k1', expires: '30d' },
    });
  });

  it('opens the dialog where a person has to decide', () => {
    expect(effect({ kind: 'gateway-keys.edit', id: 'k1' })).toMatchObject({
      kind: 'visit',
      place: { search: { edit: 'k1' } },
    });
    expect(effect({ kind: 'keys.replace', id: 'pk_1' })).toMatchObject({
      place: { to: '/keys', search: { replace: 'pk_1' } },
    });
  });

  it('opens the page where the operation is not one of ours', () => {
    expect(effect({ kind: 'teleport' }, 'https://example.com/keys')).toEqual({
      kind: 'open-url',
      url: 'https://example.com/keys',
    });
  });

  it('is no button where nothing could be done', () => {
    expect(effect({ kind: 'retry', id: 'c1' })).toBeUndefined();
    expect(effect(null)).toBeUndefined();
    expect(effect({ kind: 'keys.replace' })).toBeUndefined();
  });

  it('never opens anything but a web page', () => {
    expect(effect({ kind: 'open-url', url: 'javascript:alert(1)' })).toBeUndefined();
    expect(effect(null, 'file:///etc/passwd')).toBeUndefined();
  });
});
