import { describe, expect, it } from 'vitest';
import { looksLikeCurl, readFile } from '../../../renderer/screens/transfer/read-file.ts';

describe('a file on its way in', () => {
  it('goes as text where it is UTF-8, without a byte order mark', async () => {
    expect(await readFile(new File(['\ufeff{"log":{}}'], 'a.har'))).toEqual({
      content: '{"log":{}}',
      encoding: 'utf8',
      fileName: 'a.har',
    });
  });

  it('goes as base64 where it is not, every byte of it', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    const read = await readFile(new File([bytes], 'a.keyward'));
    expect(read.encoding).toBe('base64');
    expect(Buffer.from(read.content, 'base64').equals(Buffer.from(bytes))).toBe(true);
  });

  it('is taken from a paste only where it is a curl command', () => {
    expect(looksLikeCurl('  $ curl https://api.example.com')).toBe(true);
    expect(looksLikeCurl('curl.exe -X POST x')).toBe(true);
    expect(looksLikeCurl('curling is a sport')).toBe(false);
    expect(looksLikeCurl('sk-123')).toBe(false);
  });
});
