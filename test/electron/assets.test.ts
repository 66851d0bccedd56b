import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assetFor, CONTENT_SECURITY_POLICY } from '../../electron/assets.ts';

const root = path.resolve('/opt/keyward/dist/renderer');
const file = (url: string) => assetFor(root, url)?.file;

describe('serving the screens', () => {
  it('answers places with the one page and files with themselves', () => {
    const page = path.join(root, 'index.html');
    expect(file('app://keyward/ui/')).toBe(page);
    expect(file('app://keyward/ui')).toBe(page);
    expect(file('app://keyward/ui/requests/kwc_01H8')).toBe(page);
    expect(file('app://keyward/ui/providers/z.ai')).toBe(page);
    expect(assetFor(root, 'app://keyward/ui/assets/index-a1b2.js?v=1')).toEqual({
      file: path.join(root, 'assets/index-a1b2.js'),
      type: 'text/javascript; charset=utf-8',
    });
  });

  it('does not answer a missing kind of asset with a page, nor anything outside /ui/', () => {
    expect(file('app://keyward/ui/assets/index.exe')).toBeUndefined();
    expect(file('app://keyward/ui/assets/index')).toBeUndefined();
    expect(file('app://keyward/')).toBeUndefined();
    expect(file('app://keyward/uix/index.html')).toBeUndefined();
    expect(file('not a URL')).toBeUndefined();
    expect(file('app://keyward/ui/%E0%A4%A.js')).toBeUndefined();
  });

  it.each([
    'app://keyward/ui/../../../etc/passwd.json',
    'app://keyward/ui/%2e%2e/%2e%2e/secret.json',
    'app://keyward/ui/..%2f..%2fsecret.json',
    'app://keyward/ui/..%5c..%5csecret.json',
    'app://keyward/ui/%252e%252e%252fsecret.json',
    'app://keyward/ui//etc/passwd.json',
    'app://keyward/ui/assets/%00.js',
  ])('never leaves its folder for %s', (url) => {
    const found = file(url);
    if (found !== undefined) expect(found.startsWith(root + path.sep)).toBe(true);
  });

  it('never leaves its folder for any path at all', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2f',
      '%5c',
      '\\',
      '/',
      'ui',
      'assets',
      'x.js',
      '%00',
      '%25',
      '..%2f',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const found = file(`app://keyward/ui/${parts.join('/')}`);
        expect(found === undefined || found.startsWith(root + path.sep)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('allows no script but our own files, and no connection elsewhere', () => {
    const policy = new Map(CONTENT_SECURITY_POLICY.split('; ').map((rule) => [rule.split(' ')[0], rule]));
    expect(policy.get('default-src')).toBe("default-src 'none'");
    expect(policy.get('script-src')).toBe("script-src 'self'");
    expect(policy.get('connect-src')).toBe("connect-src 'self'");
    expect(policy.get('frame-src')).toBe("frame-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toContain('unsafe-eval');
  });
});
