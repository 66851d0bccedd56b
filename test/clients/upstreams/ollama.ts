/**
 * Ollama's own API, as strict as the original and stricter: what Go's reader passes over in silence is refused here. Source:
 * github.com/ollama/ollama at fb307609, api/types.go, server/routes.go, docs/api.md.
 */
import { answer, type Call, type Reply, type Seen, USAGE } from '../model.ts';
import { VECTOR } from './openai.ts';
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

const SECRET = 'a-word-that-its-owner-asks-for';
const MODEL = 'qwen3-vl:8b';
const EMBEDDING_MODEL = 'nomic-embed-text';

export const ollama: Shape = {
  name: 'Ollama',
  secret: SECRET,
  model: MODEL,
  embeddingModel: EMBEDDING_MODEL,
  // Left to itself only what needs it goes to /api/chat; here everything does.
  provider: (url) => ({
    id: 'ollama',
    preset: 'ollama',
    dialect: 'openai-chat',
    baseUrl: `${url}/v1`,
    settings: { dialects: 'ollama-chat' },
  }),
  handle,
  error,
};

function error(status: number, message: string): WireAnswer {
  return { status, body: { error: message } };
}

function handle({ path, headers, body }: WireRequest): WireAnswer {
  if (headers.authorization !== `Bearer ${SECRET}`) return error(401, 'unauthorized');
  if (path === '/api/embed') return embed(body);
  demand(path === '/api/chat', '404 page not found', 404);
  onlyKnown(body, [
    'model',
    'messages',
    'stream',
    'format',
    'keep_alive',
    'tools',
    'options',
    'think',
    'truncate',
    'shift',
    'logprobs',
    'top_logprobs',
  ]);
  demand(body.model === MODEL, `model '${body.model}' not found`, 404);
  checkOptions(record(body.options));
  demand(
    body.think === undefined || typeof body.think === 'boolean' || /^(?:low|medium|high|max)$/.test(text(body.think)),
    `invalid think value: ${JSON.stringify(body.think)} (must be "high", "medium", "low", "max", true, or false)`,
  );
  const reply = answer(seen(body), { signedThinking: false });
  if (reply.error) return error(reply.error.status, reply.error.message);
  // Left out, it is true.
  return body.stream === false ? { status: 200, body: whole(reply) } : stream(reply);
}

const OPTIONS: Readonly<Record<string, string>> = {
  num_ctx: 'number',
  num_predict: 'number',
  temperature: 'number',
  top_p: 'number',
  top_k: 'number',
  min_p: 'number',
  seed: 'number',
  repeat_penalty: 'number',
  presence_penalty: 'number',
  frequency_penalty: 'number',
};

function checkOptions(options: Json): void {
  for (const [name, value] of Object.entries(options)) {
    if (name === 'stop') demand(Array.isArray(value), 'option "stop" must be of type array');
    else demand(typeof value === OPTIONS[name], `option "${name}" must be of type ${OPTIONS[name]}`);
  }
}

function seen(body: Json): Seen {
  const messages = records(body.messages);
  demand(messages.length > 0, 'messages are missing');
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const thinking: { text: string }[] = [];
  const said: Record<'system' | 'user', string[]> = { system: [], user: [] };
  for (const [index, message] of messages.entries()) {
    onlyKnown(message, ['role', 'content', 'thinking', 'images', 'tool_calls', 'tool_name', 'tool_call_id']);
    demand(typeof message.content === 'string', `messages[${index}].content of type string`);
    for (const image of (message.images ?? []) as unknown[]) {
      demand(/^[A-Za-z0-9+/]+=*$/.test(text(image)), `illegal base64 data at input byte 0`);
      images.push(Buffer.from(text(image), 'base64'));
    }
    switch (message.role) {
      case 'system':
      case 'user':
        said[message.role].push(text(message.content));
        break;
      case 'assistant':
        if (text(message.thinking) !== '') thinking.push({ text: text(message.thinking) });
        for (const call of records(message.tool_calls)) {
          const { name, arguments: input } = record(call.function);
          demand(typeof input === 'object' && input !== null, 'tool_calls.function.arguments of type map');
          calls.push({ id: text(call.id), name: text(name), input: record(input) });
        }
        break;
      case 'tool': {
        const call = calls.find(({ id }) => id === message.tool_call_id);
        demand(call && call.name === message.tool_name, `messages[${index}] answers no call`);
        results.push({ id: text(message.tool_call_id), text: text(message.content) });
        break;
      }
      default:
        demand(false, `messages[${index}]: unknown role ${JSON.stringify(message.role)}`);
    }
  }
  return {
    system: said.system.join('\n'),
    userText: said.user.join('\n'),
    tools: records(body.tools).map((tool) => {
      const { name, parameters } = record(tool.function);
      demand(tool.type === 'function' && record(parameters).type === 'object', 'tool of type function');
      return { name: text(name), schema: parameters };
    }),
    results,
    calls,
    images,
    schema: typeof body.format === 'object' ? body.format : undefined,
    thinking,
  };
}

const head = { model: MODEL, created_at: '2025-07-07T20:32:53.844124Z' };
const METRICS = {
  total_duration: 3244883583,
  load_duration: 2969184542,
  prompt_eval_count: USAGE.input,
  prompt_eval_duration: 141656333,
  eval_count: USAGE.output,
  eval_duration: 133293625,
};

/** The model's own ids stay out of it: Ollama makes some up, or, before it did, gave none. */
function wireCall({ name, input }: Call, index: number): Json {
  return { function: { index, name, arguments: input } };
}

function whole({ text: said = '', calls, thinking }: Reply): Json {
  const message = {
    role: 'assistant',
    content: said,
    ...(thinking ? { thinking: thinking.text } : {}),
    ...(calls ? { tool_calls: calls.map(wireCall) } : {}),
  };
  return { ...head, message, done: true, done_reason: 'stop', ...METRICS };
}

function stream({ text: said = '', calls = [], thinking }: Reply): WireAnswer {
  const line = (message: Json, more: Json = { done: false }) =>
    `${JSON.stringify({ ...head, message: { role: 'assistant', content: '', ...message }, ...more })}\n`;
  const lines = [
    ...pieces(thinking?.text ?? '').map((piece) => line({ thinking: piece })),
    ...pieces(said).map((piece) => line({ content: piece })),
    ...calls.map((call, index) => line({ tool_calls: [wireCall(call, index)] })),
    line({}, { done: true, done_reason: 'stop', ...METRICS }),
  ];
  const headers = { 'content-type': 'application/x-ndjson' };
  return { status: 200, headers, body: Buffer.from(lines.join(''), 'utf8') };
}

function embed(body: Json): WireAnswer {
  onlyKnown(body, ['model', 'input', 'truncate', 'options', 'keep_alive', 'dimensions']);
  demand(body.model === EMBEDDING_MODEL, `model "${body.model}" not found, try pulling it first`, 404);
  const texts = Array.isArray(body.input) ? body.input : [body.input];
  demand(
    texts.every((each) => typeof each === 'string'),
    'invalid input type',
  );
  return {
    status: 200,
    body: {
      model: EMBEDDING_MODEL,
      embeddings: texts.map(() => VECTOR),
      total_duration: 14143917,
      load_duration: 1019500,
      prompt_eval_count: USAGE.input,
    },
  };
}
