import { describe, expect, it } from 'vitest';
import { proxyUrlOf } from '../../electron/proxy-words.ts';

describe('the system’s proxy', () => {
  it.each([
    ['DIRECT', null],
    ['PROXY proxy.corp:8080; DIRECT', 'http://proxy.corp:8080'],
    ['HTTPS secure.corp:443', 'https://secure.corp:443'],
    ['SOCKS5 s:1080; PROXY p:3128', 'http://p:3128'],
    ['SOCKS5 s:1080; DIRECT; PROXY p:3128', null],
    ['PROXY [::1]:3128', 'http://[::1]:3128'],
    ['PROXY', null],
    ['', null],
  ])('%s is %s', (answer, url) => {
    expect(proxyUrlOf(answer)).toBe(url);
  });
});
