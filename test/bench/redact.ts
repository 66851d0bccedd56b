/**
 * Micro benchmark of redaction: microseconds per kilobyte of JSON with twenty stored secrets, per header list, and how
 * long bodies of a megabyte hold the thread. `node test/bench/redact.ts [--json]`.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deriveKeyPatterns } from '../../gateway/captures/key-patterns.ts';
import { createRedactor } from '../../gateway/captures/redact.ts';

const presets = JSON.parse(
  readFileSync(new URL('../../gateway/providers/data/providers.json', import.meta.url), 'utf8'),
).providers;
const secrets = Array.from({ length: 20 }, (_, index) => ({
  secret: index % 4 === 0 ? randomBytes(16).toString('hex') : `sk-proj-${randomBytes(36).toString('base64url')}`,
  kind: 'provider-key',
}));
const redactor = createRedactor({
  fingerprint: (secret) => createHmac('sha256', 'salt').update(secret).digest('hex').slice(0, 16),
  secrets: () => secrets,
  patterns: deriveKeyPatterns(presets),
});

const words =
  'the quick brown fox jumps over a lazy dog while gateways forward every request and keep the keys to themselves '.repeat(
    9,
  );
const answer = (content: string) =>
  Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-9zX2abcdEFGHijklMNOPqrstUVWX',
      object: 'chat.completion',
      created: 1_764_000_000,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, message: { role: 'assistant', content }, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 14, completion_tokens: 120, total_tokens: 134 },
      system_fingerprint: 'fp_44709d6fcb',
    }),
  );
const plain = answer(words.slice(0, 700));
const escaped = answer(`Lines\nand "quotes"\n${words.slice(0, 680)}`);
const found = answer(`${words.slice(0, 600)} ${secrets[3]?.secret} and so on`);
const headers = [
  ...['Host', '127.0.0.1:4141', 'User-Agent', 'OpenAI/JS 6.49.0', 'Content-Type', 'application/json'],
  ...['Accept', 'application/json', 'Authorization', `Bearer ${secrets[1]?.secret}`, 'Content-Length', '1020'],
  ...['X-Stainless-Lang', 'js', 'X-Stainless-Runtime', 'node', 'Accept-Encoding', 'gzip, deflate, br'],
];
const megabyte = {
  'prose JSON': answer(words.repeat(1200).slice(0, 1024 * 1024)),
  'escaped prose': answer(`${words}\n"a"\n`.repeat(1200).slice(0, 1024 * 1024)),
  'base64 image': answer(randomBytes(768 * 1024).toString('base64')),
  'random bytes': randomBytes(1024 * 1024),
};
const events = Buffer.from(
  Array.from(
    { length: 5000 },
    (_, index) =>
      `data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, delta: { content: ` word${index}` } }] })}\n\n`,
  ).join(''),
);

const results: Record<string, number> = {};
measure('1 KB JSON, nothing to find', 1000, () => redactor.redactBytes(plain, 'body'));
measure('1 KB JSON with escapes', 1000, () => redactor.redactBytes(escaped, 'body'));
measure('1 KB JSON with a stored secret', 1000, () => redactor.redactBytes(found, 'body'));
measure('headers of a request', 1000, () => redactor.redactHeaders(headers));
for (const [name, bytes] of Object.entries(megabyte)) {
  measure(`1 MB ${name}`, 5, () => redactor.redactBytes(bytes, 'body'));
}
measure(`${Math.round(events.length / 1024)} KB event stream`, 5, () =>
  redactor.redactBytes(events, 'body', { streamed: true }),
);

if (process.argv.includes('--json')) console.log(JSON.stringify(results));
else
  for (const [name, us] of Object.entries(results)) console.log(`${name.padEnd(34)} ${us.toFixed(2).padStart(10)} µs`);
const slow = Math.max(...Object.entries(results).flatMap(([name, us]) => (name.startsWith('1 KB') ? [us] : [])));
console.log(slow < 10 ? 'goal met: 1 KB under 10 µs' : `goal missed: 1 KB took ${slow.toFixed(1)} µs`);

function measure(name: string, times: number, run: () => unknown): void {
  for (let index = 0; index < times * 3; index++) run();
  const rounds = Array.from({ length: 7 }, () => {
    const before = performance.now();
    for (let index = 0; index < times; index++) run();
    return ((performance.now() - before) * 1000) / times;
  });
  results[name] = rounds.sort((a, b) => a - b)[3] as number;
}
