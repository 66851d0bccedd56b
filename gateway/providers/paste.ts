/** Says what a paste is before anything is saved: a key, whose, what was wrong with it and is mended, or why it is none. Pure. */
import { type KeyCandidate, otherForms, placeholderKind, recogniseKey } from './key-shape.ts';
import { type PastedParts, pastedParts } from './paste-parts.ts';
import { MAX_PASTE_LENGTH, unwrap } from './paste-unwrap.ts';
import { FAULT_WORDS, type FaultKind } from './paste-words.ts';
import type { Preset } from './preset-schema.ts';
import { presets as builtIn } from './presets.ts';

/** The control contract's PasteAnalysis. */
export interface PasteAnalysis {
  cleaned: string | null;
  candidates: { preset: string; name: string; certainty: 'certain' | 'likely' | 'possible' }[];
  faults: { kind: string; sentence: string; mended: boolean }[];
  sentence: string;
  usable: boolean;
  alreadyStored: string | null;
}

export interface PasteOptions {
  /** Id of the preset that the person chose already. */
  readonly provider?: string;
  readonly presets?: readonly Preset[];
  /** Id of the stored key that has this secret, if any (by fingerprint). */
  readonly stored?: (secret: string) => string | null;
}

/** No key known is longer; service-account files and the like are JSON and are looked at before this bound. */
const MAX_KEY_LENGTH = 2048;

export function analysePaste(pasted: string, options: PasteOptions = {}): PasteAnalysis {
  const presets = options.presets ?? builtIn;
  if (pasted.trim() === '') return hopeless('empty');
  const parts = pastedParts(pasted);
  if (parts) return analyseParts(parts, options, presets);
  if (pasted.length > MAX_PASTE_LENGTH) return hopeless('too-long');
  const { text: unwrapped, others, mended, assignedTo } = unwrap(pasted);
  const faults = mended.map(({ kind, x }) => fault(kind, true, x));
  if (others.some((other) => recogniseKey(other, { presets, loose: true }).length > 0)) {
    return { ...hopeless('several-keys'), faults: [...faults, fault('several-keys', false)] };
  }
  const joined = joinParts(unwrapped, presets);
  if (joined.fault) faults.push(fault(joined.fault, joined.text !== null, undefined));
  if (joined.text === null) return { ...hopeless(joined.fault as FaultKind), faults };
  let key = joined.text;
  if (isTwice(key)) {
    key = key.slice(0, key.length / 2);
    faults.push(fault('doubled', true));
  }
  const problem = certainMistake(key, presets, options.provider);
  if (problem) {
    return { ...hopeless(problem.kind, problem.x), faults: [...faults, fault(problem.kind, false, problem.x)] };
  }
  const candidates = rank(recogniseKey(key, { presets, loose: true }), options.provider, assignedTo, presets);
  const doubt = doubts(key, candidates, presets, options.provider);
  faults.push(...doubt.faults);
  return {
    cleaned: key,
    candidates: candidates.map(({ preset, name, certainty }) => ({ preset, name, certainty })),
    faults,
    sentence: doubt.sentence ?? describe(candidates, faults, options.provider, presets),
    usable: !doubt.unusable,
    alreadyStored: options.stored?.(key) ?? null,
  };
}

function fault(kind: FaultKind, mended: boolean, x = ''): PasteAnalysis['faults'][number] {
  return { kind, sentence: FAULT_WORDS[kind].replace('{x}', x), mended };
}

function hopeless(kind: FaultKind, x = ''): PasteAnalysis {
  const only = fault(kind, false, x);
  return {
    cleaned: null,
    candidates: [],
    faults: kind === 'empty' ? [] : [only],
    sentence: only.sentence,
    usable: false,
    alreadyStored: null,
  };
}

/** A credential of several parts: whose it is is certain, what may be wrong is that a part is missing or spoilt. */
function analyseParts(parts: PastedParts, options: PasteOptions, presets: readonly Preset[]): PasteAnalysis {
  const name = presets.find(({ id }) => id === parts.preset)?.name ?? parts.preset;
  const candidates: PasteAnalysis['candidates'] = [{ preset: parts.preset, name, certainty: 'certain' }];
  if (!parts.ok) return { ...hopeless('parts', `${parts.message} ${parts.next}`), candidates };
  const chosen = presets.find(({ id }) => id === options.provider);
  if (chosen && chosen.id !== parts.preset) {
    const x = `This is ${parts.what}, for ${name}, and no key of ${chosen.name}.`;
    return { ...hopeless('other-provider', x), candidates };
  }
  return {
    cleaned: parts.text,
    candidates,
    faults: [],
    sentence: `This is ${parts.what}, for ${name}.`,
    usable: true,
    alreadyStored: options.stored?.(parts.text) ?? null,
  };
}

/** Spaces and line breaks inside: a key that was broken over lines, a sentence with a key in it, or no key at all. */
function joinParts(
  text: string,
  presets: readonly Preset[],
): { readonly text: string | null; readonly fault?: FaultKind } {
  if (!/\s/.test(text)) return { text };
  const parts = text.split(/\s+/).filter(Boolean);
  const whole = parts.join('');
  const breaks: FaultKind = /[\r\n]/.test(text) ? 'line-break' : 'inner-space';
  const isKey = (part: string) => recogniseKey(part, { presets }).some((candidate) => candidate.whole);
  const keys = [...new Set(parts.filter(isKey))];
  if (keys.length > 1) return { text: null, fault: 'several-keys' };
  // The whole must fit before a part may: "sk-proj-abc def" is one broken key, although its head alone fits OpenAI's form.
  const onlyKeyCharacters = parts.every((part) => /^[\w.|/+=-]+$/.test(part));
  const looksBroken = onlyKeyCharacters && parts.length <= 8 && !parts.slice(0, -1).some((part) => part.length < 12);
  if (whole.length <= MAX_KEY_LENGTH && onlyKeyCharacters && (isKey(whole) || looksBroken)) {
    if (looksBroken || keys.length === 0) return { text: whole, fault: breaks };
  }
  if (keys.length === 1) return { text: keys[0] as string, fault: 'wrapped' };
  if (/^[<[{($%]/.test(text) && placeholderKind(text)) return { text };
  return { text: null, fault: 'not-a-key' };
}

function isTwice(text: string): boolean {
  const half = text.length / 2;
  return Number.isInteger(half) && half >= 16 && text.slice(0, half) === text.slice(half) && !/^(.)\1*$/.test(text);
}

/** Saving this would certainly be a mistake. */
function certainMistake(
  key: string,
  presets: readonly Preset[],
  provider: string | undefined,
): { readonly kind: FaultKind; readonly x?: string } | undefined {
  const placeholder = placeholderKind(key);
  if (placeholder) return { kind: placeholder, x: placeholder === 'variable' ? key.slice(0, 60) : undefined };
  if (/^kw_/.test(key)) return { kind: 'gateway-key' };
  if (/^(?:https?|wss?|ftp):\/\//i.test(key) || /^www\.[\w.-]+/i.test(key)) return { kind: 'web-address' };
  if (/^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(key)) return { kind: 'email-address' };
  if (/[^\x21-\x7e]/.test(key)) return { kind: 'strange-character' };
  if (key.length > MAX_KEY_LENGTH) return { kind: 'too-long' };
  if (isTwoKeys(key, presets)) return { kind: 'two-keys' };
  const wrong = otherForms(key, provider, presets).find(({ meaning }) => !isUsableForm(meaning));
  if (wrong) return { kind: 'wrong-kind', x: `This is the wrong kind of key for ${wrong.name}: ${wrong.meaning}.` };
  return key.length < 8 && !presets.some((preset) => preset.id === provider && preset.key.pattern === null)
    ? { kind: 'too-short' }
    : undefined;
}

/** Forms that work, though in another way or place than the usual ones; their notes are told, not refused. */
function isUsableForm(meaning: string): boolean {
  return /OAuth access token of a Claude|old standard key|Coding Plan key|subscription key/.test(meaning);
}

/** A second whole key begins inside the first. Only beginnings long enough not to turn up by accident count. */
function isTwoKeys(key: string, presets: readonly Preset[]): boolean {
  for (const preset of presets) {
    for (const prefix of preset.key.prefixes) {
      if (prefix.length < 4 || prefix === 'eyJ') continue;
      const at = key.indexOf(prefix, 12);
      if (at === -1) continue;
      const second = recogniseKey(key.slice(at), { presets });
      const first = recogniseKey(key.slice(0, at), { presets });
      if (second.some((candidate) => candidate.whole) && first.length > 0) return true;
    }
  }
  return false;
}

function rank(
  candidates: KeyCandidate[],
  provider: string | undefined,
  assignedTo: string | undefined,
  presets: readonly Preset[],
): KeyCandidate[] {
  const name = assignedTo?.replace(/^\$env:/i, '').toUpperCase();
  const hinted = name ? presets.filter((preset) => preset.env.includes(name)).map(({ id }) => id) : [];
  const ranked = candidates.map((candidate) =>
    candidate.certainty === 'possible' && hinted.includes(candidate.preset)
      ? { ...candidate, certainty: 'likely' as const }
      : candidate,
  );
  for (const id of hinted) {
    const preset = presets.find((item) => item.id === id);
    const known = ranked.some((candidate) => candidate.preset === id || candidate.certainty === 'certain');
    if (preset && !known)
      ranked.push({ preset: id, name: preset.name, certainty: 'likely', whole: preset.key.pattern === null });
  }
  const order = { certain: 0, likely: 1, possible: 2 };
  const weight = (candidate: KeyCandidate) => order[candidate.certainty] - (candidate.preset === provider ? 0.5 : 0);
  return ranked.sort((a, b) => weight(a) - weight(b));
}

/** What is odd, but may be right: providers change their forms, and private gateways take any text for a key. */
function doubts(
  key: string,
  candidates: readonly KeyCandidate[],
  presets: readonly Preset[],
  provider: string | undefined,
): { readonly faults: PasteAnalysis['faults']; readonly unusable: boolean; readonly sentence?: string } {
  const faults: PasteAnalysis['faults'] = [];
  const chosen = presets.find((preset) => preset.id === provider);
  const certain = candidates.find((candidate) => candidate.certainty === 'certain');
  const fitsChosen = chosen !== undefined && candidates.some((candidate) => candidate.preset === chosen.id);
  if (chosen && certain && !fitsChosen && chosen.key.pattern !== null && chosen.group !== 'router') {
    const x = `This is a key of ${certain.name}, not of ${chosen.name}.`;
    return {
      faults: [fault('other-provider', false, x)],
      unusable: true,
      sentence: `${x} Choose ${certain.name}, or paste a key of ${chosen.name}.`,
    };
  }
  for (const { meaning, name } of otherForms(key, provider, presets)) {
    if (
      isUsableForm(meaning) &&
      candidates.every((candidate) => candidate.certainty !== 'certain' || candidate.name === name)
    ) {
      faults.push(fault('old-form', false, `About this kind of key: ${meaning}.`));
    }
  }
  const broken = candidates.find((candidate) => !candidate.whole && candidate.certainty === 'likely');
  const anyWhole = candidates.some((candidate) => candidate.whole);
  if (broken && !anyWhole && faults.length === 0) {
    const likely = candidates.some(({ preset, certainty }) => preset === chosen?.id && certainty !== 'possible');
    if (chosen && broken.preset !== chosen.id && !likely) {
      faults.push(
        fault('other-provider', false, `It begins like a key of ${broken.name}, not like one of ${chosen.name}.`),
      );
    }
    faults.push(fault('cut-short', false, broken.name));
    // A stump is certainly a mistake; a key that is merely of another length may be a new form.
    return { faults, unusable: key.length < 20 };
  }
  if (candidates.length === 0) {
    const symbols = /[^\w.|/+=:~-]/.test(key);
    const word = /^[a-z]+$/i.test(key) && key.length < 20;
    if (symbols || (key.length < 16 && !/[-_]/.test(key)) || word) {
      faults.push(fault(key.length < 16 && !symbols && !word ? 'too-short' : 'password-like', false));
    } else if (chosen?.key.pattern && chosen.key.confidence === 'high') {
      faults.push(strange(chosen));
    }
  }
  return { faults, unusable: false };
}

function strange(chosen: Preset): PasteAnalysis['faults'][number] {
  return {
    kind: 'unusual-form',
    sentence: `Keys of ${chosen.name} usually look different: ${chosen.key.description}`,
    mended: false,
  };
}

function describe(
  candidates: readonly KeyCandidate[],
  faults: PasteAnalysis['faults'],
  provider: string | undefined,
  presets: readonly Preset[],
): string {
  const open = faults.find((item) => !item.mended && item.kind !== 'old-form');
  const mended = faults.filter((item) => item.mended).length;
  const mend = mended === 0 ? '' : mended === 1 ? ' One thing was mended.' : ` ${mended} things were mended.`;
  if (open) return open.sentence;
  const [first, ...rest] = candidates;
  const chosen = presets.find((preset) => preset.id === provider);
  if (!first)
    return chosen
      ? `This could be a key of ${chosen.name}.${mend}`
      : `This looks like a key, but not whose. Choose the provider.${mend}`;
  if (first.certainty === 'certain') return `This is a key of ${first.name}.${mend}`;
  if (chosen && first.preset === chosen.id) return `This looks like a key of ${chosen.name}.${mend}`;
  const equals = rest.filter((candidate) => candidate.certainty === first.certainty).map(({ name }) => name);
  if (equals.length === 0) return `This looks like a key of ${first.name}.${mend}`;
  const named = [first.name, ...equals].slice(0, 3);
  const last = named.pop();
  const more = equals.length > 2 ? ' or another provider' : '';
  return `This looks like a key of ${named.join(', ')}${more ? `, ${last}${more}` : ` or ${last}`}: their keys look alike. Choose the provider.${mend}`;
}
