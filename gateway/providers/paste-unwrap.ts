/** Takes a key out of what it was copied with: `export X=`, headers, curl commands, JSON, .env lines, code. Pure. */
import { INVISIBLE, ODD_SPACE, withoutLookAlikes } from './key-shape.ts';
import type { FaultKind } from './paste-words.ts';

export interface Unwrapped {
  readonly text: string;
  /** Further keys found beside it; not empty means that the person must choose. */
  readonly others: readonly string[];
  readonly mended: readonly { readonly kind: FaultKind; readonly x?: string }[];
  /** Name it was assigned to (`OPENAI_API_KEY`), a hint at the provider. */
  readonly assignedTo?: string;
}

/** Pastes beyond this are not read further. */
export const MAX_PASTE_LENGTH = 20_000;

const QUOTE = /^["'`“”„‟‘’‚‛«»「」]+|["'`“”„‟‘’‚‛«»「」]+$/gu;

/** Looks right when it stands where a key stands in code, JSON, headers or addresses. */
const VALUE = String.raw`["'\u201c\u2018]?([^\s"'\u201c\u201d\u2018\u2019,;)}\]]+)`;
const HEADER = new RegExp(
  String.raw`\b(authorization|x-api-key|api-key|x-goog-api-key)["']?\s*[:=]\s*["']?(?:(?:bearer|token|basic)\s+)?${VALUE}`,
  'gi',
);
const ASSIGNMENT = new RegExp(
  String.raw`(?:^|[\s{,(;&?[])(?:export\s+|set\s+|setx\s+|const\s+|let\s+|var\s+|-e\s+)?["']?(\$env:[\w.]+|[A-Za-z_][\w.-]*(?:key|token|secret|auth)[\w.-]*|key)["'\]]{0,2}\s*(?::|=>|:?=)\s*${VALUE}`,
  'gim',
);
const SETX = new RegExp(String.raw`^\s*setx?\s+([A-Za-z_]\w*)\s+${VALUE}`, 'i');

/** `name` says what a wrapper was, in a few characters, never what was in it. */
export function unwrap(pasted: string): Unwrapped {
  const mended: { kind: FaultKind; x?: string }[] = [];
  let text = pasted.slice(0, MAX_PASTE_LENGTH);
  const visible = text.replace(INVISIBLE, '');
  if (visible !== text) mended.push({ kind: 'invisible' });
  text = visible.replace(ODD_SPACE, ' ');
  const trimmed = text.trim();
  if (trimmed !== text) mended.push({ kind: 'spaces' });
  text = trimmed;
  let others: string[] = [];
  let assignedTo: string | undefined;
  const found = wrapped(text);
  if (found) {
    text = found.values[0] as string;
    others = found.values.slice(1);
    assignedTo = found.name;
    mended.push({ kind: 'wrapped', x: found.name ?? 'a command or a piece of code' });
  }
  for (let layer = 0; layer < 8; layer += 1) {
    const before = text;
    const scheme = /^(bearer|basic|token|apikey)\s+(?=\S)/i.exec(text);
    if (scheme) {
      text = text.slice(scheme[0].length);
      if (!found) mended.push({ kind: 'wrapped', x: `“${scheme[1]}”` });
    }
    const bare = text.replace(QUOTE, '').trim();
    if (bare !== text && bare !== '') {
      if (!found) mended.push({ kind: 'quotes' });
      text = bare;
    }
    const unpunctuated = text.replace(/[,;.]+$/, '');
    if (unpunctuated !== text && !/\.{3,}$/.test(text) && unpunctuated.length >= 8) {
      text = unpunctuated;
      mended.push({ kind: 'punctuation' });
    }
    if (text === before) break;
  }
  const latin = withoutLookAlikes(text);
  if (latin !== text) {
    text = latin;
    mended.push({ kind: 'look-alike' });
  }
  return { text, others, mended: dedupe(mended), assignedTo };
}

function wrapped(text: string): { readonly values: string[]; readonly name?: string } | undefined {
  // A lone key has neither of these; the patterns below would only find accidents in it.
  if (!/[\s:=]/.test(text)) return undefined;
  const found: { name: string; value: string }[] = [];
  for (const pattern of [HEADER, ASSIGNMENT]) {
    for (const [, name = '', value = ''] of text.matchAll(pattern)) {
      if (value.length >= 3 && !/^(?:bearer|token|basic)$/i.test(value)) found.push({ name, value });
    }
    if (found.length > 0) break;
  }
  const setx = found.length === 0 ? SETX.exec(text) : null;
  if (setx) found.push({ name: setx[1] as string, value: setx[2] as string });
  const first = found[0];
  if (!first) return undefined;
  const values = [...new Set(found.map(({ value }) => value))];
  return { values, name: first.name.slice(0, 60) };
}

function dedupe(items: { kind: FaultKind; x?: string }[]): { kind: FaultKind; x?: string }[] {
  return items.filter((item, i) => items.findIndex(({ kind }) => kind === item.kind) === i);
}
