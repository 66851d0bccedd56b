import { describe, expect, it } from 'vitest';
import { MARKER_CONTINUED, markerInUrl, markerText } from '../../../gateway/captures/marker.ts';
import { redactionSpans } from '../../../renderer/screens/capture/redaction-marker.ts';

const redaction = { kind: 'provider-key', length: 51, fingerprint: '1a2b3c4d5e6f', lastFour: '4f2a' };

describe('redaction markers as the recorder writes them', () => {
  it('are read back whole, in both forms', () => {
    for (const marker of [markerText(redaction), markerInUrl(redaction)]) {
      const text = `Bearer ${marker}!`;
      expect(redactionSpans(text)).toEqual([
        { from: 7, to: 7 + marker.length, kind: 'provider-key', length: 51, lastFour: '4f2a' },
      ]);
    }
  });

  it('are read where no ending may be told', () => {
    const { lastFour: _, ...short } = redaction;
    for (const marker of [markerText(short), markerInUrl(short)]) {
      expect(redactionSpans(marker)).toEqual([{ from: 0, to: marker.length, kind: 'provider-key', length: 51 }]);
    }
  });

  it('are found again in the later pieces of a split secret', () => {
    expect(redactionSpans(MARKER_CONTINUED)).toEqual([{ from: 0, to: MARKER_CONTINUED.length, kind: 'continued' }]);
  });
});
