/**
 * The form of a cause's words, in three layers: what happened (for a person who has never seen an API), what it means (for a
 * developer), why it usually happens; and the fixes that may help. `{provider}`, `{model}` and `{app}` are filled in.
 */
import type { FixId } from '../fixes.ts';
import type { ProbeId } from '../probes.ts';

export interface SideWords {
  readonly title: string;
  readonly means: string;
  readonly why: string;
  /** Most useful first. */
  readonly fixes: readonly FixId[];
}

export interface CauseWords extends SideWords {
  /** Where the gateway itself refused, the same cause reads differently and is mended elsewhere. */
  readonly atGateway?: SideWords;
  /** What would settle it, the cheapest first. */
  readonly probes: readonly ProbeId[];
}
