/** Where a piece of evidence can be seen: which tab, and what in it to bring into view. Pure. */
export type CaptureTab = 'explanation' | 'steps' | 'request' | 'response' | 'attempts' | 'timing' | 'changes' | 'raw';

export type EvidenceTarget =
  | { readonly kind: 'tab'; readonly tab: CaptureTab; readonly at?: string }
  | { readonly kind: 'provider-key'; readonly id: string }
  | { readonly kind: 'gateway-key'; readonly id: string }
  | { readonly kind: 'provider'; readonly id: string }
  | { readonly kind: 'capture'; readonly id: string };

/**
 * Reads the `where` of an evidence: `request header authorization`, `response body /error/code`, `/model`,
 * `attempt 2`, `gateway key ID` … Undefined where there is nothing to jump to.
 */
export function evidenceTarget(where: string): EvidenceTarget | undefined {
  const text = where.trim();
  const stored = /^(provider key|gateway key|provider|capture) (\S+)$/.exec(text);
  if (stored) {
    const kind = (stored[1] ?? '').replace(' ', '-') as 'provider-key' | 'gateway-key' | 'provider' | 'capture';
    return { kind, id: stored[2] ?? '' };
  }
  if (/^(attempts|connection|attempt status)$/.test(text)) return { kind: 'tab', tab: 'attempts' };
  const attempt = /^attempt (\d+)/.exec(text);
  if (attempt) return { kind: 'tab', tab: 'attempts', at: `attempt:${attempt[1]}` };
  const step = /^(?:step|stage) (\w+)/.exec(text);
  if (step) return { kind: 'tab', tab: 'steps', at: `step:${step[1]}` };
  if (/^tim(e|ing)/.test(text)) return { kind: 'tab', tab: 'timing' };

  const answered = /\b(response|answer)\b/.test(text);
  const tab: CaptureTab = answered ? 'response' : 'request';
  const header = /\bheaders? ([A-Za-z0-9-]+)$/.exec(text);
  if (header) return { kind: 'tab', tab, at: `header:${(header[1] ?? '').toLowerCase()}` };
  const pointer = /(?:^|\s)(\/[^\s]*)$/.exec(text);
  if (pointer) return { kind: 'tab', tab, at: `body:${pointer[1]}` };
  const range = /\bbody (\d+)-(\d+)$/.exec(text);
  if (range) return { kind: 'tab', tab, at: `bytes:${range[1]}-${range[2]}` };
  if (/\b(body|message)\b/.test(text)) return { kind: 'tab', tab, at: 'body:' };
  if (/\bheaders\b/.test(text)) return { kind: 'tab', tab, at: 'headers' };
  if (answered) return { kind: 'tab', tab: 'response' };
  if (/^(request|path|model|query|\?key=|the credential)/.test(text)) return { kind: 'tab', tab: 'request' };
  return undefined;
}
