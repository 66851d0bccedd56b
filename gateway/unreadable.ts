/** Requests that never became one (headers beyond the bound, bytes that are no HTTP): answered and recorded all the same. */

import type { Exchange, Refusal } from './exchange.ts';
import type { UnreadableRequest } from './server.ts';
import type { Services } from './services.ts';
import { refusalAnswer } from './stages/respond.ts';
import { recordStep, refuse } from './stages/stage.ts';
import { emptyTap } from './stages/tap.ts';

const WORDS: Readonly<Record<UnreadableRequest['kind'], Omit<Refusal, 'stage'> & { readonly status: number }>> = {
  'headers-too-large': {
    cause: 'payload_too_large',
    status: 413,
    message: 'The headers of the request are larger than this gateway accepts (32 kB).',
  },
  'not-http': {
    cause: 'bad_request_parameter',
    status: 400,
    message: 'What arrived is not a well-formed HTTP request.',
  },
  tls: {
    cause: 'wrong_endpoint',
    status: 400,
    message:
      'A secure (https) connection was begun; this gateway speaks plain http on this machine. Use http:// in the address.',
  },
  timeout: {
    cause: 'bad_request_parameter',
    status: 400,
    message: 'The request did not arrive in time.',
  },
};

export function answerUnreadable(
  problem: UnreadableRequest,
  services: Services,
): { status: number; headers: readonly string[]; body: string } {
  const words = WORDS[problem.kind];
  const exchange: Exchange = {
    id: services.newCaptureId(),
    receivedAt: services.now(),
    startedAt: performance.now(),
    configVersion: services.store.snapshot.version,
    request: {
      method: '?',
      url: '',
      path: '',
      httpVersion: '',
      rawHeaders: [],
      remoteAddress: problem.remoteAddress,
      body: emptyTap(),
    },
    recording: services.store.snapshot.settings.recording,
    steps: [],
    attempts: [],
  };
  services.recorder.begin(exchange);
  const evidence = [{ what: 'parser’s word', where: 'connection', value: problem.code }];
  recordStep(exchange, 'receive', refuse({ ...words, evidence }), 0, 0);
  const refusal: Refusal = { ...words, evidence, stage: 'receive' };
  const answer = refusalAnswer(exchange, refusal, `${services.publicUrl}/ui/requests/${exchange.id}`);
  exchange.verdict = {
    ok: false,
    cause: words.cause,
    stage: 'receive',
    message: words.message,
    status: words.status,
    endMs: performance.now() - exchange.startedAt,
    evidence,
  };
  services.recorder.finish(exchange);
  return { status: words.status, headers: answer.headers, body: answer.body.toString('utf8') };
}
