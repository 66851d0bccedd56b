/** What is known of the lists that providers gave of their models: as kept, and as stages ask for it. Types only. */
import type { MissingModel } from '../exchange.ts';
import type { KnownModel } from '../providers/known-model.ts';
import type { Provider } from '../store/schema.ts';

export interface ServedModel {
  readonly provider: Provider;
  /** The name to ask that provider for. */
  readonly model: string;
  /** The built-in catalogue alone would have said something else, or nothing. */
  readonly byList?: true;
}

export interface ListFailure {
  /** One plain sentence. */
  readonly sentence: string;
  /** The call that failed; undefined where none was made. */
  readonly capture?: string;
  /** Nobody answered it. */
  readonly away?: boolean;
}

/** One provider's list as it is kept. */
export interface ListRecord {
  readonly provider: string;
  /** What of the provider's record the list is of: another address has other models. */
  readonly of: string;
  /** When the list that is kept was answered, ms since the epoch; null where none ever was. */
  readonly listedAtMs: number | null;
  readonly triedAtMs: number;
  readonly count: number;
  /** Entries of the list that were not kept: not usable as names, or beyond the bound. */
  readonly leftOut: number;
  /** Provider keys whose lists are in it. */
  readonly keys: number;
  readonly rows: string;
  /** Why the last try brought no list, or not all of it. */
  readonly failure: ListFailure | null;
}

/** The lists as stages see them. */
export interface ModelLists {
  /** Which of these providers, in this order, serves a bare name. */
  served(asked: string, providers: Iterable<Provider>): ServedModel | undefined;
  missing(asked: string, providers: Iterable<Provider>): MissingModel;
  has(providerId: string, model: string): boolean;
  /** What a provider's own list says of a model, found under any spelling. */
  find(providerId: string, model: string): KnownModel | undefined;
  /** How the list came about; undefined where none was ever asked for. */
  recordOf(providerId: string): ListRecord | undefined;
  /** Undefined where there is no list. */
  idsOf(providerId: string): readonly string[] | undefined;
  /** Whether there is a list of this provider that has everything it can answer for. */
  isWhole(provider: Provider): boolean;
  /** Somebody looks at the lists: what may have changed is to be asked for anew, later. */
  noteLook?(): void;
  /** Asks once more, for a short time, where a name may be new; undefined where that was done just now. */
  lookAgain?(): Promise<void> | undefined;
}
