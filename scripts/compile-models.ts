/**
 * Makes gateway/providers/data/models.json out of a full list of models (one object a model, fields as in its `columns`
 * below, with `sources` saying whence each came):
 *
 *     node scripts/compile-models.ts FULL-LIST.json
 *
 * One text a provider, models parted by `^`, their fields by `|` (neither needs an escape in JSON, so the file is read
 * at the speed of a copy): the gateway loads a few dozen strings at its start and takes apart only the rows that somebody
 * asks for. The same list gives the same bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Source {
  readonly name: string;
  readonly licence: string;
  readonly date: string;
}

interface Prices {
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly cachedInputPrice: number | null;
}

/** A model of the full list. Prices in USD per 1,000,000 tokens. */
export interface FullModel extends Prices {
  readonly provider: string;
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly contextWindow: number | null;
  readonly maxOutput: number | null;
  readonly maxInput?: number | null;
  readonly cacheWritePrice?: number | null;
  readonly tiers?: readonly (Prices & { readonly above: number })[];
  readonly supports: Readonly<Record<string, boolean>> | null;
  readonly deprecated?: boolean;
  readonly deprecatedOn?: string;
  readonly released?: string;
  readonly priceSrc?: string;
}

export interface FullList {
  readonly generatedOn: string;
  readonly unit: string;
  readonly sources: Readonly<Record<string, Source>>;
  readonly models: readonly FullModel[];
}

const COLUMNS = [
  'id',
  'name (empty: the id)',
  'kind (empty: chat)',
  'contextWindow (tokens)',
  'maxOutput',
  'maxInput',
  'inputPrice',
  'outputPrice',
  'cachedInputPrice',
  'cacheWritePrice',
  'tiers (above:inputPrice:outputPrice:cachedInputPrice, parted by ;)',
  'supports (letters: v vision, t tools, s streaming, j jsonSchema, r reasoning; capital: does not)',
  'deprecated (date, or "yes")',
  'released (date)',
  'source of the price',
];

const LETTERS = { vision: 'v', tools: 't', streaming: 's', jsonSchema: 'j', reasoning: 'r' } as const;

/** The compiled file's text. Empty means unknown everywhere; a price of 0 is written as 0. */
export function compileModels(list: FullList): string {
  const rows = new Map<string, string[]>();
  const sorted = [...list.models].sort((a, b) => order(a.provider, b.provider) || order(a.id, b.id));
  for (const model of sorted) {
    const known = rows.get(model.provider);
    if (known) known.push(rowOf(model));
    else rows.set(model.provider, [rowOf(model)]);
  }
  const sources = Object.values(list.sources).map(({ name, licence, date }) => `${name} (${licence}, ${date})`);
  const compiled = {
    schema: 2,
    generatedOn: list.generatedOn,
    notice: `Models, limits and list prices derive from these catalogues, under the licences named: ${sources.join('; ')}.`,
    unit: list.unit,
    sources: list.sources,
    columns: COLUMNS,
    models: Object.fromEntries([...rows].map(([provider, ofIt]) => [provider, ofIt.join('^')])),
  };
  return `${JSON.stringify(compiled, null, 1)}\n`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function rowOf(model: FullModel): string {
  const name = model.name.trim().replaceAll(/\s+/g, ' ');
  const fields = [
    model.id,
    name === model.id ? '' : name,
    model.kind === 'chat' ? '' : model.kind,
    number(model.contextWindow),
    number(model.maxOutput),
    number(model.maxInput),
    number(model.inputPrice),
    number(model.outputPrice),
    number(model.cachedInputPrice),
    number(model.cacheWritePrice),
    (model.tiers ?? []).map(tierOf).join(';'),
    supportsOf(model.supports),
    model.deprecated || model.deprecatedOn ? (model.deprecatedOn ?? 'yes') : '',
    model.released ?? '',
    model.priceSrc ?? '',
  ];
  for (const field of fields) {
    if (/[|^\\"\n]/.test(field)) throw new Error(`${model.provider} ${model.id}: a field holds a separator.`);
  }
  return fields.join('|').replace(/\|+$/, '');
}

function tierOf(tier: Prices & { readonly above: number }): string {
  return [tier.above, tier.inputPrice, tier.outputPrice, tier.cachedInputPrice].map(number).join(':');
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function supportsOf(supports: FullModel['supports']): string {
  return Object.entries(LETTERS)
    .map(([name, letter]) => {
      const has = supports?.[name];
      return has === undefined ? '' : has ? letter : letter.toUpperCase();
    })
    .join('');
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const [source] = process.argv.slice(2);
  if (source === undefined) {
    process.stderr.write('Say which list to compile: node scripts/compile-models.ts FULL-LIST.json\n');
    process.exitCode = 2;
  } else {
    const out = path.join(import.meta.dirname, '../gateway/providers/data/models.json');
    writeFileSync(out, compileModels(JSON.parse(readFileSync(source, 'utf8')) as FullList));
  }
}
