/** Puts a failure into the envelope of the provider that would have sent it. Pure. */
import { idFrom, type Shape } from '../script.ts';
import type { WireFailure } from './wire-failure.ts';

export function errorBody(shape: Shape, failure: WireFailure, digest: string): unknown {
  if (failure.body !== undefined) return failure.body;
  const { message, type = null, code = null, param = null } = failure;
  switch (shape) {
    case 'openai':
    case 'plain':
      return { error: { message, type, param, code } };
    case 'anthropic':
      return { type: 'error', error: { type, message }, request_id: `req_${idFrom(digest, 24)}` };
    case 'gemini': {
      const details = [...(code ? [errorInfo(code)] : []), ...(failure.details ?? [])];
      return {
        error: { code: failure.status, message, status: type, ...(details.length > 0 ? { details } : {}) },
      };
    }
  }
}

function errorInfo(reason: string) {
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'googleapis.com',
    metadata: { service: 'generativelanguage.googleapis.com' },
  };
}
