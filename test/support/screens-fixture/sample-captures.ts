/** Captures of every kind that the screens must be able to draw. */
import type {
  Capture,
  CaptureRow,
  Cause,
  Explanation,
  RecordedBody,
  Stage,
} from '../../../gateway/control/contract/index.ts';
import { LADDER_CHECKS, type LadderRung } from '../../../gateway/diagnosis/explanation.ts';

interface Kind {
  app: string | null;
  asked: string;
  provider: string | null;
  model: string | null;
  status: number | null;
  cause: Cause | null;
  stage: Stage | null;
  message: string;
  stream?: boolean;
  attempts?: number;
  cached?: boolean;
  practice?: boolean;
}

export const KINDS: readonly Kind[] = [
  {
    app: 'Cursor',
    asked: 'gpt-5-mini',
    provider: 'openai',
    model: 'gpt-5-mini',
    status: 200,
    cause: null,
    stage: null,
    message: 'Answered.',
    stream: true,
  },
  {
    app: 'Cursor',
    asked: 'openai/gpt-5',
    provider: 'openai',
    model: 'gpt-5',
    status: 401,
    cause: 'key_revoked',
    stage: 'forward',
    message: 'OpenAI rejected the key “work”: it was deleted.',
  },
  {
    app: 'Claude Code',
    asked: 'claude-sonnet-4-5',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    status: 400,
    cause: 'quota_exhausted',
    stage: 'forward',
    message: 'Anthropic has no credit left for this account.',
  },
  {
    app: 'nightly-report',
    asked: 'fast',
    provider: null,
    model: null,
    status: 401,
    cause: 'key_expired',
    stage: 'identify',
    message: 'The gateway key “server” of nightly-report expired 7 h ago.',
  },
  {
    app: 'Claude Code',
    asked: 'anthropic/claude-sonnet-4-5',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    status: 529,
    cause: 'provider_overloaded',
    stage: 'forward',
    message: 'Anthropic is overloaded.',
    attempts: 3,
  },
  {
    app: 'Open WebUI',
    asked: 'gemini/gemini-3-flash',
    provider: 'google-gemini',
    model: 'gemini-3-flash',
    status: 200,
    cause: null,
    stage: null,
    message: 'Answered.',
  },
  {
    app: null,
    asked: 'gpt-5-mini',
    provider: null,
    model: null,
    status: 401,
    cause: 'key_missing',
    stage: 'identify',
    message: 'No key was sent.',
  },
  {
    app: 'Keyward',
    asked: 'practice/ok',
    provider: 'practice',
    model: 'ok',
    status: 200,
    cause: null,
    stage: null,
    message: 'Answered.',
    practice: true,
  },
  {
    app: 'Keyward',
    asked: 'practice/key-expired',
    provider: 'practice',
    model: 'key-expired',
    status: 401,
    cause: 'key_expired',
    stage: 'forward',
    message: 'The practice provider says that the key expired.',
    practice: true,
  },
  {
    app: 'Cursor',
    asked: 'openai/gpt-5',
    provider: 'openai',
    model: 'gpt-5',
    status: null,
    cause: 'network_dns',
    stage: 'forward',
    message: 'The name api.openai.com could not be found.',
  },
];

export function captureRow(index: number, timeMs: number, kind: Kind): CaptureRow {
  const ok = kind.cause === null;
  return {
    id: captureId(timeMs, index),
    time: new Date(timeMs).toISOString(),
    state: 'done',
    app: kind.app,
    appId: kind.app ? `app_${kind.app.toLowerCase().slice(0, 8)}` : null,
    gatewayKeyId: kind.app ? 'k7f3a9' : null,
    provider: kind.provider,
    model: kind.model,
    askedModel: kind.asked,
    endpoint: 'chat.completions',
    method: 'POST',
    path: '/v1/chat/completions',
    status: kind.status,
    ok,
    cause: kind.cause,
    stage: kind.stage,
    message: kind.message,
    durationMs: ok ? 812.4 + (index % 17) * 131 : 41.7 + (index % 7) * 12,
    firstByteMs: ok ? 212.1 : 40.2,
    attempts: kind.provider ? (kind.attempts ?? 1) : 0,
    cached: kind.cached ?? false,
    stream: kind.stream ?? false,
    clientGone: false,
    inputTokens: ok ? 1204 + index : null,
    outputTokens: ok ? 318 : null,
    costUsd: ok ? 0.0021 : null,
    practice: kind.practice ?? false,
    keyId: kind.provider ? 'pk_b2c3d4e5' : null,
    keyVersion: kind.provider ? 3 : null,
    configVersion: 14,
    origin: null,
  };
}

/** Sorts by time, like real ones. */
function captureId(timeMs: number, index: number): string {
  return `c${timeMs.toString(32).padStart(10, '0')}${index.toString(32).padStart(10, '0')}`;
}

const MARK = '⟦redacted gateway-key 63 chars …x91k #9f3ab2c1⟧';
const KEY_MARK = '⟦redacted provider-key 51 chars …Qx91 #1a2b3c4d⟧';

function body(text: string, more: Partial<RecordedBody> = {}): RecordedBody {
  const sizeBytes = Buffer.byteLength(text);
  return { sizeBytes, text, keptBytes: sizeBytes, complete: true, redactions: [], ...more };
}

export function capture(row: CaptureRow): Capture {
  const asked = JSON.stringify({
    model: row.askedModel,
    stream: row.stream,
    messages: [
      { role: 'system', content: 'You are a careful assistant.' },
      { role: 'user', content: 'Summarise the quarterly report in three sentences.' },
    ],
    temperature: 0.2,
  });
  const error = JSON.stringify({
    error: { message: row.message, type: 'invalid_request_error', param: null, code: row.cause },
  });
  const answered = row.ok
    ? row.stream
      ? streamed()
      : body(
          JSON.stringify({ id: 'chatcmpl-1', choices: [{ message: { role: 'assistant', content: 'Revenue grew.' } }] }),
        )
    : body(error);
  const requestBody = body(asked);
  const attempts = Array.from({ length: row.attempts }, (_, index) => ({
    index,
    provider: row.provider ?? '',
    model: row.model ?? undefined,
    method: 'POST',
    url: 'https://api.openai.com/v1/chat/completions',
    requestHeaders: [
      ['host', 'api.openai.com'],
      ['authorization', `Bearer ${KEY_MARK}`],
      ['content-type', 'application/json'],
    ] as [string, string][],
    requestBody: { ...requestBody, sameAs: 'request' as const },
    key: { id: 'pk_b2c3d4e5', version: 3, label: 'work', lastFour: 'Qx91', fingerprint: 'fp_Qx91' },
    origins: [{ name: 'provider.base-url', origin: { from: 'preset', id: row.provider ?? '' } }],
    timings: {
      startMs: 2.1 + index * 400,
      dnsMs: index === 0 ? 9.8 : undefined,
      connectMs: index === 0 ? 21.3 : undefined,
      tlsMs: index === 0 ? 38.2 : undefined,
      sentMs: 38.9 + index * 400,
      firstByteMs: row.status === null ? undefined : 190 + index * 400,
      lastByteMs: row.status === null ? undefined : 230 + index * 400,
      endMs: row.status === null ? 60 : 231 + index * 400,
      reusedConnection: index > 0,
    },
    status: row.status ?? undefined,
    statusText: row.ok ? 'OK' : 'Unauthorized',
    responseHeaders: [
      ['content-type', row.stream ? 'text/event-stream' : 'application/json'],
      ['x-request-id', 'req_8f7e6d5c4b3a'],
    ] as [string, string][],
    responseBody: row.status === null ? undefined : answered,
    remoteAddress: '162.159.140.245:443',
    outcome: row.ok
      ? { ok: true }
      : {
          ok: false,
          cause: row.cause ?? undefined,
          errorCode: row.status === null ? 'ENOTFOUND' : undefined,
          errorMessage: row.status === null ? 'getaddrinfo ENOTFOUND api.openai.com' : undefined,
          movedOn:
            index + 1 < row.attempts ? 'Waited 400 ms and tried again: overloaded is worth another try.' : undefined,
        },
  }));
  return {
    ...row,
    durationMs: Math.max(row.durationMs ?? 0, attempts.at(-1)?.timings.endMs ?? 0),
    request: {
      method: 'POST',
      url: '/v1/chat/completions',
      httpVersion: '1.1',
      headers: [
        ['host', '127.0.0.1:4141'],
        ['authorization', `Bearer ${MARK}`],
        ['content-type', 'application/json'],
        ['user-agent', 'OpenAI/Python 2.1.0'],
        ['content-length', String(asked.length)],
      ],
      remoteAddress: '127.0.0.1:53122',
      body: requestBody,
      redactions: [
        {
          kind: 'gateway-key',
          where: 'request header authorization',
          length: 63,
          fingerprint: '9f3ab2c1',
          lastFour: 'x91k',
        },
      ],
    },
    credentialFrom: 'authorization',
    routeName: row.askedModel === 'fast' ? 'fast' : null,
    steps: steps(row),
    attemptList: attempts,
    answer:
      row.status === null && row.cause !== 'network_dns'
        ? null
        : {
            status: row.status ?? 502,
            headers: [
              ['content-type', row.stream ? 'text/event-stream' : 'application/json'],
              ['x-keyward-capture', row.id],
              ['x-keyward-cause', row.cause ?? ''],
            ],
            body: answered,
            firstByteMs: row.firstByteMs ?? undefined,
          },
    verdict: {
      ok: row.ok,
      cause: row.cause,
      stage: row.stage,
      message: row.message,
      status: row.status,
      endMs: row.durationMs ?? 0,
    },
    usage: row.ok ? { inputTokens: row.inputTokens ?? undefined, outputTokens: row.outputTokens ?? undefined } : null,
  };
}

function streamed(): RecordedBody {
  const events = ['Reve', 'nue ', 'grew ', 'by 4 %. ', 'Costs ', 'fell. ', 'Cash ', 'is ', 'fine.'].map(
    (word) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: word } }] })}\n\n`,
  );
  events.push('data: [DONE]\n\n');
  const sizes = events.map((event) => Buffer.byteLength(event));
  return body(events.join(''), { chunkSizes: sizes, chunkTimesMs: sizes.map((_, index) => 212 + index * 31.5) });
}

function steps(row: CaptureRow): Capture['steps'] {
  const all: Capture['steps'] = [];
  let atMs = 0.1;
  const add = (stage: Stage, summary: string, more: Partial<Capture['steps'][number]> = {}, tookMs = 0.2) => {
    const refused = row.stage === stage && !row.ok;
    all.push({
      stage,
      decision: refused ? 'refused' : 'passed',
      summary: refused ? row.message : summary,
      startMs: atMs,
      endMs: atMs + tookMs,
      ...more,
    });
    atMs += tookMs;
    return refused;
  };
  const stop =
    add('receive', 'POST /v1/chat/completions, 214 bytes of JSON.', {
      input: { bytes: 214 },
      output: { endpoint: 'chat.completions', dialect: 'openai-chat' },
    }) ||
    add('identify', `The gateway key belongs to ${row.app}.`, {
      rule: {
        name: 'gateway-key.expiry',
        origin: { from: 'gateway-key', id: 'k7f3a9' },
        value: '2026-11-23T06:00:00.000Z',
      },
      input: { credential: MARK, from: 'authorization' },
      output: { app: row.app, key: 'k7f3a9' },
      evidence: [{ what: 'credential', where: 'request header authorization', value: MARK }],
    }) ||
    add('authorize', 'This app may use the model.', {
      rule: { name: 'scope.models', origin: { from: 'gateway-key', id: 'k7f3a9' }, value: ['openai/gpt-5*'] },
    }) ||
    add('route', `To ${row.provider}/${row.model} with the key “work”.`, {
      rule: { name: 'model.provider-prefix', origin: { from: 'request', where: 'model' }, value: row.provider },
      evidence: [{ what: 'model asked for', where: '/model', value: row.askedModel ?? '' }],
    });
  if (!stop)
    add(
      'forward',
      `${row.provider} answered ${row.status}.`,
      { output: { status: row.status } },
      (row.durationMs ?? 50) - 2,
    );
  all.push({
    stage: 'respond',
    decision: 'passed',
    summary: `Answered ${row.status ?? 502} in the OpenAI form.`,
    startMs: atMs,
    endMs: atMs + 0.4,
  });
  return all;
}

export function explanation(row: CaptureRow): Explanation {
  const failedAt = row.ok
    ? LADDER_CHECKS.length
    : row.stage === 'identify'
      ? 1
      : row.cause?.startsWith('network')
        ? 6
        : row.cause === 'quota_exhausted' || row.cause === 'provider_overloaded'
          ? 9
          : 7;
  const ladder: LadderRung[] = LADDER_CHECKS.map((check, index) => ({
    check,
    result:
      index < failedAt
        ? check === 'cached' || check === 'translated'
          ? 'unknown'
          : 'passed'
        : index === failedAt
          ? 'failed'
          : 'unknown',
    evidence:
      index === failedAt
        ? [
            { what: 'status', where: 'response status', value: String(row.status ?? 'none') },
            { what: 'the provider’s code', where: 'response body /error/code', value: row.cause ?? '' },
            { what: 'key used', where: `provider key ${row.keyId}`, value: 'work, ends in Qx91' },
            { what: 'credential', where: 'request header authorization', value: MARK },
          ]
        : [],
  }));
  return {
    id: row.id,
    cause: row.cause,
    confidence: row.ok ? 1 : 0.93,
    status: 'likely',
    title: row.ok
      ? 'It was answered.'
      : row.cause === 'key_expired'
        ? 'The key has expired: it was good until yesterday, and nobody renewed it.'
        : row.message,
    detail: row.ok
      ? ''
      : `${row.provider ?? 'The gateway'} answered ${row.status} with code “${row.cause}”. The key was sent in the header authorization, has the shape of this provider's keys, and last worked on 22 Nov 2026, 18:04.`,
    why: row.ok
      ? undefined
      : 'Keys stop working when somebody deletes them on the provider’s page, when they leak and are withdrawn, or when their owner leaves the organisation.',
    ladder,
    alternatives: row.ok
      ? []
      : [
          { cause: 'key_mismatch', confidence: 0.04 },
          { cause: 'key_invalid_unknown', confidence: 0.02 },
        ],
    fixes: row.ok
      ? []
      : row.stage === 'identify'
        ? [{ id: 'extend', title: 'Extend the gateway key', action: { kind: 'gateway-keys.edit', id: 'p9z4t6' } }]
        : [
            { id: 'replace', title: 'Replace the key', action: { kind: 'keys.replace', id: 'pk_b2c3d4e5' } },
            { id: 'test', title: 'Test the key now', action: { kind: 'keys.test', id: 'pk_b2c3d4e5' } },
            {
              id: 'renew',
              title: 'Make a new key at OpenAI',
              action: null,
              url: 'https://platform.openai.com/api-keys',
            },
            { id: 'ask', title: 'Ask the owner of the organisation whether the key was withdrawn.', action: null },
          ],
    probes: [],
  };
}
