/**
 * The markers that stand in recorded text where a secret was: `⟦redacted provider-key 51 chars …4f2a #1a2b3c4d⟧`, and
 * `~redacted.provider-key.51.4f2a.1a2b3c4d~` where only unreserved characters may stand. Pure.
 */
export interface RedactionSpan {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** Characters taken out; undefined where the marker does not say (the later pieces of a split secret). */
  readonly length?: number;
  readonly lastFour?: string;
}

const MARKER =
  /⟦redacted,? (\S+?)(?: (\d+) chars)?(?: …(\S+))?(?: #[\w-]+)?⟧|~redacted\.([\w-]+)\.(\d+)(?:\.([\w.-]+))?\.[\w-]+~/g;

export function redactionSpans(text: string): RedactionSpan[] {
  return [...text.matchAll(MARKER)].map((match) => {
    const [whole, kind, length, lastFour, kindInUrl, lengthInUrl, lastFourInUrl] = match;
    const characters = length ?? lengthInUrl;
    const ending = lastFour ?? lastFourInUrl;
    return {
      from: match.index,
      to: match.index + whole.length,
      kind: kind ?? kindInUrl ?? '',
      ...(characters ? { length: Number(characters) } : {}),
      ...(ending ? { lastFour: ending } : {}),
    };
  });
}
