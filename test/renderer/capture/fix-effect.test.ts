import { describe, expect, it } from 'vitest';
import { fixEffect } from '../../../renderer/screens/capture/fix-effect.ts';

const fix = (kind: string, more: Record<string, unknown> = {}, id = 'x') => ({ id, action: { kind, ...more } });

describe('what a fix does', () => {
  it('is carried out by the gateway, with the place where a person finds the same', () => {
    expect(fixEffect(fix('keys.replace', { id: 'pk_1' }))).toEqual({
      kind: 'carry-out',
      byHand: { to: '/keys', search: { replace: 'pk_1' } },
    });
    expect(fixEffect(fix('gateway-keys.edit', { id: 'gk_1' }))).toEqual({
      kind: 'carry-out',
      byHand: { to: '/apps', search: { edit: 'gk_1' } },
    });
    expect(fixEffect(fix('settings.set', {}, 'raise-timeout'))).toEqual({
      kind: 'carry-out',
      byHand: { to: '/settings', search: { section: 'timeouts' } },
    });
    expect(fixEffect(fix('use-model'))).toEqual({ kind: 'carry-out' });
    expect(fixEffect(fix('retry'))).toEqual({ kind: 'carry-out' });
  });

  it('tests a key, edits the request, writes to support or leads to a dialog where that is the fix', () => {
    expect(fixEffect(fix('keys.test', { id: 'pk_1' }))).toEqual({ kind: 'test-key', id: 'pk_1' });
    expect(fixEffect(fix('replay.edit'))).toEqual({ kind: 'edit-request' });
    expect(fixEffect(fix('captures.export'))).toEqual({ kind: 'support-text' });
    expect(fixEffect(fix('vault.unlock'))).toEqual({
      kind: 'visit',
      place: { to: '/settings', search: { section: 'vault' } },
    });
  });

  it('opens web pages only', () => {
    expect(fixEffect(fix('open-url', { url: 'https://platform.openai.com/api-keys' }))).toEqual({
      kind: 'open-url',
      url: 'https://platform.openai.com/api-keys',
    });
    expect(fixEffect(fix('open-url', { url: 'javascript:alert(1)' }))).toBeUndefined();
    expect(fixEffect({ id: 'x', action: null, url: 'file:///etc/passwd' })).toBeUndefined();
  });

  it('is advice where there is nothing to press', () => {
    expect(fixEffect({ id: 'check-network', action: null })).toBeUndefined();
  });
});
