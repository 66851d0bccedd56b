/**
 * What is known about a failure, whatever it came from: one flat set of facts that signatures, ladder and words read.
 * A failure record and a capture's attempt are both brought into this form.
 */
import type { Cause } from '../causes.ts';
import type { Preset } from '../providers/presets.ts';
import type { KeyFinding } from './key-shape.ts';
import type { Unwrapped } from './unwrap/layer.ts';

export interface Facts {
  /** Preset ids, service names and host-derived names of who answered; lower case. */
  readonly services: readonly string[];
  readonly preset?: Preset;
  readonly providerName: string;
  /** Where the base URL names another provider than the record does. */
  readonly hostOf?: string;
  readonly baseUrl?: string;
  readonly host?: string;
  readonly local: boolean;
  readonly surface?: string;
  readonly method?: string;
  readonly path?: string;
  readonly requestHeaders: readonly (readonly [string, string])[];
  readonly requestBody?: string;
  readonly model?: string;
  /** undefined: headers are not known at all; false: known, and none carries a credential. */
  readonly credentialSent?: boolean;
  readonly keyFindings: readonly KeyFinding[];
  readonly status?: number;
  /** Every status said anywhere: the answer's, and those inside the envelopes. */
  readonly statuses: readonly number[];
  readonly responseHeaders: ReadonlyMap<string, string>;
  readonly bodyKnown: boolean;
  readonly body: Unwrapped;
  readonly transport?: { readonly code: string; readonly message: string };
  /** Offset at which the failure fell, where it was timed. */
  readonly phase?: 'before-connect' | 'before-first-byte' | 'in-body';
  /** The reading of the stage that saw it happen. */
  readonly stageCause?: Cause;
}
