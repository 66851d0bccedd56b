/** Words for every cause. A cause without words does not compile. */
import type { Cause } from '../../causes.ts';
import { accessWords } from './access.ts';
import { gatewayWords } from './gateway.ts';
import { keyWords } from './keys.ts';
import { limitWords } from './limits.ts';
import { networkWords } from './network.ts';
import { requestWords } from './request.ts';
import type { CauseWords } from './words.ts';

export const causeWords: Readonly<Record<Cause, CauseWords>> = {
  ...keyWords,
  ...accessWords,
  ...limitWords,
  ...requestWords,
  ...networkWords,
  ...gatewayWords,
};
