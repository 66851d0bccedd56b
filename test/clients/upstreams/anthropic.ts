/**
 * Anthropic's messages, as strict as the original. Source: platform.claude.com/docs/en/api/messages, …/streaming,
 * …/extended-thinking (signed thinking must come back before a tool's result), …/errors.
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

const SECRET = `sk-ant-api03-${'Zx9-'.repeat(23)}AA`;
const MODEL = 'claude-sonnet-4-5';

const FIELDS = [
  'model',
  'messages',
  'system',
  'max_tokens',
  'metadata',
  'stop_sequences',
  'stream',
  'temperature',
  'top_k',
  'top_p',
  'tools',
  'tool_choice',
  'thinking',
  'service_tier',
  'output_config',
  'output_format',
  'context_management',
  'cache_control',
  'container',
  'mcp_servers',
  'betas',
  'diagnostics',
  'speed',
];

export const anthropic: Shape = {
  name: 'Anthropic',
  secret: SECRET,
  model: MODEL,
  provider: (url) => ({ id: 'anthropic', preset: 'anthropic', dialect: 'anthropic-messages', baseUrl: `${url}/v1` }),
  handle,
  error,
};

function handle(request: WireRequest): WireAnswer {
  const { path, headers, body } = request;
  if (headers['x-api-key'] !== SECRET) return error(401, 'invalid x-api-key');
  demand(headers['anthropic-version'], 'anthropic-version: header is required');
  if (path === '/v1/messages/count_tokens') return { status: 200, body: { input_tokens: USAGE.input } };
  if (path === '/v1/models') return { status: 200, body: { data: [{ type: 'model', id: MODEL }], has_more: false } };
  if (path !== '/v1/messages') return error(404, `Not found: ${path}`);
  onlyKnown(body, FIELDS);
  demand(body.model === MODEL, `model: ${body.model}`, 404);
  demand(typeof body.max_tokens === 'number' && body.max_tokens > 0, 'max_tokens: Field required');
  const thinks = ['enabled', 'adaptive'].includes(text(record(body.thinking).type));
  const reply = answer(seen(body), { signedThinking: thinks });
  if (reply.error) return error(reply.error.status, reply.error.message);
  const content = blocks(reply, thinks);
  return body.stream === true ? stream(content) : { status: 200, body: message(content) };
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
};

function error(status: number, said: string): WireAnswer {
  return {
    status,
    body: { type: 'error', error: { type: TYPES[status] ?? 'api_error', message: said }, request_id: 'req_0001' },
  };
}

function seen(body: Json): Seen {
  const messages = records(body.messages);
  demand(messages.length > 0, 'messages: at least one message is required');
  demand(messages[0]?.role === 'user', 'messages: first message must use the "user" role');
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const user: string[] = [];
  const thinking: { text?: string; signature?: string }[] = [];
  let open: string[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    demand(role === 'user' || role === 'assistant', `messages.${index}.role: unexpected value ${JSON.stringify(role)}`);
    const parts: Json[] = typeof content === 'string' ? [{ type: 'text', text: content }] : records(content);
    demand(parts.length > 0, `messages.${index}: content must not be empty`);
    const due = open;
    open = [];
    for (const part of parts) {
      switch (part.type) {
        case 'text':
          demand(text(part.text).trim() !== '', `messages.${index}: text content blocks must be non-empty`);
          if (role === 'user') user.push(text(part.text));
          break;
        case 'image': {
          const source = record(part.source);
          demand(source.type === 'base64' && source.media_type === 'image/png', `messages.${index}: image source`);
          images.push(Buffer.from(text(source.data), 'base64'));
          break;
        }
        case 'tool_use':
          demand(/^[a-zA-Z0-9_-]+$/.test(text(part.id)), `messages.${index}: tool_use id must match ^[a-zA-Z0-9_-]+$`);
          calls.push({ id: text(part.id), name: text(part.name), input: record(part.input) });
          open.push(text(part.id));
          break;
        case 'tool_result': {
          const at = due.indexOf(text(part.tool_use_id));
          demand(at !== -1, `messages.${index}: unexpected tool_use_id in tool_result blocks: ${part.tool_use_id}`);
          due.splice(at, 1);
          const said =
            typeof part.content === 'string'
              ? part.content
              : records(part.content)
                  .map((each) => text(each.text))
                  .join('');
          results.push({ id: text(part.tool_use_id), text: said });
          break;
        }
        case 'thinking':
          demand(role === 'assistant', `messages.${index}: thinking belongs to the assistant`);
          thinking.push({ text: text(part.thinking), signature: text(part.signature) });
          break;
        default:
          demand(false, `messages.${index}: Input tag ${JSON.stringify(part.type)} found`);
      }
    }
    demand(
      due.length === 0,
      `messages.${index}: tool_use ids were found without tool_result blocks: ${due.join(', ')}`,
    );
  }
  demand(open.length === 0, `tool_use ids were found without tool_result blocks: ${open.join(', ')}`);
  const format = record(record(body.output_config).format ?? body.output_format);
  return {
    system:
      typeof body.system === 'string'
        ? body.system
        : records(body.system)
            .map((part) => text(part.text))
            .join('\n'),
    userText: user.join('\n'),
    tools: records(body.tools).map((tool) => ({ name: text(tool.name), schema: tool.input_schema })),
    results,
    calls,
    images,
    schema: format.type === 'json_schema' ? format.schema : undefined,
    thinking,
  };
}

function blocks(reply: Reply, thinks: boolean): Json[] {
  const { thinking, calls = [] } = reply;
  return [
    ...(thinking && thinks ? [{ type: 'thinking', thinking: thinking.text, signature: thinking.signature }] : []),
    ...(reply.text === undefined ? [] : [{ type: 'text', text: reply.text }]),
    ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id: `toolu_${id}`, name, input })),
  ];
}

function message(content: readonly Json[]): Json {
  return {
    id: 'msg_0001',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content,
    stop_reason: content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: USAGE.input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: USAGE.output,
    },
  };
}

function stream(content: readonly Json[]): WireAnswer {
  const event = (type: string, fields: Json) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const whole = message(content);
  const lines = [
    event('message_start', {
      message: { ...whole, content: [], stop_reason: null, usage: { ...record(whole.usage), output_tokens: 1 } },
    }),
    event('ping', {}),
  ];
  for (const [index, block] of content.entries()) {
    const { empty, deltas } = unfolded(block);
    lines.push(event('content_block_start', { index, content_block: empty }));
    for (const delta of deltas) lines.push(event('content_block_delta', { index, delta }));
    lines.push(event('content_block_stop', { index }));
  }
  lines.push(
    event('message_delta', {
      delta: { stop_reason: whole.stop_reason, stop_sequence: null },
      usage: { output_tokens: USAGE.output },
    }),
    event('message_stop', {}),
  );
  return { status: 200, body: Buffer.from(lines.join(''), 'utf8') };
}

function unfolded(block: Json): { empty: Json; deltas: Json[] } {
  switch (block.type) {
    case 'thinking':
      return {
        empty: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...pieces(text(block.thinking)).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block.signature },
        ],
      };
    case 'tool_use':
      return {
        empty: { ...block, input: {} },
        deltas: pieces(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      };
    default:
      return {
        empty: { type: 'text', text: '' },
        deltas: pieces(text(block.text)).map((said) => ({ type: 'text_delta', text: said })),
      };
  }
}
