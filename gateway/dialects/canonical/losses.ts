/**
 * The loss ledger: what a translation could not carry, field by field and why. A builder keeps one `Losses` while it
 * works and closes it at the end; a refusal (dropping would change what the request means) wins over everything.
 */

export type LossAction = 'dropped' | 'renamed' | 'defaulted' | 'clamped' | 'reordered';

export interface LedgerEntry {
  /** Where the field stands in what the caller sent (`messages[2].content[0].cache_control`). */
  readonly path: string;
  readonly action: LossAction;
  /** One plain sentence. */
  readonly why: string;
  /** Small values only: prompts and files never stand in a ledger. */
  readonly before?: string | number | boolean;
  readonly after?: string | number | boolean;
}

export interface Refused {
  readonly param: string;
  readonly message: string;
}

export type Result<T> =
  | { readonly value: T; readonly ledger: readonly LedgerEntry[]; readonly refused?: undefined }
  | { readonly refused: Refused };

/** What a parser answers to a body that is no object at all. */
export const NOT_AN_OBJECT = {
  refused: { param: 'body', message: 'The request body must be a JSON object.' },
} as const satisfies Result<never>;

export interface Losses {
  add(action: LossAction, path: string, why: string, before?: unknown, after?: unknown): void;
  /** Only the first is told: it is the one to mend first. */
  refuse(param: string, message: string): void;
  close<T>(value: T): Result<T>;
}

/** An empty ledger. Entries that say the same of the same field are kept once. */
export function createLosses(): Losses {
  const entries: LedgerEntry[] = [];
  const seen = new Set<string>();
  let refused: Refused | undefined;
  return {
    add(action, path, why, before, after) {
      const key = `${action}\n${path}\n${why}`;
      if (seen.has(key)) return;
      seen.add(key);
      const entry: LedgerEntry = { path, action, why };
      const was = small(before);
      const is = small(after);
      entries.push({
        ...entry,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      });
    },
    refuse(param, message) {
      refused ??= { param, message };
    },
    close(value) {
      return refused === undefined ? { value, ledger: entries } : { refused };
    },
  };
}

const SMALL_LENGTH = 64;

function small(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.length <= SMALL_LENGTH ? value : undefined;
  return undefined;
}
