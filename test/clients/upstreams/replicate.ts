/**
 * Replicate's API for official language models, as strict as the original: runs that are created, waited for, looked at,
 * called off, and streamed from another address that wants no key. Source: replicate.com/docs/reference/http,
 * …/topics/predictions/create-a-prediction, …/topics/predictions/streaming, and the input schema of the models below.
 */
import { answer, type Case, USAGE } from '../model.ts';
import {
  demand,
  type Json,
  onlyKnown,
  pieces,
  record,
  records,
  type Shape,
  text,
  type WireAnswer,
  type WireRequest,
} from './upstream.ts';

const SECRET = `r8_${'tableRow0000'.repeat(4).slice(0, 37)}`;
const MODEL = 'openai/gpt-4.1-mini';

/** replicate.com/openai/gpt-4.1-mini, *Input schema*. */
const INPUTS = [
  'prompt',
  'system_prompt',
  'messages',
  'image_input',
  'temperature',
  'max_completion_tokens',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
];

const runs = new Map<string, { readonly said: string; readonly failed: boolean; looks: number; canceled: boolean }>();

/** Tools are refused in words. */
const NO_TOOLS = (['tool', 'parallel', 'thinking', 'read'] as const).map((asked: Case) => ({
  asked,
  words: /cannot call tools/,
}));

export const replicate: Shape = {
  name: 'Replicate',
  secret: SECRET,
  model: MODEL,
  // Vercel's package for Anthropic asks for a schema by way of a tool, all others in words of their own.
  lacks: [...NO_TOOLS, { asked: 'schema', words: /cannot call tools/, unlessAnswered: true }],
  provider: (url) => ({ id: 'replicate', preset: 'replicate', dialect: 'replicate-predictions', baseUrl: `${url}/v1` }),
  handle,
  error,
};

const TITLES: Readonly<Record<number, string>> = { 401: 'Unauthenticated', 404: 'Not found', 422: 'Invalid input' };

function error(status: number, detail: string): WireAnswer {
  return { status, body: { title: TITLES[status] ?? 'Error', detail, status } };
}

function handle(request: WireRequest): WireAnswer {
  const { path, method, headers, body } = request;
  const streamed = /^\/v1\/files\/(.+)$/.exec(path)?.[1];
  if (streamed) return stream(streamed, headers);
  if (headers.authorization !== `Bearer ${SECRET}`) return error(401, 'You did not pass a valid authentication token');
  const looked = /^\/v1\/predictions\/([a-z0-9]+)(\/cancel)?$/.exec(path);
  if (looked) return looked[2] ? cancel(looked[1] ?? '') : look(looked[1] ?? '', method);
  demand(
    path === `/v1/models/${MODEL}/predictions` && method === 'POST',
    'The requested resource could not be found.',
    404,
  );
  return create(request, body);
}

function create({ headers }: WireRequest, body: Json): WireAnswer {
  onlyKnown(body, ['input', 'stream', 'webhook', 'webhook_events_filter', 'version']);
  const input = record(body.input);
  onlyKnown(input, INPUTS);
  demand(
    [input.prompt, input.messages].filter((one) => one !== undefined).length === 1,
    '- input: prompt is required\n',
    422,
  );
  const reply = answer(seen(input), { signedThinking: false });
  if (reply.error) return error(reply.error.status, reply.error.message);
  const id = `r${runs.size}x1e3dcmhrmc0cm8rbatcneec`;
  runs.set(id, { said: reply.text ?? '', failed: false, looks: 0, canceled: false });
  const wait = /^wait(?:=\d+)?$/.test(text(headers.prefer));
  demand(body.stream !== true || !wait, 'A stream is not waited for.');
  return { status: wait ? 201 : 202, body: prediction(id, wait ? 'succeeded' : 'starting', text(headers.host)) };
}

function seen(input: Json) {
  const messages = records(input.messages);
  for (const { content } of messages)
    demand(typeof content === 'string', '- input.messages: a text is expected\n', 422);
  const by = (role: string) => messages.filter((message) => message.role === role).map(({ content }) => text(content));
  return {
    system: messages.length > 0 ? by('system').join('\n') : text(input.system_prompt),
    userText: messages.length > 0 ? by('user').join('\n') : text(input.prompt),
    tools: [],
    results: [],
    calls: [],
    images: (Array.isArray(input.image_input) ? input.image_input : []).map((url) =>
      Buffer.from(/^data:image\/png;base64,(.+)$/.exec(text(url))?.[1] ?? '', 'base64'),
    ),
    // No schema can be asked for; the instructions may ask for it in words.
    schema: /valid under this JSON schema/.test(text(input.system_prompt)) ? {} : undefined,
    thinking: [],
  };
}

const METRICS = {
  input_token_count: USAGE.input,
  output_token_count: USAGE.output,
  predict_time: 0.9,
  time_to_first_token: 0.2,
  tokens_per_second: 90,
  total_time: 1.1,
};

function prediction(id: string, status: string, host: string): Json {
  const run = runs.get(id);
  const over = status === 'succeeded';
  return {
    id,
    model: MODEL,
    version: 'hidden',
    input: {},
    logs: '',
    output: over ? pieces(run?.said ?? '') : null,
    data_removed: false,
    error: null,
    status,
    created_at: '2026-11-30T01:00:00.000Z',
    ...(over ? { completed_at: '2026-11-30T01:00:01.100Z', metrics: METRICS } : {}),
    urls: {
      // Not the addresses of this server: whoever follows them leaves it.
      get: `https://api.replicate.com/v1/predictions/${id}`,
      cancel: `https://api.replicate.com/v1/predictions/${id}/cancel`,
      stream: `http://${host}/v1/files/bcwr-${id}`,
    },
  };
}

function look(id: string, method: string): WireAnswer {
  const run = runs.get(id);
  if (!run || method !== 'GET') return error(404, 'The requested resource could not be found.');
  run.looks += 1;
  return { status: 200, body: prediction(id, run.canceled ? 'canceled' : 'succeeded', '') };
}

function cancel(id: string): WireAnswer {
  const run = runs.get(id);
  if (run) run.canceled = true;
  return { status: 200, body: prediction(id, 'canceled', '') };
}

/** Each line of a piece is a data line of its own (html.spec.whatwg.org, server-sent events). */
export function outputEvent(piece: string): string {
  return `event: output\nid: 1690212292:0\n${piece
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

function stream(name: string, headers: WireRequest['headers']): WireAnswer {
  const run = runs.get(name.replace('bcwr-', ''));
  demand(run && text(headers.accept).includes('text/event-stream'), 'Not found', 404);
  const lines = [': hi\n\n', ...pieces(run.said).map(outputEvent), 'event: done\ndata: {}\n\n'];
  return { status: 200, body: Buffer.from(lines.join(''), 'utf8') };
}
