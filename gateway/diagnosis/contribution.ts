/** One fact that speaks for or against causes, with the evidence for it. Types only. */
import type { Evidence } from '../exchange.ts';
import type { Weights } from './signatures/signature.ts';

export interface Contribution {
  readonly id: string;
  readonly gives: Weights;
  readonly evidence: Evidence;
  /** A reading of the same words as others; several of them are one fact. Without it the contribution counts in full. */
  readonly reading?: true;
}
