/** What the catalogue knows of one model, and how its row (columns in data/models.json) is read. Pure. */

/** USD per 1,000,000 tokens. Null: not known, or not charged by the token; 0: free. */
export interface TokenPrices {
  readonly input: number | null;
  readonly output: number | null;
  readonly cachedInput: number | null;
  readonly cacheWrite: number | null;
}

export interface KnownModel {
  readonly preset: string;
  readonly id: string;
  readonly name: string;
  readonly kind: 'chat' | 'embedding' | 'rerank' | 'image' | 'audio' | 'video' | 'moderation' | 'ocr';
  /** Tokens, input and output together where that is known. */
  readonly contextWindow: number | null;
  readonly maxOutput: number | null;
  /** Where it is smaller than the window. */
  readonly maxInput: number | null;
  readonly prices: TokenPrices;
  /** Dearer prices that the whole request pays when its input is above so many tokens; smallest bound first. */
  readonly tiers: readonly (TokenPrices & { readonly above: number })[];
  /** Absent: not known. */
  readonly supports: Partial<Readonly<Record<Ability, boolean>>>;
  readonly deprecated: boolean;
  /** `2026-11-10`. */
  readonly deprecatedOn?: string;
  readonly released?: string;
  /** Short name of the catalogue that the prices come from. */
  readonly priceSource?: string;
  /** The day the provider itself listed these prices, `2026-11-10`; absent where they are a catalogue's. */
  readonly pricesListedOn?: string;
}

export type Ability = 'vision' | 'tools' | 'streaming' | 'jsonSchema' | 'reasoning';

const ABILITIES: Readonly<Record<string, Ability>> = {
  v: 'vision',
  t: 'tools',
  s: 'streaming',
  j: 'jsonSchema',
  r: 'reasoning',
};

export function parseModelRow(preset: string, row: string): KnownModel {
  const field = row.split('|');
  const at = (column: number) => field[column] ?? '';
  const id = at(0);
  const prices = {
    input: number(at(6)),
    output: number(at(7)),
    cachedInput: number(at(8)),
    cacheWrite: number(at(9)),
  };
  const deprecated = at(12);
  return {
    preset,
    id,
    name: at(1) || id,
    kind: (at(2) || 'chat') as KnownModel['kind'],
    contextWindow: number(at(3)),
    maxOutput: number(at(4)),
    maxInput: number(at(5)),
    prices,
    tiers: tiersOf(at(10), prices),
    supports: abilitiesOf(at(11)),
    deprecated: deprecated !== '',
    deprecatedOn: deprecated === '' || deprecated === 'yes' ? undefined : deprecated,
    released: at(13) || undefined,
    priceSource: at(14) || undefined,
  };
}

function number(text: string | undefined): number | null {
  return text ? Number(text) : null;
}

/** No source tells a tier's price of writing to the cache; it keeps its ratio to plain input, as makers have it. */
function tiersOf(text: string, base: TokenPrices): KnownModel['tiers'] {
  if (text === '') return [];
  const ratio = base.cacheWrite !== null && base.input ? base.cacheWrite / base.input : null;
  return text
    .split(';')
    .map((tier) => {
      const [above, input, output, cachedInput] = tier.split(':').map(number);
      const cacheWrite = ratio === null || input === null || input === undefined ? null : input * ratio;
      return {
        above: above ?? 0,
        input: input ?? null,
        output: output ?? null,
        cachedInput: cachedInput ?? null,
        cacheWrite,
      };
    })
    .sort((a, b) => a.above - b.above);
}

function abilitiesOf(letters: string): KnownModel['supports'] {
  const supports: Partial<Record<Ability, boolean>> = {};
  for (const letter of letters) {
    const ability = ABILITIES[letter.toLowerCase()];
    if (ability) supports[ability] = letter === letter.toLowerCase();
  }
  return supports;
}
