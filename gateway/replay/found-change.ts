import type { Change } from '../control/contract/replay.ts';

/** A difference to an earlier success, before it is weighed. */
export type FoundChange = Omit<Change, 'suspicion'>;
