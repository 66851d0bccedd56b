import { describe, expect, it } from 'vitest';
import { safeExternalLink } from '../../electron/external-link.ts';

describe('links that leave the app', () => {
  it.each(['https://platform.openai.com/api-keys', 'mailto:support@example.com'])('opens %s', (url) => {
    expect(safeExternalLink(url)).toBe(url);
  });

  it.each([
    'http://example.com/',
    'http://127.0.0.1:4141/ui/',
    'file:///etc/passwd',
    'smb://host/share',
    'javascript:alert(1)',
    'data:text/html,hello',
    'ms-msdt:/id',
    'vscode://file/x',
    'keyward://requests/x',
    'app://keyward/ui/',
    'https://openai.com@evil.example/',
    '//example.com',
    'not a link',
    '',
    `https://example.com/${'a'.repeat(9000)}`,
  ])('refuses %s', (url) => {
    expect(safeExternalLink(url)).toBeUndefined();
  });
});
