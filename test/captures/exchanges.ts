/** Exchanges as the pipeline would hand them over, for the tests of captures. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCaptureIds } from '../../gateway/captures/capture-id.ts';
import { deriveKeyPatterns } from '../../gateway/captures/key-patterns.ts';
import { createRecorder, type Recorder, type RecorderOptions } from '../../gateway/captures/recorder.ts';
import { createRedactor, type KnownSecret, type Redactor } from '../../gateway/captures/redact.ts';
import type { Attempt, Exchange, TappedBody } from '../../gateway/exchange.ts';
import { presets } from '../../gateway/providers/presets.ts';

export const ids = createCaptureIds();

export function tap(...chunks: (string | Buffer)[]): TappedBody {
  const buffers = chunks.map((chunk) => Buffer.from(chunk as string));
  const sizeBytes = buffers.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    chunks: buffers,
    sizeBytes,
    keptBytes: sizeBytes,
    chunkTimesMs: buffers.map((_, index) => 10 + index / 2),
    chunkSizes: buffers.map((chunk) => chunk.length),
    complete: true,
  };
}

export const patterns = deriveKeyPatterns(presets);

export function redactorFor(secrets: readonly KnownSecret[] = []): Redactor {
  return createRedactor({
    fingerprint: (secret) => createHmac('sha256', 'salt of this home').update(secret).digest('hex').slice(0, 32),
    secrets: () => secrets,
    patterns,
  });
}

export interface Ingredients {
  readonly body?: TappedBody;
  readonly answer?: TappedBody;
  readonly upstreamBody?: TappedBody | 'same';
  readonly clientBody?: TappedBody | 'same';
  readonly requestHeaders?: readonly string[];
  readonly attemptHeaders?: readonly string[];
  readonly responseHeaders?: readonly string[];
  readonly url?: string;
  readonly attemptUrl?: string;
  readonly status?: number;
  readonly cause?: Exchange['attempts'][number]['outcome'] extends undefined
    ? never
    : NonNullable<Attempt['outcome']>['cause'];
  readonly message?: string;
  readonly app?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly receivedAt?: number;
  readonly id?: string;
  readonly recording?: Exchange['recording'];
}

/** An exchange that has been forwarded, answered and judged. */
export function exchange(with_: Ingredients = {}): Exchange {
  const running = begun(with_);
  const status = with_.status ?? 200;
  const ok = status < 400;
  const cause = with_.cause ?? (ok ? undefined : 'other');
  const responseHeaders = with_.responseHeaders ?? ['Content-Type', 'application/json', 'x-request-id', 'req_123'];
  running.attempts.push({
    index: 0,
    provider: with_.provider ?? 'openai',
    model: with_.model ?? 'gpt-4o-mini',
    method: 'POST',
    url: with_.attemptUrl ?? 'https://api.openai.com/v1/chat/completions',
    requestHeaders: with_.attemptHeaders ?? ['Content-Type', 'application/json'],
    requestBody: with_.upstreamBody ?? 'same',
    key: { id: 'pk_1', version: 2, label: 'mine', lastFour: '4f2a', fingerprint: 'abcdef' },
    origins: [{ name: 'route.provider', origin: { from: 'provider', id: 'openai' } }],
    timings: { startMs: 0.25, connectMs: 1.5, sentMs: 2, firstByteMs: 8.125, endMs: 11, reusedConnection: false },
    status,
    statusText: 'OK',
    responseHeaders,
    responseBody: with_.answer ?? tap('{"choices":[{"message":{"content":"Hello back"}}]}'),
    outcome: { ok, ...(cause ? { cause } : {}), ...(with_.message ? { errorMessage: with_.message } : {}) },
  });
  running.answer = { status, headers: responseHeaders, body: with_.clientBody ?? 'same', firstByteMs: 8.25 };
  running.usage = { inputTokens: 12, outputTokens: 34 };
  running.verdict = {
    ok,
    cause: cause ?? null,
    stage: ok ? null : 'forward',
    message: with_.message ?? 'Answered.',
    status,
    endMs: 12.5,
  };
  return running;
}

/** An exchange that was accepted and is still running. */
export function begun(with_: Ingredients = {}): Exchange {
  const app = with_.app ?? 'cursor';
  const url = with_.url ?? '/v1/chat/completions';
  return {
    id: with_.id ?? ids.next(),
    receivedAt: with_.receivedAt ?? Date.now(),
    startedAt: performance.now(),
    configVersion: 7,
    request: {
      method: 'POST',
      url,
      path: url.split('?')[0] as string,
      httpVersion: '1.1',
      rawHeaders: with_.requestHeaders ?? ['Host', '127.0.0.1:4141', 'Content-Type', 'application/json'],
      remoteAddress: '127.0.0.1',
      body: with_.body ?? tap('{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'),
    },
    endpoint: {
      name: 'chat.completions',
      family: 'openai',
      dialect: 'openai-chat',
      upstreamPath: '/chat/completions',
      modelIn: 'body',
    },
    askedModel: with_.model ?? 'gpt-4o-mini',
    caller: { gatewayKeyId: 'gk1', appId: `app_${app}`, appName: app, label: 'laptop' },
    credentialFrom: 'authorization',
    recording: with_.recording ?? 'full',
    steps: [
      {
        stage: 'identify',
        decision: 'passed',
        summary: `The key of "${app}" is known.`,
        rule: { name: 'gateway-key.known', origin: { from: 'gateway-key', id: 'gk1' } },
        startMs: 0.1,
        endMs: 0.2,
      },
    ],
    attempts: [],
  };
}

export interface Home {
  readonly folder: string;
  readonly file: string;
  open(options?: Partial<RecorderOptions>): Promise<Recorder>;
  close(): Promise<void>;
}

/** A folder of its own, removed at the end with all recorders on it closed. */
export function home(): Home {
  const folder = mkdtempSync(path.join(tmpdir(), 'keyward-captures-'));
  const file = path.join(folder, 'captures.db');
  const recorders: Recorder[] = [];
  return {
    folder,
    file,
    async open(options = {}) {
      const recorder = await createRecorder({ file, redactor: redactorFor(), ids, ...options });
      recorders.push(recorder);
      return recorder;
    },
    async close() {
      await Promise.all(recorders.map((recorder) => recorder.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
