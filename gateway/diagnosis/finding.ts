/**
 * What an experiment showed, in the form that the explanation reads: a sentence, the captures that show it, what it speaks
 * for, and what it proves. Types only; experiments make them, `explain-capture.ts` weighs them.
 */
import type { Cause } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import type { LadderRung } from './explanation.ts';
import type { ProbeId } from './probes.ts';
import type { Weights } from './signatures/signature.ts';

export interface Finding {
  readonly probe: ProbeId;
  /** One plain sentence: what was seen. */
  readonly sentence: string;
  /** The changed run first, then the unchanged one beside it; empty where nothing was sent. */
  readonly captures: readonly string[];
  /** Log-odds, as signatures give them. */
  readonly gives: Weights;
  readonly evidence: Evidence;
  /**
   * Set only where changing one thing made the request succeed while the unchanged one, run beside it, still failed: the
   * causes that this change takes away.
   */
  readonly proves?: readonly Cause[];
  /** A check of the ladder that this settles. */
  readonly rung?: LadderRung;
}
