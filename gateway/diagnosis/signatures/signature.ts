/**
 * The form of a signature: one idea an error can express, the codes and phrasings it is known by, and what it speaks for.
 * Data only; `score.ts` weighs. Weights are log-odds: 1 a hint, 2 weak, 3.5 fair, 5 strong, 6.5 decisive; negative speaks against.
 * Patterns must be linear: no nested repetition, every gap bounded.
 */
import type { Cause } from '../../causes.ts';
import type { KeyFlaw } from '../key-shape.ts';
import type { BodyForm } from '../unwrap/layer.ts';

export type Weights = Readonly<Partial<Record<Cause, number>>>;

export interface Signature {
  /** `group.idea`; unique. */
  readonly id: string;
  readonly gives: Weights;
  /** What a match shows, as a sentence's end: "the answer says that …". */
  readonly says: string;
  /** Any of these matches one of the codes, types or exception names. */
  readonly code?: readonly RegExp[];
  /** Any of these matches the words of the error. */
  readonly message?: readonly RegExp[];
  /** And none of these does. */
  readonly not?: readonly RegExp[];
  /** Ids or groups (`auth.`) that say more: where one of them matches, this one keeps a quarter of its weight. */
  readonly yieldsTo?: readonly string[];
  /** The answer's own status, or one stated inside, is among these. */
  readonly status?: readonly number[];
  /** Only where one of the services is so called. */
  readonly service?: RegExp;
  /** Where it is known from. */
  readonly source: string;
}

/** What several facts together speak for. All conditions given must hold. */
export interface Refinement {
  readonly id: string;
  readonly gives: Weights;
  readonly says: string;
  /** One of these signatures matched (an id, or a group with a dot at its end). */
  readonly seen?: readonly string[];
  readonly unseen?: readonly string[];
  readonly flaws?: readonly KeyFlaw[];
  readonly status?: readonly number[];
  readonly service?: RegExp;
  readonly path?: RegExp;
  readonly method?: RegExp;
  readonly local?: boolean;
  readonly form?: readonly BodyForm[];
  readonly header?: readonly [string, RegExp];
  readonly model?: RegExp;
  readonly credentialSent?: boolean;
  /** No signature of any kind matched. */
  readonly nothingElse?: boolean;
  readonly source: string;
}
