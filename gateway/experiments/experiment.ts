/** What an experiment is: a plan that says what it would send, to whom and at what cost, and a reading of what came of it. */
import type { Finding } from '../diagnosis/finding.ts';
import type { ProbeId } from '../diagnosis/probes.ts';
import type { ExperimentClass, ProviderKey } from '../store/schema.ts';
import type { ProbeAnswer, ProbeRequest } from '../upstream.ts';
import type { Subject } from './subject.ts';
import type { Trial } from './trial.ts';

export interface Edit {
  readonly path: string;
  readonly value?: unknown;
}

export interface Sending {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** The key as people know it; null: sent without one. */
  readonly withKey: string | null;
}

export interface Tools {
  /** One request of the gateway's own to the provider's own address, recorded as a probe of the subject. */
  readonly probe: (request: Omit<ProbeRequest, 'origin' | 'timeoutMs' | 'provider'>) => Promise<ProbeAnswer>;
  /** The request again, really sent, with these edits; recorded as a replay of the subject. Rejects where it cannot be. */
  readonly replay: (edits: readonly Edit[]) => Promise<void>;
  /** What such a replay would send and cost; a sentence where it cannot be made. */
  readonly rehearse: (
    edits: readonly Edit[],
  ) => Promise<{ readonly sending: Sending; readonly costUsd: number | null } | string>;
  /** The secret of a stored key; undefined while the vault is locked. */
  readonly openKey: (key: ProviderKey) => string | undefined;
}

export interface Plan {
  readonly class: ExperimentClass;
  readonly sends: readonly Sending[];
  /** Estimate in dollars; 0 is free, null not known. */
  readonly costUsd: number | null;
  readonly run: () => Promise<void>;
}

export interface Experiment {
  readonly id: ProbeId;
  readonly title: string;
  /** A sentence where it cannot be made here. */
  plan(subject: Subject, tools: Tools): Promise<Plan | string>;
  /** What its runs so far, or for one that only looks, what is at hand, shows; undefined: nothing yet. */
  read(subject: Subject, trials: readonly Trial[], tools: Pick<Tools, 'openKey'>): Finding | undefined;
}

/** A plan of one that only looks at what is here. */
export function lookOnly(): Plan {
  return { class: 'local', sends: [], costUsd: 0, run: async () => {} };
}

export function keyName(key: { readonly label: string; readonly lastFour: string }): string {
  return `${key.label} (…${key.lastFour})`;
}
