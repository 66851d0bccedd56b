import { implement } from '@orpc/server';
import { contract } from './contract/index.ts';

/** Who asks; written into the audit trail. */
export interface ControlContext {
  readonly actor: 'cli' | 'screen' | 'desktop';
}

/** The contract, waiting for its handlers; every resource file takes its part from here. */
export const os = implement(contract).$context<ControlContext>();
