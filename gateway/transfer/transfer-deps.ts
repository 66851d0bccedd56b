/** What leaving and coming in need of an open home. */
import type { Recorder } from '../captures/recorder.ts';
import type { Explanation } from '../diagnosis/explanation.ts';
import type { ReplayPipeline } from '../replay/replay-deps.ts';
import type { Store } from '../store/store.ts';

export interface TransferDeps {
  readonly version: string;
  readonly store: Pick<Store, 'snapshot' | 'versionAt' | 'home'>;
  readonly recorder: Pick<Recorder, 'get' | 'list' | 'import' | 'importedConfig'>;
  readonly replay: Pick<ReplayPipeline, 'redactor' | 'fingerprint' | 'classify'>;
  /** Address of this gateway, without a slash at its end. */
  readonly gatewayUrl: () => string;
  readonly explain: (captureId: string) => Promise<Explanation>;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}
