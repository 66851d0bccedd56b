/** Good answers of the test providers, in each one's wire form: whole bodies, or the events of a stream. */
import type { ServerDialect } from './accounts.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or a stream's pieces in order. */
  readonly body: unknown;
  readonly events?: readonly string[];
}

export const MODELS: Readonly<Record<ServerDialect, readonly string[]>> = {
  openai: ['gpt-4o-mini', 'gpt-5-mini', 'text-embedding-3-small'],
  plain: ['gpt-4o-mini', 'qwen3-32b'],
  anthropic: ['claude-sonnet-5', 'claude-haiku-4-5'],
  gemini: ['gemini-2.5-flash', 'gemini-embedding-001'],
};

/** Characters of one to four bytes, a combined emoji, right-to-left: what breaks when a stream is split in the wrong place. */
export const UNICODE = 'Grüße, 世界! 👩🏽‍🚀 שלום ‱';

const HEADERS: Readonly<Record<ServerDialect, Readonly<Record<string, string>>>> = {
  openai: {
    'x-request-id': 'req_00000000000000000000000000000001',
    'openai-processing-ms': '42',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-reset-requests': '120ms',
  },
  anthropic: {
    'request-id': 'req_011CTestTestTestTestTest',
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:02Z',
  },
  gemini: { server: 'scaffolding on HTTPServer2', 'x-xss-protection': '0' },
  plain: { 'x-oneapi-request-id': '20260101000000000000000test' },
};

export function headersOf(dialect: ServerDialect): Readonly<Record<string, string>> {
  return HEADERS[dialect];
}

interface Turn {
  readonly text: string;
  readonly call?: { readonly name: string; readonly args: Json };
}

function turn(lastUser: string, tool: { name: string; schema: unknown } | undefined, result: string | undefined): Turn {
  if (result !== undefined) return { text: `The tool said ${result}. ${UNICODE}` };
  if (tool) {
    const properties = Object.keys(((tool.schema ?? {}) as { properties?: Json }).properties ?? {});
    return { text: '', call: { name: tool.name, args: Object.fromEntries(properties.map((name) => [name, 'Oslo'])) } };
  }
  return { text: `You said ${lastUser}. ${UNICODE}` };
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const flat = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : list(content)
        .map((part) => String(part.text ?? ''))
        .join('');
const words = (text: string): string[] => text.match(/\s*\S+/g) ?? [];
const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (type: string, fields: Json): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** POST /chat/completions. */
export function chat(dialect: ServerDialect, body: Json): WireAnswer {
  const messages = list(body.messages);
  const last = messages.at(-1);
  const fn = list(body.tools)[0]?.function as Json | undefined;
  const result = last?.role === 'tool' ? flat(last.content) : undefined;
  const user = flat(messages.findLast((message) => message.role === 'user')?.content);
  const { text, call } = turn(user, fn && { name: String(fn.name), schema: fn.parameters }, result);
  const model = body.model;
  const id = 'chatcmpl-test';
  const finish = call ? 'tool_calls' : 'stop';
  const wire = call && {
    id: 'call_test1',
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  };
  const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
  if (body.stream !== true) {
    const message = {
      role: 'assistant',
      content: call ? null : text,
      ...(wire ? { tool_calls: [wire] } : {}),
      refusal: null,
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
    return good(dialect, { id, object: 'chat.completion', created: 1767225600, model, choices, usage });
  }
  const chunk = (delta: Json, finish_reason: string | null = null) =>
    sse({
      id,
      object: 'chat.completion.chunk',
      created: 1767225600,
      model,
      choices: [{ index: 0, delta, finish_reason }],
    });
  const middle = wire
    ? [
        chunk({ tool_calls: [{ index: 0, ...wire, function: { name: wire.function.name, arguments: '' } }] }),
        ...(wire.function.arguments.match(/.{1,5}/gs) ?? []).map((part) =>
          chunk({ tool_calls: [{ index: 0, function: { arguments: part } }] }),
        ),
      ]
    : words(text).map((content) => chunk({ content }));
  const wantsUsage = (body.stream_options as Json | undefined)?.include_usage === true;
  const tail = wantsUsage
    ? [sse({ id, object: 'chat.completion.chunk', created: 1767225600, model, choices: [], usage })]
    : [];
  return streamed(dialect, [
    chunk({ role: 'assistant', content: '' }),
    ...middle,
    chunk({}, finish),
    ...tail,
    'data: [DONE]\n\n',
  ]);
}

/** POST /embeddings. */
export function embeddings(dialect: ServerDialect, body: Json): WireAnswer {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  const vector = [0.25, -0.5, 0.75];
  const embedding =
    body.encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }));
  return good(dialect, { object: 'list', data, model: body.model, usage: { prompt_tokens: 3, total_tokens: 3 } });
}

/** POST /messages. */
export function messages(body: Json): WireAnswer {
  const said = list(body.messages);
  const blocks = list(said.at(-1)?.content);
  const result = blocks.find((block) => block.type === 'tool_result');
  const tool = list(body.tools)[0];
  const user = flat(said.findLast((message) => message.role === 'user')?.content);
  const { text, call } = turn(
    user,
    tool && { name: String(tool.name), schema: tool.input_schema },
    result && flat(result.content),
  );
  const base = { id: 'msg_test', type: 'message', role: 'assistant', model: body.model };
  const stop_reason = call ? 'tool_use' : 'end_turn';
  const usage = { input_tokens: 11, output_tokens: 7 };
  if (body.stream !== true) {
    const content = call
      ? [{ type: 'tool_use', id: 'toolu_test1', name: call.name, input: call.args }]
      : [{ type: 'text', text }];
    return good('anthropic', { ...base, content, stop_reason, stop_sequence: null, usage });
  }
  const block = call ? { type: 'tool_use', id: 'toolu_test1', name: call.name, input: {} } : { type: 'text', text: '' };
  const deltas = call
    ? (JSON.stringify(call.args).match(/.{1,5}/gs) ?? []).map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      }))
    : words(text).map((part) => ({ type: 'text_delta', text: part }));
  return streamed('anthropic', [
    named('message_start', {
      message: {
        ...base,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 11, output_tokens: 1 },
      },
    }),
    named('content_block_start', { index: 0, content_block: block }),
    named('ping', {}),
    ...deltas.map((delta) => named('content_block_delta', { index: 0, delta })),
    named('content_block_stop', { index: 0 }),
    named('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 7 } }),
    named('message_stop', {}),
  ]);
}

/** POST …:generateContent and …:streamGenerateContent (`sse`: with alt=sse). */
export function generate(model: string, body: Json, stream: boolean, isSse: boolean): WireAnswer {
  const contents = list(body.contents);
  const parts = (content: Json | undefined) => list(content?.parts);
  const response = parts(contents.at(-1)).find((part) => part.functionResponse)?.functionResponse as Json | undefined;
  const declaration = list(list(body.tools)[0]?.functionDeclarations)[0];
  const user = flat(parts(contents.findLast((content) => content.role !== 'model')));
  const schema = declaration?.parametersJsonSchema ?? declaration?.parameters;
  const { text, call } = turn(
    user,
    declaration && { name: String(declaration.name), schema },
    response && JSON.stringify(response.response),
  );
  const chunk = (part: Json, last: boolean) => ({
    candidates: [{ content: { parts: [part], role: 'model' }, ...(last ? { finishReason: 'STOP' } : {}), index: 0 }],
    usageMetadata: {
      promptTokenCount: 11,
      ...(last ? { candidatesTokenCount: 7 } : {}),
      totalTokenCount: last ? 18 : 11,
    },
    modelVersion: model,
    responseId: 'test',
  });
  const pieces: Json[] = call
    ? [{ functionCall: { name: call.name, args: call.args } }]
    : words(text).map((part) => ({ text: part }));
  if (!stream) return good('gemini', chunk(call ? (pieces[0] as Json) : { text }, true));
  const chunks = pieces.map((part, i) => JSON.stringify(chunk(part, i === pieces.length - 1)));
  if (isSse)
    return {
      ...streamed(
        'gemini',
        chunks.map((text) => `data: ${text}\r\n\r\n`),
      ),
      headers: { ...headersOf('gemini'), 'content-type': 'text/event-stream' },
    };
  const array = chunks.map((text, i) => (i === 0 ? `[${text}` : `,\r\n${text}`));
  return {
    ...streamed('gemini', [...array, '\n]']),
    headers: { ...headersOf('gemini'), 'content-type': 'application/json; charset=UTF-8' },
  };
}

/** GET /models. */
export function modelList(dialect: ServerDialect): WireAnswer {
  const ids = MODELS[dialect];
  switch (dialect) {
    case 'anthropic':
      return good(dialect, {
        data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
        has_more: false,
        first_id: ids[0],
        last_id: ids.at(-1),
      });
    case 'gemini':
      return good(dialect, {
        models: ids.map((id) => ({
          name: `models/${id}`,
          displayName: id,
          supportedGenerationMethods: ['generateContent'],
        })),
      });
    default:
      return good(dialect, {
        object: 'list',
        data: ids.map((id) => ({ id, object: 'model', created: 1767225600, owned_by: 'test' })),
      });
  }
}

export function good(dialect: ServerDialect, body: unknown): WireAnswer {
  return { status: 200, headers: { 'content-type': 'application/json', ...headersOf(dialect) }, body };
}

function streamed(dialect: ServerDialect, events: readonly string[]): WireAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', ...headersOf(dialect) },
    body: undefined,
    events,
  };
}
