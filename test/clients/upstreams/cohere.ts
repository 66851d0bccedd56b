/**
 * Cohere's chat v2 and embed v2, as strict as the original. Source: docs.cohere.com/reference/chat, …/chat-stream,
 * …/embed, docs.cohere.com/docs/structured-outputs, …/reasoning, …/tool-use-quickstart.
 */
import { answer, type Call, type Reply, type Seen, USAGE } from '../model.ts';
import { embeddings, VECTOR } from './openai.ts';
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

const SECRET = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7d';
const MODEL = 'command-a-03-2025';
const EMBEDDING_MODEL = 'embed-v4.0';

const FIELDS = [
  'model',
  'messages',
  'stream',
  'tools',
  'strict_tools',
  'documents',
  'citation_options',
  'response_format',
  'safety_mode',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'k',
  'p',
  'logprobs',
  'tool_choice',
  'thinking',
  'priority',
];

export const cohere: Shape = {
  name: 'Cohere',
  secret: SECRET,
  model: MODEL,
  embeddingModel: EMBEDDING_MODEL,
  lacks: [{ asked: 'image', words: /reads text only/ }],
  provider: (url) => ({ id: 'cohere', preset: 'cohere', dialect: 'cohere-v2', baseUrl: `${url}/v2` }),
  handle,
  error,
};

function handle({ path, headers, body }: WireRequest): WireAnswer {
  if (headers.authorization !== `Bearer ${SECRET}`) return error(401, 'invalid api token');
  if (path === '/v2/embed') return embed(body);
  // docs.cohere.com/docs/compatibility-api
  if (path === '/compatibility/v1/embeddings') return embeddings(body);
  demand(path === '/v2/chat', `${path} not found`, 404);
  onlyKnown(body, FIELDS);
  demand(body.model === MODEL, `model '${body.model}' not found, make sure the correct model ID was used`, 404);
  const reply = answer(seen(body), { signedThinking: false });
  if (reply.error) return error(reply.error.status, reply.error.message);
  return body.stream === true ? stream(reply) : { status: 200, body: whole(reply) };
}

function error(status: number, message: string): WireAnswer {
  return { status, body: { id: '0f0a0000-0000-4000-8000-000000000001', message } };
}

function seen(body: Json): Seen {
  const messages = records(body.messages);
  demand(messages.length > 0, 'invalid request: messages must not be empty');
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const said: Record<'system' | 'user', string[]> = { system: [], user: [] };
  for (const [index, message] of messages.entries()) {
    const parts =
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : records(message.content);
    const words = parts.map((part) => text(record(part).text)).join('');
    switch (message.role) {
      case 'system':
      case 'user':
        said[message.role].push(words);
        for (const part of parts.map(record)) {
          if (part.type !== 'image_url') continue;
          const base64 = /^data:image\/png;base64,(.+)$/.exec(text(record(part.image_url).url))?.[1];
          demand(base64 !== undefined, `messages[${index}]: image must be a data URL`);
          images.push(Buffer.from(base64, 'base64'));
        }
        break;
      case 'assistant':
        for (const call of records(message.tool_calls)) {
          const { name, arguments: input } = record(call.function);
          calls.push({ id: text(call.id), name: text(name), input: JSON.parse(text(input)) as Json });
        }
        demand(
          words !== '' || records(message.tool_calls).length > 0,
          `messages[${index}]: assistant message must have non-empty content or tool calls`,
        );
        break;
      case 'tool': {
        demand(
          calls.some(({ id }) => id === message.tool_call_id),
          `messages[${index}]: tool_call_id ${message.tool_call_id} is unknown`,
        );
        const documents = parts
          .map(
            (part) =>
              text(record(record(part).document).data) || text(record(record(record(part).document).data).content),
          )
          .join('');
        results.push({ id: text(message.tool_call_id), text: words || documents });
        break;
      }
      default:
        demand(false, `messages[${index}]: unknown role ${JSON.stringify(message.role)}`);
    }
  }
  const format = record(body.response_format);
  return {
    system: said.system.join('\n'),
    userText: said.user.join('\n'),
    tools: records(body.tools).map((tool) => ({
      name: text(record(tool.function).name),
      schema: record(tool.function).parameters,
    })),
    results,
    calls,
    images,
    schema: format.type === 'json_object' ? (format.json_schema ?? format.schema) : undefined,
    thinking: [],
  };
}

const TOOL_PLAN = 'I will ask for the weather.';
const WIRE_USAGE = {
  billed_units: { input_tokens: USAGE.input, output_tokens: USAGE.output },
  tokens: { input_tokens: USAGE.input, output_tokens: USAGE.output },
};

function wireCall({ id, name, input }: Call): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

function whole(reply: Reply): Json {
  const { calls } = reply;
  return {
    id: 'c14c80c3-18eb-4519-9460-6c92edd8cfb4',
    finish_reason: calls ? 'TOOL_CALL' : 'COMPLETE',
    message: {
      role: 'assistant',
      ...(calls ? { tool_plan: TOOL_PLAN, tool_calls: calls.map(wireCall) } : { content: contentOf(reply) }),
    },
    usage: WIRE_USAGE,
  };
}

function contentOf({ text: said = '' }: Reply): Json[] {
  return [{ type: 'text', text: said }];
}

function stream(reply: Reply): WireAnswer {
  const event = (type: string, fields: Json) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const delta = (message: Json) => ({ delta: { message } });
  const lines = [
    event('message-start', {
      id: '29f14a5a-11de-4cae-9800-25e4747408ea',
      ...delta({ role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }),
    }),
  ];
  if (reply.calls) {
    for (const piece of pieces(TOOL_PLAN)) lines.push(event('tool-plan-delta', delta({ tool_plan: piece })));
    for (const [index, call] of reply.calls.entries()) {
      const started = { ...wireCall(call), function: { name: call.name, arguments: '' } };
      lines.push(event('tool-call-start', { index, ...delta({ tool_calls: started }) }));
      for (const piece of pieces(JSON.stringify(call.input)))
        lines.push(event('tool-call-delta', { index, ...delta({ tool_calls: { function: { arguments: piece } } }) }));
      lines.push(event('tool-call-end', { index }));
    }
  } else {
    lines.push(event('content-start', { index: 0, ...delta({ content: { type: 'text', text: '' } }) }));
    for (const piece of pieces(reply.text ?? ''))
      lines.push(event('content-delta', { index: 0, ...delta({ content: { text: piece } }) }));
    lines.push(event('content-end', { index: 0 }));
  }
  lines.push(
    event('message-end', { delta: { finish_reason: reply.calls ? 'TOOL_CALL' : 'COMPLETE', usage: WIRE_USAGE } }),
  );
  return { status: 200, body: Buffer.from(lines.join(''), 'utf8') };
}

function embed(body: Json): WireAnswer {
  onlyKnown(body, [
    'model',
    'input_type',
    'texts',
    'inputs',
    'images',
    'embedding_types',
    'truncate',
    'output_dimension',
    'max_tokens',
    'priority',
  ]);
  demand(text(body.input_type) !== '', 'input_type is required');
  const texts = Array.isArray(body.texts) ? body.texts : records(body.inputs);
  return {
    status: 200,
    body: {
      id: '3198467e-399f-4d4a-aa2c-58af93bd6dc4',
      embeddings: { float: texts.map(() => VECTOR) },
      texts,
      meta: { api_version: { version: '2' }, billed_units: { input_tokens: 5 } },
    },
  };
}
