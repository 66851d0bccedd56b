import { oc } from '@orpc/contract';
import { z } from 'zod';

const problem = z.object({ next: z.string().nullable() });

/**
 * Every error a person may see: a sentence and a next action. Codes map to CLI exit codes: FAILED 1, INVALID 2,
 * NOT_FOUND 1, LOCKED 4, REFUSED 4.
 */
export const base = oc.errors({
  FAILED: { status: 422, data: problem },
  INVALID: { status: 400, data: problem },
  NOT_FOUND: { status: 404, data: problem },
  CONFLICT: { status: 409, data: problem },
  LOCKED: { status: 423, data: problem },
  REFUSED: { status: 403, data: problem },
});
