/** Captures as the recorder would write them, for tests of what is made of them. */
import type { Capture, RecordedAttempt, RecordedBody, RecordedStep } from '../../gateway/captures/capture.ts';
import type { Cause, Stage } from '../../gateway/causes.ts';

export function body(text: string): RecordedBody {
  return {
    sizeBytes: Buffer.byteLength(text),
    keptBytes: Buffer.byteLength(text),
    text,
    complete: true,
    redactions: [],
  };
}

export function step(
  stage: Stage,
  decision: RecordedStep['decision'] = 'passed',
  more: Partial<RecordedStep> = {},
): RecordedStep {
  return { stage, decision, summary: `${stage} ${decision}`, startMs: 0, endMs: 1, ...more };
}

export const PASSED_STEPS = (['receive', 'identify', 'authorize', 'route'] as const).map((stage) => step(stage));

export function attempt(more: Partial<RecordedAttempt> = {}): RecordedAttempt {
  return {
    index: 0,
    provider: 'openai',
    model: 'gpt-4o-mini',
    method: 'POST',
    url: 'https://api.openai.com/v1/chat/completions',
    requestHeaders: [['authorization', 'Bearer ⟦provider-key:51:ab12⟧']],
    requestBody: { ...body('{"model":"gpt-4o-mini"}'), sameAs: 'request' },
    key: { id: 'pk_12345678', version: 1, label: 'main', lastFour: 'ab12', fingerprint: 'f1' },
    origins: [],
    timings: { startMs: 2, connectMs: 5, endMs: 30 },
    ...more,
  };
}

export function capture(
  verdict: { ok?: boolean; cause?: Cause | null; stage?: Stage; message?: string; clientGone?: boolean },
  more: Partial<Capture> = {},
): Capture {
  return {
    id: 'c0123456789abcdefghjk',
    time: '2026-11-23T12:00:00.000Z',
    state: 'done',
    app: 'demo',
    appId: 'app_12345678',
    gatewayKeyId: 'gk12345678',
    provider: null,
    model: null,
    askedModel: 'openai/gpt-4o-mini',
    endpoint: 'chat.completions',
    method: 'POST',
    path: '/v1/chat/completions',
    status: 200,
    ok: verdict.ok ?? false,
    cause: verdict.cause ?? null,
    stage: verdict.stage ?? null,
    message: verdict.message ?? '',
    durationMs: 30,
    firstByteMs: null,
    attempts: more.attemptList?.length ?? 0,
    cached: false,
    stream: false,
    clientGone: verdict.clientGone ?? false,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    practice: false,
    keyId: more.attemptList?.[0]?.key?.id ?? null,
    keyVersion: more.attemptList?.[0]?.key?.version ?? null,
    configVersion: 1,
    origin: null,
    request: {
      method: 'POST',
      url: '/v1/chat/completions',
      httpVersion: '1.1',
      headers: [],
      remoteAddress: '127.0.0.1',
      body: body('{"model":"gpt-4o-mini"}'),
      redactions: [],
    },
    credentialFrom: 'authorization',
    routeName: null,
    steps: PASSED_STEPS,
    attemptList: [],
    answer: null,
    verdict: {
      ok: verdict.ok ?? false,
      cause: verdict.cause ?? null,
      stage: verdict.stage ?? null,
      message: verdict.message ?? '',
      status: 200,
      endMs: 30,
      clientGone: verdict.clientGone,
    },
    usage: null,
    ...more,
  };
}
