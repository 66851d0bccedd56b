/** The error rows of the built-in provider list as signatures: what this one provider means by this code and status. */
import type { ErrorRow, Preset } from '../providers/presets.ts';
import type { Contribution } from './contribution.ts';
import type { Facts } from './facts.ts';

const CONFIDENCE_WEIGHT = { high: 1, medium: 0.85, low: 0.6, unknown: 0.5 } as const;
const CODED_WEIGHT = 3.2;
const WORDED_WEIGHT = 3.4;
const BARE_STATUS_WEIGHT = 0.6;
const YIELDED_SHARE = 0.25;
const MOST_JSON_CHARACTERS = 8_000;

/** At most one bare-status row, and every row whose code or words match. Compiled once per preset (a fixed set). */
export function matchPresetRows(facts: Facts): Contribution[] {
  const { preset } = facts;
  if (!preset) return [];
  const factor = CONFIDENCE_WEIGHT[preset.confidence];
  const worded: Contribution[] = [];
  const coded: Contribution[] = [];
  let bare: Contribution | undefined;
  for (const row of compile(preset)) {
    // Inside an envelope the status may be another one: the row's own must occur, unless no status is known at all.
    if (facts.statuses.length > 0 && !facts.statuses.includes(row.status)) continue;
    if (row.when === undefined && row.words === undefined) {
      if (facts.statuses.includes(row.status))
        bare ??= contribution(preset, row, BARE_STATUS_WEIGHT * factor, 'response status', String(row.status));
      continue;
    }
    if (row.words) {
      const value = row.words.exec(facts.body.prose)?.[0] ?? inJson(row.words, facts);
      if (value !== undefined) worded.push(contribution(preset, row, WORDED_WEIGHT * factor, 'response body', value));
    } else {
      const value = matchWhen(row.when, facts);
      if (value !== undefined) coded.push(contribution(preset, row, CODED_WEIGHT * factor, 'response body', value));
    }
  }
  if (worded.length === 0) return coded.length > 0 || !bare ? coded : [bare];
  // Codes are shared by many faults; the words of this one say more.
  return [...worded, ...coded.map((one) => ({ ...one, gives: scaled(one.gives, YIELDED_SHARE) }))];
}

function scaled(weights: Contribution['gives'], factor: number): Contribution['gives'] {
  return Object.fromEntries(Object.entries(weights).map(([cause, weight]) => [cause, weight * factor]));
}

/** A row may name a member together with its words, which prose alone has lost. */
function inJson(words: RegExp, facts: Facts): string | undefined {
  const { value } = facts.body;
  if (!words.source.includes('"') || typeof value !== 'object' || value === null) return undefined;
  return words.exec(JSON.stringify(value).slice(0, MOST_JSON_CHARACTERS))?.[0];
}

interface CompiledRow extends Pick<ErrorRow, 'status' | 'when' | 'cause' | 'note'> {
  readonly words?: RegExp;
}

const compiled = new Map<string, readonly CompiledRow[]>();

function compile(preset: Preset): readonly CompiledRow[] {
  const known = compiled.get(preset.id);
  if (known) return known;
  const rows = preset.errors.map((row) => ({
    ...row,
    words: row.messageMatch === undefined ? undefined : new RegExp(row.messageMatch, 'i'),
  }));
  compiled.set(preset.id, rows);
  return rows;
}

/** A row's path names where the code stands in that provider's own envelope; inside another's it stands elsewhere, so any code will do. */
function matchWhen(when: ErrorRow['when'], facts: Facts): string | undefined {
  for (const [path, wanted] of Object.entries(when ?? {})) {
    const text = String(wanted).toLowerCase();
    if (text === 'any') return undefined;
    const inHeader = path === 'type' ? facts.responseHeaders.get('x-amzn-errortype')?.split(':')[0] : undefined;
    if (inHeader?.toLowerCase() === text) return inHeader;
    const code = facts.body.codes.find((one) => one.text.toLowerCase() === text);
    if (code) return code.text;
  }
  return undefined;
}

function contribution(preset: Preset, row: CompiledRow, weight: number, where: string, value: string): Contribution {
  return {
    id: `preset.${preset.id}`,
    gives: { [row.cause]: weight },
    reading: true,
    evidence: {
      what: `${preset.name} means this by it${row.note ? `: ${row.note}` : ''}`,
      where,
      value: value.slice(0, 160),
    },
  };
}
