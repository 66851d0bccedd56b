import { describe, expect, it } from 'vitest';
import { linkAmong, placeOfLink } from '../../electron/deep-link.ts';

describe('keyward:// links', () => {
  it.each([
    ['keyward://requests/kwc_01-AbC', '/requests/kwc_01-AbC'],
    ['keyward://requests/abc/', '/requests/abc'],
    ['keyward://requests', '/requests'],
    ['keyward://keys', '/keys'],
    ['keyward://apps/', '/apps'],
    ['keyward://home', '/'],
    ['keyward://', '/'],
  ])('%s leads to %s', (link, place) => {
    expect(placeOfLink(link)).toBe(place);
  });

  it.each([
    'keyward://requests/../settings',
    'keyward://requests/a/b',
    'keyward://requests/%2e%2e',
    'keyward://requests/a?fix=apply',
    'keyward://requests/a#x',
    'keyward://keys/add',
    'keyward://settings',
    'keyward://vault/reset',
    'https://requests/abc',
    `keyward://requests/${'a'.repeat(65)}`,
    'nonsense',
  ])('%s leads nowhere', (link) => {
    expect(placeOfLink(link)).toBeUndefined();
  });

  it('is found among the words a program was started with', () => {
    expect(linkAmong(['/opt/keyward', '--no-sandbox', 'keyward://requests/a'])).toBe('keyward://requests/a');
    expect(linkAmong(['/opt/keyward', '/home/x/keyward'])).toBeUndefined();
  });
});
