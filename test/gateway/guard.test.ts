import { describe, expect, it } from 'vitest';
import { guardRequest, hostName } from '../../gateway/guard.ts';

const rules = { allowedHosts: ['box.lan'], allowedOrigins: ['https://good.example'] };

describe('the guard at the door', () => {
  it.each(['127.0.0.1:4141', 'localhost', 'localhost:9', '[::1]:4141', 'box.lan:80', 'LOCALHOST:1'])(
    'lets %s in',
    (host) => {
      expect(guardRequest(['Host', host], rules)).toBeUndefined();
    },
  );

  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '127.0.0.1@evil.example',
    'a b',
    '127.0.0.1:4141, evil',
  ])('turns the host %j away (DNS rebinding)', (host) => {
    expect(guardRequest(['Host', host], rules)).toMatchObject({ cause: 'permission_missing' });
  });

  it('turns a request without a host away', () => {
    for (const headers of [[], ['Host', '']]) {
      expect(guardRequest(headers, rules)).toMatchObject({ cause: 'bad_request_parameter' });
    }
  });

  it('lets only its own and named origins in', () => {
    const from = (origin: string) => guardRequest(['Host', 'localhost:4141', 'Origin', origin], rules);
    expect(from('http://localhost:4141')).toBeUndefined();
    expect(from('https://good.example')).toBeUndefined();
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost:3000',
      'https://localhost:4141',
      'file://',
    ]) {
      expect(from(origin)).toMatchObject({ cause: 'permission_missing' });
    }
  });

  it('reads host names with and without ports', () => {
    expect(hostName('[::1]:80')).toBe('[::1]');
    expect(hostName('A.b:1')).toBe('a.b');
    expect(hostName('a:b:c')).toBeUndefined();
  });
});
