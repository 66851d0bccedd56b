/** A WebSocket handshake through the same stages as any request; the frames then flow without being looked at. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Attempt, Exchange, RawHeaders, Refusal } from './exchange.ts';
import { openExchange, type PipelineOptions } from './run-exchange.ts';
import { type Choice, StageRun } from './run-stages.ts';
import { presentedBy } from './stages/credential-facts.ts';
import { explainNetworkError } from './stages/network-cause.ts';
import { prepareAttempt } from './stages/prepare-attempt.ts';
import { PRACTICE } from './stages/resolve-target.ts';
import { keywardHeaders, refusalAnswer } from './stages/respond.ts';
import { recordStep, refuse } from './stages/stage.ts';
import { emptyTap, tapBytes, tapChunk } from './stages/tap.ts';
import type { ChosenTarget } from './stages/usable-target.ts';
import type { WebSocketForwarder } from './upstreams/web-socket.ts';

export function runUpgrade(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  options: PipelineOptions & { readonly webSocket: WebSocketForwarder },
  turnedAway?: Omit<Refusal, 'stage'>,
) {
  const exchange = openExchange(request, options);
  options.recorder.begin(exchange);
  exchange.request.body.complete = true;
  socket.on('error', () => socket.destroy());
  const elapsed = () => performance.now() - exchange.startedAt;
  const stages = new StageRun(exchange, {
    context: { config: options.config(), now: options.now, routing: options.routing, lists: options.lists },
    at: elapsed,
    elapsed,
    presented: (asked) => presentedBy(asked, options.fingerprint),
    lockedBecause: options.lockedBecause,
    openKey: options.openKey,
    takeLimits: options.takeLimits,
    takeLimitsNow: options.takeLimitsNow,
    classify: options.classify,
    explainUrl: options.explainUrl(exchange.id),
  });
  const finish = (verdict: Omit<NonNullable<Exchange['verdict']>, 'endMs'>) => {
    if (exchange.verdict) return;
    exchange.verdict = { ...verdict, endMs: elapsed() };
    options.recorder.finish(exchange);
    stages.release();
  };
  const refused = () => {
    refuseUpgrade(exchange, socket, options);
    const refusal = refusalOf(exchange);
    finish({
      ok: false,
      cause: refusal.ownerCause ?? refusal.cause,
      stage: refusal.stage,
      message: refusal.ownerMessage ?? refusal.message,
      status: exchange.answer?.status ?? null,
      evidence: refusal.evidence,
    });
  };
  const go = (choice: Choice) => {
    if (exchange.verdict) return;
    // Frames flow as soon as it stands, so there is one attempt: the first of the plan.
    const target = choice.kind === 'plan' ? choice.plan.entries[0] : undefined;
    if (target?.providerId === PRACTICE) {
      const message = 'The practice provider has no WebSocket; ask it over HTTP.';
      recordStep(exchange, 'forward', refuse({ cause: 'wrong_endpoint', message }), elapsed(), elapsed());
    }
    if (!target || exchange.refusal) refused();
    else forwardUpgrade(exchange, target, { socket, head, options, elapsed, finish, refused });
  };
  if (turnedAway) {
    stages.turnAway(turnedAway);
    refused();
    return;
  }
  const admission = stages.admit();
  if (admission === 'refused' || (admission !== 'raw' && !stages.takeBody(Buffer.alloc(0)))) {
    refused();
    return;
  }
  const choice = stages.choose();
  if (!(choice instanceof Promise)) {
    go(choice);
    return;
  }
  socket.once('close', () =>
    finish({ ok: true, cause: null, stage: null, clientGone: true, status: null, message: GONE }),
  );
  choice.then(go, (error) => {
    options.onFault(error);
    socket.destroy();
  });
}

const GONE = 'The app hung up before its request was decided.';

interface Upgrade {
  readonly socket: Socket;
  readonly head: Buffer;
  readonly options: PipelineOptions & { readonly webSocket: WebSocketForwarder };
  readonly elapsed: () => number;
  readonly finish: (verdict: Omit<NonNullable<Exchange['verdict']>, 'endMs'>) => void;
  readonly refused: () => void;
}

function forwardUpgrade(exchange: Exchange, target: ChosenTarget, upgrade: Upgrade) {
  const { socket, head, options, elapsed, finish, refused } = upgrade;
  const startMs = elapsed();
  const prepared = openAttempt(exchange, target, options, elapsed);
  if (!prepared) {
    refused();
    return;
  }
  const { attempt, url, headers } = prepared;
  const name = target.provider?.name ?? target.providerId;
  options.webSocket.send(
    {
      url,
      headers,
      socket,
      head,
      timeoutMs: options.config().settings.timeouts.firstByteMs,
      answerHeaders: [...keywardHeaders(exchange, undefined), ...(exchange.limitHeaders ?? [])],
    },
    {
      onAnswer: (status, statusText, answerHeaders) => {
        attempt.status = status;
        attempt.statusText = statusText;
        attempt.responseHeaders = answerHeaders;
        attempt.responseBody = emptyTap();
        exchange.answer = { status, headers: answerHeaders, body: 'same', firstByteMs: elapsed() };
      },
      onBody: (chunk) => {
        if (attempt.responseBody) tapChunk(attempt.responseBody, chunk, 64 * 1024, elapsed());
      },
      onEnd: ({ error, sentBytes, receivedBytes }) => {
        if (attempt.responseBody) attempt.responseBody.complete = true;
        const failed = attempt.status !== undefined && attempt.status >= 400;
        const network = error && attempt.status === undefined ? explainNetworkError(error, false) : undefined;
        const cause = failed
          ? options.classify(
              exchange,
              attempt,
              attempt.responseBody ? tapBytes(attempt.responseBody).toString('utf8') : '',
              options.config(),
            )
          : (network?.cause ?? null);
        attempt.outcome = {
          ok: cause === null,
          cause: cause ?? undefined,
          errorCode: error?.code,
          errorMessage: error?.message,
        };
        const message = failed
          ? `${name} answered the handshake with status ${attempt.status}.`
          : network
            ? `${name} ${network.words}.`
            : `A WebSocket to ${name}: ${sentBytes} bytes sent, ${receivedBytes} bytes received.`;
        if (network && cause) {
          exchange.refusal = { cause, stage: 'forward', message };
          refuseUpgrade(exchange, socket, options);
        }
        recordStep(
          exchange,
          'forward',
          {
            decision: cause === null ? 'passed' : 'skipped',
            summary: message,
            output: { sentBytes, receivedBytes, status: attempt.status },
          },
          startMs,
          elapsed(),
        );
        finish({
          ok: cause === null,
          cause,
          stage: cause === null ? null : 'forward',
          message,
          status: exchange.answer?.status ?? null,
        });
      },
    },
    attempt.timings,
    exchange.startedAt,
  );
}

function openAttempt(
  exchange: Exchange,
  target: ChosenTarget,
  options: PipelineOptions,
  elapsed: () => number,
): { attempt: Attempt; url: URL; headers: string[] } | undefined {
  const startMs = elapsed();
  try {
    const prepared = prepareAttempt(exchange, target, Buffer.alloc(0), {
      openKey: options.openKey,
      captureBodyBytes: 0,
      elapsedMs: startMs,
      streamed: true,
    });
    if (prepared.ok) {
      exchange.attempts.push(prepared.prepared.attempt);
      return prepared.prepared;
    }
    recordStep(exchange, 'forward', prepared.outcome, startMs, elapsed());
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    const outcome = refuse({
      cause: 'gateway_config',
      message: `The stored key for ${target.providerId} cannot be opened: ${reason}`,
    });
    recordStep(exchange, 'forward', outcome, startMs, elapsed());
  }
  return undefined;
}

function refuseUpgrade(exchange: Exchange, socket: Socket, options: PipelineOptions) {
  const answer = refusalAnswer(exchange, refusalOf(exchange), options.explainUrl(exchange.id));
  const tap = emptyTap();
  tapChunk(tap, answer.body, answer.body.length, 0);
  tap.complete = true;
  exchange.answer = { status: answer.status, headers: answer.headers, body: tap };
  if (socket.writable)
    socket.end(Buffer.concat([Buffer.from(headText(answer.status, answer.headers), 'latin1'), answer.body]));
}

function refusalOf(exchange: Exchange): Refusal {
  if (!exchange.refusal) throw new Error('a refused exchange without its refusal');
  return exchange.refusal;
}

function headText(status: number, headers: RawHeaders): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nconnection: close\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}
