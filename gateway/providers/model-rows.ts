/**
 * Models of one provider as one text, a row each, taken apart when somebody asks: thousands of them lie in memory as a
 * single string, and a row becomes an object only where its model is asked for. Pure.
 */
import { type KnownModel, parseModelRow } from './known-model.ts';

const BETWEEN_ROWS = '^';
/** What separates rows and fields; an id that has one of them cannot be kept. */
export const ROW_SIGNS = /[|^]/;

export class ModelRows {
  readonly #preset: string;
  readonly #text: string;
  /** By id: the row, or what it says once somebody asked. */
  #opened: Map<string, string | KnownModel> | undefined;

  constructor(preset: string, text: string) {
    this.#preset = preset;
    this.#text = text;
  }

  #open(): Map<string, string | KnownModel> {
    this.#opened ??= new Map(rowsOf(this.#text).map((row) => [idOfRow(row), row]));
    return this.#opened;
  }

  has(id: string): boolean {
    return this.#open().has(id);
  }

  /** What is known of the model under exactly this id. */
  get(id: string): KnownModel | undefined {
    const models = this.#open();
    const found = models.get(id);
    if (typeof found !== 'string') return found;
    const model = parseModelRow(this.#preset, found);
    models.set(id, model);
    return model;
  }

  /** In the order of the text. */
  ids(): readonly string[] {
    return [...this.#open().keys()];
  }
}

export interface RowFacts {
  readonly id: string;
  readonly name?: string;
  readonly kind?: KnownModel['kind'];
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  readonly maxInput?: number;
  /** USD per 1,000,000 tokens. */
  readonly input?: number;
  readonly output?: number;
  readonly cachedInput?: number;
  readonly cacheWrite?: number;
  /** `2026-11-10`. */
  readonly released?: string;
}

/** One row, in the columns that `parseModelRow` reads. */
export function modelRow(facts: RowFacts): string {
  const { id, name, kind, contextWindow, maxOutput, maxInput, input, output, cachedInput, cacheWrite, released } =
    facts;
  const fields = [
    id,
    name === undefined || name === id ? '' : name.replaceAll(/[|^]/g, ' '),
    kind === 'chat' ? '' : (kind ?? ''),
    contextWindow ?? '',
    maxOutput ?? '',
    maxInput ?? '',
    input ?? '',
    output ?? '',
    cachedInput ?? '',
    cacheWrite ?? '',
    '',
    '',
    '',
    released ?? '',
  ];
  return fields.join('|').replace(/\|+$/, '');
}

export function idOfRow(row: string): string {
  return row.split('|', 1)[0] as string;
}

export function rowsText(rows: readonly string[]): string {
  return rows.join(BETWEEN_ROWS);
}

export function rowsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(BETWEEN_ROWS);
}
