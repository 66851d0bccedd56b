import { describe, expect, it } from 'vitest';
import { readWords } from '../../electron/words.ts';

describe('the words the app is started with', () => {
  it('name a home, a port, a quiet start and a place', () => {
    expect(
      readWords(['/opt/keyward', '--no-sandbox', '--home', '/tmp/h', '--port=0', '--hidden', 'keyward://requests/a']),
    ).toEqual({ home: '/tmp/h', port: 0, hidden: true, place: '/requests/a' });
  });

  it('may be silent', () => {
    expect(readWords(['/opt/keyward', '/checkout'])).toEqual({
      home: undefined,
      port: undefined,
      hidden: false,
      place: undefined,
    });
  });

  it.each(['--port=99999', '--port=x', '--port=', '--port'])('do not count where they make no sense: %s', (word) => {
    expect(readWords(['keyward', word]).port).toBeUndefined();
  });
});
