import { describe, expect, it } from 'vitest';
import { isOurFrame, isOurUrl } from '../../electron/sender.ts';

describe('who may talk to the main process', () => {
  it('the top frame of our own screens', () => {
    expect(isOurFrame({ url: 'app://keyward/ui/requests/x?tab=steps#raw', parent: null })).toBe(true);
  });

  it.each([
    ['a page of the web', 'https://keyward/ui/'],
    ['a host that begins like ours', 'app://keyward.evil/ui/'],
    ['a host that ends like ours', 'app://not-keyward/ui/'],
    ['our name as a user name', 'app://keyward@evil/ui/'],
    ['a user name before our host', 'app://someone@keyward/ui/'],
    ['our name with a port', 'app://keyward:81/ui/'],
    ['our address inside another', 'data:text/html,app://keyward/ui/'],
    ['a blob of ours', 'blob:app://keyward/0b2c'],
    ['a file', 'file:///keyward/ui/index.html'],
    ['the gateway over HTTP', 'http://127.0.0.1:4141/ui/'],
    ['an empty page', 'about:blank'],
    ['nothing', ''],
  ])('not %s', (_what, url) => {
    expect(isOurUrl(url)).toBe(false);
    expect(isOurFrame({ url, parent: null })).toBe(false);
  });

  it('not a frame inside our page, nor one that is gone', () => {
    expect(isOurFrame({ url: 'app://keyward/ui/', parent: { url: 'app://keyward/ui/' } })).toBe(false);
    expect(isOurFrame(null)).toBe(false);
    expect(isOurFrame(undefined)).toBe(false);
  });
});
