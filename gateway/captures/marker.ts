/** What stands in a capture where a secret stood. */
import type { Redaction } from './capture.ts';

/** Readable form, safe inside JSON strings, headers and plain text. */
export function markerText(redaction: Omit<Redaction, 'where'>): string {
  const ending = redaction.lastFour ? ` …${redaction.lastFour}` : '';
  return `⟦redacted ${redaction.kind} ${redaction.length} chars${ending} #${redaction.fingerprint.slice(0, 8)}⟧`;
}

/** The same for URLs and form bodies: unreserved characters only, so that they still parse. */
export function markerInUrl(redaction: Omit<Redaction, 'where'>): string {
  const ending = redaction.lastFour && /^[\w.-]+$/.test(redaction.lastFour) ? `.${redaction.lastFour}` : '';
  return `~redacted.${redaction.kind}.${redaction.length}${ending}.${redaction.fingerprint.slice(0, 8).replace(/[^\w-]/g, '-')}~`;
}

/** Stands in later pieces of a secret that came split over several events; the first piece holds the marker. */
export const MARKER_CONTINUED = '⟦redacted, continued⟧';

/** Finds both forms of marker in a text. */
export const MARKER_PATTERN = /⟦redacted[^⟧]*⟧|~redacted\.[\w.-]+~/g;

const WHOLE_MARKER =
  /^(?:⟦redacted [a-z-]+ \d+ chars(?: ….{4})? #[\w-]{8}⟧|~redacted\.[a-z-]+\.\d+(?:\.[\w.-]{4})?\.[\w-]{8}~)$/;

/** A replayed request carries markers where its secrets stood; they are kept as they are, not taken for secrets again. */
export function isMarker(text: string): boolean {
  return text.length < 100 && WHOLE_MARKER.test(text);
}

const IN_URL = /~redacted\.([a-z-]+)\.(\d+)(?:\.([\w.-]{4}))?\.([\w-]{8})~/g;

/** The ASCII form back to the readable one. */
export function readableMarkers(text: string): string {
  return text.replace(IN_URL, (_, kind, length, lastFour, fingerprint) =>
    markerText({ kind, length: Number(length), fingerprint, ...(lastFour ? { lastFour } : {}) }),
  );
}
