/** What a replay needs of an open home. */
import type { Recorder } from '../captures/recorder.ts';
import type { Redactor } from '../captures/redact.ts';
import type { PipelineOptions } from '../run-exchange.ts';
import type { Store } from '../store/store.ts';

/** What the data plane itself runs on, as far as a replay does. */
export type ReplayPipeline = Pick<
  PipelineOptions,
  | 'newCaptureId'
  | 'recorder'
  | 'openKey'
  | 'lockedBecause'
  | 'takeLimits'
  | 'takeLimitsNow'
  | 'dispatcher'
  | 'practice'
  | 'routing'
  | 'lists'
  | 'fingerprint'
  | 'classify'
  | 'explainUrl'
  | 'countTexts'
> & {
  /** What limits show now, taking nothing of them. */
  readonly lookLimits: PipelineOptions['takeLimits'];
  readonly redactor: Pick<Redactor, 'redactHeaders' | 'redactUrl' | 'redactText' | 'redactBytes'>;
};

export interface ReplayDeps {
  readonly store: Pick<Store, 'snapshot' | 'versionAt'>;
  readonly recorder: Pick<Recorder, 'get' | 'importedConfig'>;
  readonly replay: ReplayPipeline;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}
