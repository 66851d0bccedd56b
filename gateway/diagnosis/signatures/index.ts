/** All signatures, by concept. Their order never decides: scores do. */
import { accessSignatures } from './access.ts';
import { credentialSignatures } from './credentials.ts';
import { gatewaySignatures } from './gateways.ts';
import { limitSignatures } from './limits.ts';
import { networkSignatures } from './network.ts';
import { requestSignatures } from './request.ts';
import type { Signature } from './signature.ts';

export const signatures: readonly Signature[] = [
  ...credentialSignatures,
  ...accessSignatures,
  ...limitSignatures,
  ...requestSignatures,
  ...networkSignatures,
  ...gatewaySignatures,
];
