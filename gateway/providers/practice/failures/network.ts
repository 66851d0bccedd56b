/**
 * Failures on the way: the codes and messages that Node, OpenSSL and undici really give, and answers that come from
 * somebody in between. Nothing is connected to; waiting is shortened and the message says what it stands for.
 */
import type { PracticeCall } from '../practice-call.ts';
import type { PracticeModel } from '../practice-model.ts';
import { jsonAnswer, type Script, type Shape } from '../script.ts';
import type { NetworkCause } from './wire-failure.ts';

const HOST: Readonly<Record<Shape, string>> = {
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
  gemini: 'generativelanguage.googleapis.com',
  plain: 'gateway.example.com',
};

/** How long a practised timeout takes, instead of minutes. */
const SHORT_TIMEOUT_MS = 250;

/** `begin` yields the first part of a good answer, for failures in its middle; `whole` all of it. */
export function* networkFailure(
  cause: NetworkCause | 'clock_skew',
  call: PracticeCall,
  model: PracticeModel,
  shape: Shape,
  begin: (events: number) => Script,
  whole: () => Script,
): Script {
  const host = HOST[shape];
  switch (cause) {
    case 'network_dns':
      yield { kind: 'error', code: 'ENOTFOUND', message: `getaddrinfo ENOTFOUND ${host}` };
      return;
    case 'network_refused':
      yield { kind: 'error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:443' };
      return;
    case 'network_tls':
      yield { kind: 'error', code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' };
      return;
    case 'clock_skew':
      yield { kind: 'error', code: 'CERT_NOT_YET_VALID', message: 'certificate is not yet valid' };
      return;
    case 'network_reset_or_truncated':
      if (model.words.at !== 'before') yield* begin(2);
      yield { kind: 'error', code: 'ECONNRESET', message: 'read ECONNRESET' };
      return;
    case 'upstream_timeout':
      yield* timeout(model, begin);
      return;
    case 'proxy_interference':
      yield* jsonAnswer(
        403,
        { 'content-type': 'text/html; charset=utf-8', via: '1.1 proxy.corp.example', server: 'squid' },
        PROXY_PAGE,
      );
      return;
    case 'response_format':
      yield* broken(call, whole);
      return;
  }
}

function* timeout(model: PracticeModel, begin: (events: number) => Script): Script {
  const wait = { kind: 'wait', ms: SHORT_TIMEOUT_MS } as const;
  switch (model.words.at) {
    case 'connect':
      yield wait;
      yield { kind: 'error', code: 'UND_ERR_CONNECT_TIMEOUT', message: 'Connect Timeout Error (practice: shortened)' };
      return;
    case 'idle':
      yield* begin(2);
      yield wait;
      yield { kind: 'error', code: 'UND_ERR_BODY_TIMEOUT', message: 'Body Timeout Error (practice: shortened)' };
      return;
    default:
      yield wait;
      yield { kind: 'error', code: 'UND_ERR_HEADERS_TIMEOUT', message: 'Headers Timeout Error (practice: shortened)' };
  }
}

/**
 * A success that cannot be read: JSON that stops in its middle, although the message itself is whole. Of a stream, one event
 * is so damaged, and the stream goes on to its proper end.
 */
function* broken(call: PracticeCall, whole: () => Script): Script {
  if (!call.stream) {
    yield* jsonAnswer(
      200,
      { 'content-type': 'application/json' },
      '{"id":"practice","choices":[{"index":0,"message":{"role":"assist',
    );
    return;
  }
  let chunks = 0;
  for (const act of whole()) {
    if (act.kind === 'chunk') chunks += 1;
    yield act.kind === 'chunk' && chunks === DAMAGED_CHUNK ? { ...act, bytes: damaged(act.bytes.toString()) } : act;
  }
}

/** Behind what opens a stream in each dialect, before what ends it. */
const DAMAGED_CHUNK = 5;

/** Half of the chunk's JSON, in the same frame. */
function damaged(text: string): string {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}') + 1;
  return text.slice(0, from) + text.slice(from, from + ((to - from) >> 1)) + text.slice(to);
}

const PROXY_PAGE = `<!DOCTYPE html>
<html><head><title>Access Denied</title></head>
<body><h1>Access Denied</h1>
<p>Your organization's web filter blocked this page. Category: Generative AI.</p>
<p>Contact your network administrator if you believe this is a mistake.</p>
</body></html>
`;
