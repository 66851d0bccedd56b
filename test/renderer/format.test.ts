import { describe, expect, it } from 'vitest';
import { bytes, duration, relativeTime } from '../../renderer/format.ts';
import { headerLines, parseHeaderLines } from '../../renderer/screens/providers/header-lines.ts';

const NOW_MS = Date.parse('2026-11-24T12:00:00.000Z');
const away = (ms: number) => relativeTime(new Date(NOW_MS + ms).toISOString(), NOW_MS);

describe('numbers with their units', () => {
  it('tells times as people do', () => {
    expect(away(-3_000)).toBe('just now');
    expect(away(-180_000)).toBe('3 min ago');
    expect(away(-7_200_000)).toBe('2 h ago');
    expect(away(-86_400_000)).toBe('1 day ago');
    expect(away(5 * 86_400_000)).toBe('in 5 days');
    expect(away(-90 * 86_400_000)).toMatch(/2026/);
  });

  it('tells durations and sizes with what matters', () => {
    expect([0.42, 12.4, 1234, 12_345, 123_000].map(duration)).toEqual([
      '0.4 ms',
      '12 ms',
      '1.23 s',
      '12.3 s',
      '2 min 3 s',
    ]);
    expect([512, 1234, 12_582_912].map(bytes)).toEqual(['512 B', '1.2 KB', '12 MB']);
  });
});

describe('extra headers, one a line', () => {
  it('are read and written', () => {
    const { headers, bad } = parseHeaderLines('OpenAI-Organization: org-1\n\n X-Team:  search ');
    expect(bad).toEqual([]);
    expect(headers).toEqual({ 'OpenAI-Organization': 'org-1', 'X-Team': 'search' });
    expect(parseHeaderLines(headerLines(headers)).headers).toEqual(headers);
  });

  it('name the line that is none', () => {
    expect(parseHeaderLines('no colon here\nBad Name: x').bad).toEqual(['no colon here', 'Bad Name: x']);
  });
});
