/** What stands in a capture where a secret stood. */
import type { Redaction } from './capture.ts';

/** Readable form, safe inside JSON strings, headers and plain text. A length of 0 stands for one that is not known. */
export function markerText(redaction: Omit<Redaction, 'where'>): string {
  const ending = redaction.lastFour ? ` …${redaction.lastFour}` : '';
  const length = redaction.length > 0 ? ` ${redaction.length} chars` : '';
  return `⟦redacted ${redaction.kind}${length}${ending} #${redaction.fingerprint.slice(0, 8)}⟧`;
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
  /^(?:⟦redacted [a-z-]+(?: \d+ chars)?(?: ….{4})? #[\w-]{8}⟧|~redacted\.[a-z-]+\.\d+(?:\.[\w.-]{4})?\.[\w-]{8}~)$/;

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

/** Characters of the secret that a marker stands for; undefined where the text holds no marker that tells. */
export function markedLength(text: string): number | undefined {
  const marker = text.match(MARKER_PATTERN)?.[0] ?? '';
  const length = Number(/ (\d+) chars/.exec(marker)?.[1] ?? /^~redacted\.[a-z-]+\.(\d+)/.exec(marker)?.[1]);
  return length > 0 ? length : undefined;
}

/** Whether a marker in the text stands for the secret with this fingerprint. */
export function marksSecret(text: string, fingerprint: string): boolean {
  const named = fingerprint.slice(0, 8);
  return text.includes(`#${named}⟧`) || text.includes(`.${named.replace(/[^\w-]/g, '-')}~`);
}
