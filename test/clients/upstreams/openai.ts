/**
 * OpenAI's chat completions, responses and embeddings, as strict as the original. Source:
 * platform.openai.com/docs/api-reference (chat/create, responses/create, embeddings/create, streaming events).
 */
import { answer, type Call, type Reply, type Seen, USAGE } from '../model.ts';
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

const SECRET = `sk-proj-${'a1B2'.repeat(12)}`;
const MODEL = 'gpt-5-mini';

const CHAT_FIELDS = [
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'response_format',
  'reasoning_effort',
  'user',
  'n',
  'seed',
  'metadata',
  'store',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'top_logprobs',
  'safety_identifier',
  'service_tier',
  'verbosity',
  'prompt_cache_key',
];

const RESPONSE_FIELDS = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'stream',
  'store',
  'include',
  'reasoning',
  'text',
  'max_output_tokens',
  'temperature',
  'top_p',
  'user',
  'metadata',
  'prompt_cache_key',
  'truncation',
  'safety_identifier',
  'service_tier',
  'client_metadata',
  'previous_response_id',
  'stream_options',
];

export const openai: Shape = {
  name: 'OpenAI',
  secret: SECRET,
  model: MODEL,
  embeddingModel: 'text-embedding-3-small',
  provider: (url) => ({ id: 'openai', preset: 'openai', dialect: 'openai-chat', baseUrl: `${url}/v1` }),
  handle,
  error,
};

function handle(request: WireRequest): WireAnswer {
  const { path, body, headers } = request;
  if (headers.authorization !== `Bearer ${SECRET}`) return error(401, 'Incorrect API key provided.');
  if (path === '/v1/chat/completions') return chat(body);
  if (path === '/v1/responses') return responses(body);
  if (path === '/v1/embeddings') return embeddings(body);
  if (path === '/v1/models') return { status: 200, body: { object: 'list', data: [{ id: MODEL, object: 'model' }] } };
  return error(404, `Invalid URL (${request.method} ${path})`);
}

const CODES: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['invalid_request_error', 'permission_denied'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

function error(status: number, message: string): WireAnswer {
  const [type, code] = CODES[status] ?? ['server_error', null];
  return { status, body: { error: { message, type, param: null, code } } };
}

const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const bytes = (lines: readonly string[]) => Buffer.from(lines.join(''), 'utf8');

// Chat completions

function chat(body: Json): WireAnswer {
  onlyKnown(body, CHAT_FIELDS);
  demand(text(body.model) === MODEL, `The model ${JSON.stringify(body.model)} does not exist.`, 404);
  const reply = answer(seenInChat(body), { signedThinking: false });
  if (reply.error) return error(reply.error.status, reply.error.message);
  return body.stream === true ? chatStream(body, reply) : { status: 200, body: chatWhole(reply) };
}

export function seenInChat(body: Json): Seen {
  const messages = records(body.messages);
  demand(messages.length > 0, 'messages must not be empty');
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const user: string[] = [];
  const system: string[] = [];
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const parts =
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : records(message.content);
    const said = parts.map((part) => text(record(part).text)).join('');
    if (message.role !== 'tool')
      demand(open.length === 0, `messages[${index}]: tool_call_ids without a response: ${open.join(', ')}`);
    switch (message.role) {
      case 'system':
      case 'developer':
        system.push(said);
        break;
      case 'user':
        user.push(said);
        for (const part of parts.map(record)) {
          demand(['text', 'image_url'].includes(text(part.type)), `messages[${index}]: unknown part ${part.type}`);
          if (part.type === 'image_url') images.push(dataUrl(text(record(part.image_url).url)));
        }
        break;
      case 'assistant':
        for (const call of records(message.tool_calls)) {
          const fn = record(call.function);
          calls.push({ id: text(call.id), name: text(fn.name), input: JSON.parse(text(fn.arguments)) as Json });
          open.push(text(call.id));
        }
        break;
      case 'tool':
        demand(open.includes(text(message.tool_call_id)), `messages[${index}]: tool_call_id answers no call`);
        open = open.filter((id) => id !== message.tool_call_id);
        results.push({ id: text(message.tool_call_id), text: said });
        break;
      default:
        demand(false, `messages[${index}]: Invalid value: ${JSON.stringify(message.role)}`);
    }
  }
  demand(open.length === 0, `tool_call_ids without a response: ${open.join(', ')}`);
  const format = record(body.response_format);
  return {
    system: system.join('\n'),
    userText: user.join('\n'),
    tools: records(body.tools).map((tool) => {
      demand(tool.type === 'function', `tools: unsupported type ${JSON.stringify(tool.type)}`);
      const fn = record(tool.function);
      return { name: text(fn.name), schema: fn.parameters };
    }),
    results,
    calls,
    images,
    schema: format.type === 'json_schema' ? record(format.json_schema).schema : undefined,
    thinking: [],
  };
}

function dataUrl(url: string): Buffer {
  const base64 = /^data:image\/png;base64,(.+)$/.exec(url)?.[1];
  demand(base64 !== undefined, 'image_url must be a data URL of a PNG here');
  return Buffer.from(base64, 'base64');
}

const CHAT_HEAD = { id: 'chatcmpl-BtableRow0001', created: 1_767_225_600, model: `${MODEL}-2025-08-07` };
const CHAT_USAGE = {
  prompt_tokens: USAGE.input,
  completion_tokens: USAGE.output,
  total_tokens: USAGE.input + USAGE.output,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

function wireCall(call: Call): Json {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.input) } };
}

function chatWhole(reply: Reply): Json {
  const message = {
    role: 'assistant',
    content: reply.text ?? null,
    refusal: null,
    ...(reply.calls ? { tool_calls: reply.calls.map(wireCall) } : {}),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: reply.calls ? 'tool_calls' : 'stop' };
  return { ...CHAT_HEAD, object: 'chat.completion', choices: [choice], usage: CHAT_USAGE };
}

function chatStream(body: Json, reply: Reply): WireAnswer {
  const chunk = (delta: Json, finish: string | null = null) =>
    sse({ ...CHAT_HEAD, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
  const lines = [chunk({ role: 'assistant', content: '', refusal: null })];
  for (const piece of pieces(reply.text ?? '')) lines.push(chunk({ content: piece }));
  for (const [index, call] of (reply.calls ?? []).entries()) {
    const whole = wireCall(call);
    lines.push(chunk({ tool_calls: [{ index, ...whole, function: { name: call.name, arguments: '' } }] }));
    for (const piece of pieces(JSON.stringify(call.input)))
      lines.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
  }
  lines.push(chunk({}, reply.calls ? 'tool_calls' : 'stop'));
  if (record(body.stream_options).include_usage === true)
    lines.push(sse({ ...CHAT_HEAD, object: 'chat.completion.chunk', choices: [], usage: CHAT_USAGE }));
  return { status: 200, body: bytes([...lines, 'data: [DONE]\n\n']) };
}

// Responses

function responses(body: Json): WireAnswer {
  onlyKnown(body, RESPONSE_FIELDS);
  demand(text(body.model) === MODEL, `The model ${JSON.stringify(body.model)} does not exist.`, 404);
  const reply = answer(seenInResponses(body), { signedThinking: wantsEncrypted(body) });
  if (reply.error) return error(reply.error.status, reply.error.message);
  const output = outputItems(reply, wantsEncrypted(body));
  return body.stream === true ? responseStream(output) : { status: 200, body: response(output, 'completed') };
}

function wantsEncrypted(body: Json): boolean {
  return Array.isArray(body.include) && body.include.includes('reasoning.encrypted_content');
}

function seenInResponses(body: Json): Seen {
  const items: Json[] = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : records(body.input);
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const user: string[] = [];
  const system: string[] = [text(body.instructions)];
  const thinking: { signature?: string }[] = [];
  for (const [index, item] of items.entries()) {
    const parts = typeof item.content === 'string' ? [{ text: item.content }] : records(item.content);
    const said = parts.map((part) => text(record(part).text)).join('');
    switch (item.type ?? 'message') {
      case 'message':
        if (item.role === 'user') user.push(said);
        else if (item.role === 'system' || item.role === 'developer') system.push(said);
        for (const part of parts.map(record))
          if (part.type === 'input_image') images.push(dataUrl(text(part.image_url)));
        break;
      case 'function_call':
        calls.push({ id: text(item.call_id), name: text(item.name), input: JSON.parse(text(item.arguments)) as Json });
        break;
      case 'function_call_output':
        demand(
          calls.some(({ id }) => id === item.call_id),
          `input[${index}]: No tool call found for ${item.call_id}`,
        );
        results.push({
          id: text(item.call_id),
          text:
            text(item.output) ||
            records(item.output)
              .map((part) => text(part.text))
              .join(''),
        });
        break;
      case 'reasoning':
        thinking.push({ signature: text(item.encrypted_content) });
        break;
      default:
        demand(false, `input[${index}]: Invalid value: ${JSON.stringify(item.type)}`);
    }
  }
  const unanswered = calls.find(({ id }) => !results.some((result) => result.id === id));
  demand(!unanswered, `No tool output found for function call ${unanswered?.id}.`);
  const format = record(record(body.text).format);
  return {
    system: system.join('\n'),
    userText: user.join('\n'),
    tools: records(body.tools)
      .filter(({ type }) => type === 'function')
      .map((tool) => ({ name: text(tool.name), schema: tool.parameters })),
    results,
    calls,
    images,
    schema: format.type === 'json_schema' ? format.schema : undefined,
    thinking,
  };
}

function outputItems(reply: Reply, encrypted: boolean): Json[] {
  const items: Json[] = [];
  if (reply.thinking)
    items.push({
      type: 'reasoning',
      id: 'rs_0001',
      summary: [{ type: 'summary_text', text: reply.thinking.text }],
      ...(encrypted ? { encrypted_content: reply.thinking.signature } : {}),
    });
  if (reply.text !== undefined)
    items.push({
      type: 'message',
      id: 'msg_0001',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: reply.text, annotations: [] }],
    });
  for (const [index, call] of (reply.calls ?? []).entries())
    items.push({
      type: 'function_call',
      id: `fc_000${index + 1}`,
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.input),
      status: 'completed',
    });
  return items;
}

function response(output: readonly Json[], status: string): Json {
  return {
    id: 'resp_0001',
    object: 'response',
    created_at: 1_767_225_600,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    model: MODEL,
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    metadata: {},
    usage:
      status === 'completed'
        ? {
            input_tokens: USAGE.input,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: USAGE.output,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: USAGE.input + USAGE.output,
          }
        : null,
  };
}

function responseStream(output: readonly Json[]): WireAnswer {
  let sequence = 0;
  const event = (type: string, fields: Json) =>
    `event: ${type}\n${sse({ type, sequence_number: sequence++, ...fields })}`;
  const lines = [
    event('response.created', { response: response([], 'in_progress') }),
    event('response.in_progress', { response: response([], 'in_progress') }),
  ];
  for (const [output_index, item] of output.entries()) {
    const at = { output_index, item_id: item.id };
    lines.push(event('response.output_item.added', { output_index, item: begun(item) }));
    if (item.type === 'message') lines.push(...messageEvents(event, at, text(record(records(item.content)[0]).text)));
    if (item.type === 'reasoning') lines.push(...summaryEvents(event, at, text(record(records(item.summary)[0]).text)));
    if (item.type === 'function_call') {
      for (const delta of pieces(text(item.arguments)))
        lines.push(event('response.function_call_arguments.delta', { ...at, delta }));
      lines.push(event('response.function_call_arguments.done', { ...at, arguments: item.arguments }));
    }
    lines.push(event('response.output_item.done', { output_index, item }));
  }
  lines.push(event('response.completed', { response: response(output, 'completed') }));
  return { status: 200, body: bytes(lines) };
}

type Event = (type: string, fields: Json) => string;

function begun(item: Json): Json {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] };
  if (item.type === 'reasoning') return { ...item, summary: [] };
  return { ...item, status: 'in_progress', arguments: '' };
}

function messageEvents(event: Event, at: Json, whole: string): string[] {
  const part = (said: string) => ({ type: 'output_text', text: said, annotations: [] });
  const place = { ...at, content_index: 0 };
  return [
    event('response.content_part.added', { ...place, part: part('') }),
    ...pieces(whole).map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })),
    event('response.output_text.done', { ...place, text: whole, logprobs: [] }),
    event('response.content_part.done', { ...place, part: part(whole) }),
  ];
}

function summaryEvents(event: Event, at: Json, whole: string): string[] {
  const part = (said: string) => ({ type: 'summary_text', text: said });
  const place = { ...at, summary_index: 0 };
  return [
    event('response.reasoning_summary_part.added', { ...place, part: part('') }),
    ...pieces(whole).map((delta) => event('response.reasoning_summary_text.delta', { ...place, delta })),
    event('response.reasoning_summary_text.done', { ...place, text: whole }),
    event('response.reasoning_summary_part.done', { ...place, part: part(whole) }),
  ];
}

// Embeddings

/** Two numbers that 32 bits hold exactly, so that every encoding gives the same ones. */
export const VECTOR = [0.25, -0.5];

/** Others have it as well, at an address of its own beside theirs. */
export function embeddings(body: Json): WireAnswer {
  onlyKnown(body, ['model', 'input', 'encoding_format', 'dimensions', 'user']);
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  const embedding =
    body.encoding_format === 'base64' ? Buffer.from(new Float32Array(VECTOR).buffer).toString('base64') : VECTOR;
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }));
  return {
    status: 200,
    body: { object: 'list', data, model: body.model, usage: { prompt_tokens: 5, total_tokens: 5 } },
  };
}
