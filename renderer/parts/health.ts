import type { KeyRow } from '../../gateway/control/contract/index.ts';
import type { Tone } from './light.tsx';

/** Which light a key shows. Disabled keys show none: nothing is wrong with them. */
export function healthTone(key: Pick<KeyRow, 'health' | 'disabled'>): Tone {
  if (key.disabled) return 'off';
  switch (key.health) {
    case 'valid':
      return 'ok';
    case 'rejected':
    case 'expired':
    case 'revoked':
    case 'out_of_credit':
    case 'no_access':
      return 'bad';
    case 'unreachable':
      return 'wait';
    case 'never_checked':
      return 'off';
  }
}
