/**
 * Benchmark of the capture store: cost a request on the request path and in the worker, bytes a capture, and how long
 * listings take at size. `node test/bench/captures.ts [--rows 200000] [--json]`; a million rows take a while.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CaptureQuery } from '../../gateway/captures/capture.ts';
import { createCaptureIds } from '../../gateway/captures/capture-id.ts';
import { createRecorder } from '../../gateway/captures/recorder.ts';
import { createRedactor } from '../../gateway/captures/redact.ts';
import { CAUSES } from '../../gateway/causes.ts';
import type { Exchange } from '../../gateway/exchange.ts';
import { exchange, patterns, tap } from '../captures/exchanges.ts';

const argument = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const ROWS = argument('rows', 200_000);
const folder = mkdtempSync(path.join(tmpdir(), 'keyward-bench-'));
const file = path.join(folder, 'captures.db');
const results: Record<string, number> = {};

const PROVIDERS = ['openai', 'anthropic', 'google-gemini', 'groq', 'mistral', 'deepseek', 'openrouter', 'ollama'];
const SYLLABLES =
  'the an to of in it is re con er al ment ing tion ly un able pro vi de sta or ma ti na ra ble so ver est'.split(' ');
/** Made-up words as a language has them: common ones short, rare ones long. */
const WORDS = Array.from({ length: 4000 }, (_, nth) => {
  let text = '';
  let rest = nth + 1;
  while (rest > 0) {
    text += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return text;
});
const secrets = Array.from({ length: 20 }, () => ({
  secret: `sk-proj-${randomBytes(36).toString('base64url')}`,
  kind: 'provider-key',
}));
let seed = 1;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
/** Some words common, most rare, as in prose. */
const word = () => WORDS[Math.floor(random() ** 3 * WORDS.length)] as string;
const prose = (characters: number) => {
  let text = '';
  while (text.length < characters) text += `${word()} `;
  return text;
};

const START = Date.now() - 20 * 86_400_000;
let clock = START;
/** While writing is measured, exchanges come as fast as they would under load; the rest is spread over twenty days. */
let stepMs = 1;
const ids = createCaptureIds(() => clock);
const secret = secrets[3]?.secret as string;
const gatewayKey = `kw_ab12cd34_${randomBytes(32).toString('base64url')}a1b2c3`;

/** What an OpenAI client and OpenAI say to each other: two kilobytes of bodies, real headers. */
function typical(): Exchange {
  clock += stepMs;
  const failed = random() < 0.08;
  const model = pick(['gpt-4o-mini', 'gpt-4o', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'llama-3.3-70b']);
  const body = JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: prose(800) },
    ],
    temperature: 0.7,
  });
  const answer = failed
    ? JSON.stringify({
        error: { message: `The server had an error: ${prose(60)}`, type: 'server_error', param: null, code: null },
      })
    : JSON.stringify({
        id: `chatcmpl-${randomBytes(12).toString('hex')}`,
        object: 'chat.completion',
        created: 1_764_000_000,
        model,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: prose(700), refusal: null, annotations: [] },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 112, completion_tokens: 98, total_tokens: 210 },
        service_tier: 'default',
        system_fingerprint: 'fp_44709d6fcb',
      });
  const cause = pick(CAUSES);
  return exchange({
    id: ids.next(),
    receivedAt: Math.floor(clock),
    app: `app ${Math.floor(random() * 20)}`,
    provider: pick(PROVIDERS),
    model,
    status: failed ? pick([400, 401, 404, 429, 500, 503]) : 200,
    ...(failed ? { cause, message: `It failed: ${cause}, ${word()}.` } : {}),
    body: tap(body),
    answer: tap(answer),
    requestHeaders: [
      'Host',
      '127.0.0.1:4141',
      'Accept',
      'application/json',
      'User-Agent',
      'OpenAI/JS 6.49.0',
      'Content-Type',
      'application/json',
      'Authorization',
      `Bearer ${gatewayKey}`,
      'Content-Length',
      String(body.length),
      'X-Stainless-Lang',
      'js',
      'X-Stainless-Package-Version',
      '6.49.0',
      'X-Stainless-Os',
      'Linux',
      'X-Stainless-Arch',
      'x64',
      'X-Stainless-Runtime',
      'node',
      'X-Stainless-Runtime-Version',
      'v24.21.0',
      'X-Stainless-Retry-Count',
      '0',
      'Accept-Encoding',
      'gzip, deflate',
      'Connection',
      'keep-alive',
    ],
    attemptHeaders: [
      'host',
      'api.openai.com',
      'accept',
      'application/json',
      'user-agent',
      'OpenAI/JS 6.49.0',
      'content-type',
      'application/json',
      'authorization',
      `Bearer ${secret}`,
      'content-length',
      String(body.length),
    ],
    responseHeaders: [
      'Date',
      'Mon, 23 Nov 2026 23:32:05 GMT',
      'Content-Type',
      'application/json',
      'Content-Length',
      String(answer.length),
      'openai-processing-ms',
      '312',
      'openai-version',
      '2020-10-01',
      'x-ratelimit-limit-requests',
      '10000',
      'x-ratelimit-remaining-requests',
      '9999',
      'x-ratelimit-remaining-tokens',
      '199500',
      'x-request-id',
      `req_${randomBytes(16).toString('hex')}`,
      'Server',
      'cloudflare',
    ],
  });
}

const redactor = createRedactor({
  fingerprint: (text) => createHmac('sha256', 'salt').update(text).digest('hex').slice(0, 32),
  secrets: () => secrets,
  patterns,
});
const recorder = await createRecorder({
  file,
  redactor,
  ids,
  settings: () => ({
    captureBodyBytes: 1024 * 1024,
    retention: { maxAgeDays: 1e4, failureMaxAgeDays: 1e4, maxSizeMb: 1e6 },
  }),
});

try {
  await measureWriting();
  await fill();
  await measureReading();
} finally {
  await recorder.close();
  results['bytes a capture (goal 1536)'] = statSync(file).size / ROWS;
  if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true });
  else console.error(folder);
}
report();

async function measureWriting(): Promise<void> {
  const batches = Array.from({ length: 14 }, () => Array.from({ length: 430 }, typical));
  const main: number[] = [];
  const worker: number[] = [];
  for (const batch of batches) {
    const before = process.cpuUsage();
    const mainBefore = process.threadCpuUsage();
    for (const one of batch) {
      recorder.begin(one);
      recorder.finish(one);
    }
    const mainUsed = process.threadCpuUsage(mainBefore);
    main.push((mainUsed.user + mainUsed.system) / batch.length);
    await recorder.flush();
    const whole = process.cpuUsage(before);
    const mainWhole = process.threadCpuUsage(mainBefore);
    worker.push((whole.user + whole.system - mainWhole.user - mainWhole.system) / batch.length);
  }
  results['request path, CPU µs an exchange'] = median(main.slice(6));
  results['worker (and engine) meanwhile, CPU µs an exchange'] = median(worker.slice(6));
}

async function fill(): Promise<void> {
  stepMs = (20 * 86_400_000) / ROWS;
  const started = performance.now();
  let left = ROWS - 14 * 430;
  while (left > 0) {
    const count = Math.min(left, 1000);
    for (let nth = 0; nth < count; nth++) {
      const one = typical();
      recorder.begin(one);
      recorder.finish(one);
    }
    left -= count;
    await recorder.flush();
    if (left % 20_000 < 1000) {
      await recorder.settle();
      process.stderr.write(`\r${ROWS - left} rows `);
    }
  }
  const settling = performance.now();
  await recorder.settle();
  process.stderr.write('\n');
  results['filling, s'] = (settling - started) / 1000;
  const { captures } = await recorder.count();
  results.captures = captures;
}

async function measureReading(): Promise<void> {
  await time('newest page', 10, {}, 30);
  await time('a page deep down', 50, { before: await deepId() }, 10);
  await time('failed', 50, { failed: true }, 20);
  await time('an app', 50, { app: 'app 7' }, 20);
  await time('a provider and a model', 50, { provider: 'groq', model: 'gpt-4o' }, 20);
  await time('a cause', 50, { cause: 'key_expired' }, 20);
  await time('a status class', 50, { status: '5xx' }, 20);
  await time('four filters', 50, { app: 'app 3', provider: 'openai', failed: true, status: '4xx' }, 20);
  await time('filters that exclude each other', 50, { failed: false, status: '5xx' }, 20);
  await time('a day in the past', 50, { sinceMs: START + 5 * 86_400_000, untilMs: START + 6 * 86_400_000 }, 20);
  await time('a common word', 50, { text: WORDS[0] }, 20);
  await time('a rare word', 50, { text: WORDS[3999] }, 20);
  await time('three words', 50, { text: `${WORDS[1]} ${WORDS[2]} ${WORDS[3]}` }, 20);
  await time('the beginning of a word', 50, { text: (WORDS[3000] as string).slice(0, 4) }, 20);
  await time('a word and filters', 50, { text: WORDS[5], failed: true, app: 'app 2' }, 20);
  await time('a word that is nowhere', 50, { text: 'zzzznowhere' }, 20);
  const rows = await recorder.list({ limit: 200 });
  const times: number[] = [];
  for (const row of rows) {
    const started = performance.now();
    await recorder.get(row.id);
    times.push(performance.now() - started);
  }
  results['one capture, p95 ms'] = p95(times);
}

async function deepId(): Promise<string> {
  const rows = await recorder.list({ untilMs: START + 86_400_000, limit: 1 });
  return rows[0]?.id as string;
}

async function time(name: string, goalMs: number, query: CaptureQuery, times: number): Promise<void> {
  const taken: number[] = [];
  for (let nth = 0; nth < times; nth++) {
    const started = performance.now();
    await recorder.list(query);
    taken.push(performance.now() - started);
  }
  results[`${name}, p95 ms (goal ${goalMs})`] = p95(taken);
}

function report(): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify(results));
  else
    for (const [name, value] of Object.entries(results))
      console.log(`${name.padEnd(52)} ${value.toFixed(2).padStart(12)}`);
  const missed = Object.entries(results).filter(
    ([name, value]) => value > Number(/goal (\d+)/.exec(name)?.[1] ?? Infinity),
  );
  console.log(
    missed.length === 0
      ? 'goals met'
      : `goals missed: ${missed.map(([name, value]) => `${name} = ${value.toFixed(1)}`).join('; ')}`,
  );
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function p95(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] as number;
}
