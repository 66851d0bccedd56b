import http from 'node:http';
import { createGatewayKey } from '../store/gateway-key.ts';
import { newRecordId } from '../store/ids.ts';
import { os } from './implementer.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

const APP_NAME = 'Practice';
const LABEL = 'try it';
const KEY_LIFE_MS = 3_600_000;
const TIMEOUT_MS = 30_000;
const MOST_ANSWER_BYTES = 1024 * 1024;

type Dialect = 'openai-chat' | 'anthropic-messages' | 'gemini';

/** "Try it": a real request through the gateway's own listener, with a key that is good for the practice provider only. */
export function practiceProcedures(deps: ControlDeps) {
  const keyFor = practiceKey(deps);
  return {
    try: os.practice.try.handler(async ({ input, context }) => {
      const { url, problem } = deps.listener();
      if (url === null) {
        throw new Problem(
          'FAILED',
          problem
            ? `Nothing can be tried: ${problem.sentence}`
            : 'The gateway is not listening, so nothing can be tried.',
          problem?.next ?? 'Start it with `keyward serve`.',
        );
      }
      const model = `practice/${input.model.replace(/^practice\//, '')}`;
      const startedAt = performance.now();
      const answer = await send(url, requestOf(input.dialect, model, input.prompt), await keyFor(context.actor));
      return { ...answer, durationMs: performance.now() - startedAt };
    }),
  };
}

/** The key of this process, made anew when it ran out, was revoked or removed. Its text is kept in memory only. */
function practiceKey(deps: ControlDeps) {
  const { store, now } = deps;
  let current: { id: string; text: string } | undefined;
  let pending: Promise<string> | undefined;
  const isGood = (id: string) => {
    const record = store.snapshot.gatewayKeys.get(id);
    return record?.revokedAt === null && record.expiresAt !== null && Date.parse(record.expiresAt) > now() + TIMEOUT_MS;
  };
  const issue = async (actor: string) => {
    const { key: text, ...fresh } = createGatewayKey(undefined, deps.random);
    const createdAt = new Date(now()).toISOString();
    await store.update({ actor, action: 'practice.key', subject: fresh.id }, (draft) => {
      let app = draft.apps.find(({ name, owner }) => name === APP_NAME && owner === null);
      if (!app) {
        app = { id: newRecordId('app', deps.random), name: APP_NAME, owner: null, recording: null, createdAt };
        draft.apps.push(app);
      }
      const appId = app.id;
      draft.gatewayKeys = draft.gatewayKeys.filter((key) => key.app !== appId || key.label !== LABEL);
      draft.gatewayKeys.push({
        ...fresh,
        app: appId,
        label: LABEL,
        createdAt,
        expiresAt: new Date(now() + KEY_LIFE_MS).toISOString(),
        revokedAt: null,
        scope: { providers: ['practice'] },
        limits: {},
        users: [],
        previous: null,
      });
    });
    current = { id: fresh.id, text };
    return text;
  };
  return (actor: string): Promise<string> => {
    if (current && isGood(current.id)) return Promise.resolve(current.text);
    // Two at once would each drop the other's key.
    pending ??= issue(actor).finally(() => {
      pending = undefined;
    });
    return pending;
  };
}

interface PracticeRequest {
  readonly path: string;
  readonly body: unknown;
}

function requestOf(dialect: Dialect, model: string, prompt: string): PracticeRequest {
  const messages = [{ role: 'user', content: prompt }];
  switch (dialect) {
    case 'openai-chat':
      return { path: '/v1/chat/completions', body: { model, messages } };
    case 'anthropic-messages':
      return { path: '/v1/messages', body: { model, max_tokens: 256, messages } };
    case 'gemini':
      return {
        path: `/v1beta/models/${encodeURIComponent(model)}:generateContent`,
        body: { contents: [{ role: 'user', parts: [{ text: prompt }] }] },
      };
  }
}

function send(
  gateway: string,
  request: PracticeRequest,
  key: string,
): Promise<{ capture: string; status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(JSON.stringify(request.body));
    let capture = '';
    let status = 0;
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    // A cut or stalled answer is what some practice models are for: it is an outcome, not a fault of this call.
    const settle = (error?: Error) => {
      clearTimeout(timer);
      if (status === 0) reject(unanswered(error));
      else resolve({ capture, status, text: textOf(Buffer.concat(parts).toString('utf8'), error) });
    };
    const outgoing = http.request(
      new URL(request.path, gateway),
      {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          authorization: `Bearer ${key}`,
          'user-agent': 'keyward-practice',
        },
      },
      (response) => {
        status = response.statusCode ?? 0;
        capture = String(response.headers['x-keyward-capture'] ?? '');
        response.on('data', (chunk: Buffer) => {
          sizeBytes += chunk.length;
          if (sizeBytes <= MOST_ANSWER_BYTES) parts.push(chunk);
        });
        response.on('end', () => settle());
        response.on('error', settle);
      },
    );
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no whole answer within ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    );
    outgoing.on('error', settle);
    outgoing.end(body);
  });
}

function unanswered(error: Error | undefined): Problem {
  return new Problem(
    'FAILED',
    `The gateway did not answer its own practice request (${error?.message ?? 'the connection was closed'}).`,
    'Run `keyward doctor`.',
  );
}

/** The words of an answer in any of the three dialects, or of its error. */
function textOf(body: string, error: Error | undefined): string {
  const answer = parse(body);
  const found =
    answer?.choices?.[0]?.message?.content ??
    joined(answer?.content) ??
    joined(answer?.candidates?.[0]?.content?.parts) ??
    answer?.error?.message;
  if (typeof found === 'string') return found;
  const shown = body.slice(0, 2000);
  return error ? `${shown}${shown === '' ? '' : '\n'}(${error.message})` : shown;
}

interface AnyAnswer {
  readonly choices?: readonly { readonly message?: { readonly content?: unknown } }[];
  readonly content?: unknown;
  readonly candidates?: readonly { readonly content?: { readonly parts?: unknown } }[];
  readonly error?: { readonly message?: unknown };
}

function parse(body: string): AnyAnswer | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // HTML, a cut body: shown as it came
  }
}

function joined(parts: unknown): string | undefined {
  if (!Array.isArray(parts)) return undefined;
  const texts = parts.flatMap((part) => (typeof part?.text === 'string' ? [part.text] : []));
  return texts.length > 0 ? texts.join('') : undefined;
}
