/** Which edits are refused before they are kept, each with a sentence. Pure. */
import { headerSort } from '../captures/credential-names.ts';
import { pointerParts } from '../json/pointer.ts';
import { isHeaderName, isHeaderValue } from '../providers/headers.ts';
import type { BodyEdit, HeaderEdit, RedactionRule, Transform } from '../store/schema-transform.ts';
import { patternFault } from './redact-text.ts';

export interface RuleFault {
  readonly sentence: string;
  readonly next: string;
}

/** The first fault there is. */
export function transformFault(transform: Transform): RuleFault | undefined {
  for (const edit of transform.headers) {
    const fault = headerFault(edit);
    if (fault) return fault;
  }
  for (const edit of transform.body) {
    const fault = bodyFault(edit);
    if (fault) return fault;
  }
  for (const rule of transform.redact) {
    const fault = redactionFault(rule);
    if (fault) return fault;
  }
  return undefined;
}

/** Framing, routing and what the gateway itself decides; the provider would read another request than was checked. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|http2-settings|content-(?:length|type|encoding)|accept-encoding|x-forwarded-.*|forwarded|via|origin|x-keyward-.*|proxy-.*|sec-.*)$/;

function headerFault(edit: HeaderEdit): RuleFault | undefined {
  for (const name of edit.do === 'rename' ? [edit.name, edit.to] : [edit.name]) {
    const lower = name.toLowerCase();
    if (!isHeaderName(name)) {
      return { sentence: `"${clip(name)}" is no header name.`, next: 'Write letters, digits and dashes only.' };
    }
    if (headerSort(lower) !== 'plain' && !OWN_HEADERS.test(lower)) {
      return {
        sentence: `The header ${lower} carries a credential or an address, and those are not edited.`,
        next: 'The key of a provider is stored under Keys, and put in by the gateway.',
      };
    }
    if (OWN_HEADERS.test(lower)) {
      return { sentence: `The header ${lower} is the gateway's own to write.`, next: 'Leave it out.' };
    }
  }
  if ('value' in edit && !isHeaderValue(edit.value)) {
    return {
      sentence: `The header ${edit.name.toLowerCase()} cannot have that value.`,
      next: 'Give a text without line breaks, in letters that a header can carry.',
    };
  }
  return undefined;
}

/** Decided before a request is edited: where it goes, and in which form its answer comes. */
const DECIDED: Readonly<Record<string, string>> = {
  model: 'Which model is asked is the route’s to say: name it as a target.',
  stream: 'Whether an answer is streamed is the app’s to ask for.',
};

function bodyFault(edit: BodyEdit): RuleFault | undefined {
  const parts = pointerParts(edit.path);
  const touched = edit.do === 'rename' && parts.length === 1 ? [parts[0], edit.to] : [parts[0]];
  for (const name of touched) {
    const next = DECIDED[name ?? ''];
    if (next !== undefined) return { sentence: `/${name} is not edited here.`, next };
  }
  if (parts.some((part) => part === '__proto__')) {
    return { sentence: `${clip(edit.path)} is not edited here.`, next: 'Choose another name.' };
  }
  if (edit.do === 'rename' && /^(?:0|[1-9]\d*|-)$/.test(parts.at(-1) ?? '')) {
    return {
      sentence: `${clip(edit.path)} names an element of a list, which has no name to change.`,
      next: 'Rename a member of an object.',
    };
  }
  return undefined;
}

function redactionFault({ pattern, with: standIn }: RedactionRule): RuleFault | undefined {
  const fault = patternFault(pattern);
  if (fault !== undefined) {
    return {
      sentence: `The pattern ${clip(pattern)} cannot be used: ${clip(fault)}.`,
      next: 'Write it in RE2’s syntax (no look-around, no back-references), so that it matches at least one character.',
    };
  }
  // Arguments of tools are JSON inside a text; a stand-in must not break it.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what must not pass
  if (/["\\\u0000-\u001f]/.test(standIn)) {
    return {
      sentence: 'A stand-in must have no quotes, backslashes or line breaks.',
      next: 'Write it as [removed], for example.',
    };
  }
  return undefined;
}

function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
