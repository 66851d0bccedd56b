/**
 * IBM watsonx.ai and IBM Cloud's token service, as strict as the original. Source: cloud.ibm.com/apidocs/watsonx-ai
 * (text-chat, text-chat-stream, text-embeddings), cloud.ibm.com/apidocs/iam-identity-token-api, and the streams recorded in
 * github.com/IBM/watsonx-ai-java-sdk (ChatServiceStreamingTest).
 */
import { randomBytes } from 'node:crypto';
import { answer, type Call, type Reply, USAGE } from '../model.ts';
import { seenInChat, VECTOR } from './openai.ts';
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

const SECRET = 'qX7_tableRow0000ABCDEFGHIJKLMNOPQRSTUVWX-yz1';
const MODEL = 'meta-llama/llama-3-2-90b-vision-instruct';
const EMBEDDING_MODEL = 'ibm/slate-125m-english-rtrvr-v2';
const PROJECT = '63dc4cf1-252f-424b-b52d-5cdd9814987f';
/** Those that are good; a test may end them. */
export const watsonxTokens = new Set<string>();

const FIELDS = [
  'model_id',
  'project_id',
  'space_id',
  'messages',
  'tools',
  'tool_choice_option',
  'tool_choice',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'presence_penalty',
  'response_format',
  'seed',
  'stop',
  'temperature',
  'top_p',
  'time_limit',
  'include_reasoning',
  'reasoning_effort',
];

export const watsonx: Shape = {
  name: 'watsonx.ai',
  secret: SECRET,
  model: MODEL,
  embeddingModel: EMBEDDING_MODEL,
  provider: (url) => ({
    id: 'watsonx',
    preset: 'watsonx',
    dialect: 'watsonx-chat',
    baseUrl: `${url}/ml/v1`,
    settings: { projectId: PROJECT, iamUrl: `${url}/identity/token` },
  }),
  handle,
  error,
};

function handle(request: WireRequest): WireAnswer {
  const { path, headers, query, body } = request;
  if (path === '/identity/token') return token(request);
  // The key itself must never come here.
  const [, given = ''] = /^Bearer (.+)$/.exec(text(headers.authorization)) ?? [];
  if (!watsonxTokens.has(given)) return error(401, 'Failed to authenticate the request due to invalid token');
  demand(/^\d{4}-\d\d-\d\d$/.test(query.get('version') ?? ''), 'The version query parameter is required.');
  if (path === '/ml/v1/text/embeddings') return embed(body);
  demand(path === '/ml/v1/text/chat' || path === '/ml/v1/text/chat_stream', `${path} was not found`, 404);
  const reply = converse(body);
  if (reply.error) return error(reply.error.status, reply.error.message);
  return path.endsWith('_stream') ? stream(reply) : { status: 200, body: whole(reply) };
}

function token({ method, headers, body }: WireRequest): WireAnswer {
  demand(method === 'POST', 'Method not allowed', 405);
  demand(headers.authorization === undefined, 'No credentials in the head here.');
  const wrong = (status: number, errorCode: string, errorMessage: string) => ({
    status,
    body: { errorCode, errorMessage, context: { requestId: 'bGdkcnI-1', requestType: 'incoming.Identity_Token' } },
  });
  if (body.grant_type !== 'urn:ibm:params:oauth:grant-type:apikey')
    return wrong(400, 'BXNIM0102E', 'Unable to find grant type');
  if (body.apikey !== SECRET) return wrong(400, 'BXNIM0415E', 'Provided API key could not be found.');
  const made = `eyJraWQiOiIyMDI2In0.${randomBytes(60).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
  watsonxTokens.add(made);
  const expiration = Math.floor(Date.now() / 1000) + 3600;
  return {
    status: 200,
    body: { access_token: made, refresh_token: 'not_supported', token_type: 'Bearer', expires_in: 3600, expiration },
  };
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request_entity',
  401: 'authentication_token_not_valid',
  403: 'user_authorization_failed',
  404: 'model_not_supported',
  429: 'rate_limit_reached_requests',
  503: 'service_unavailable',
};

function error(status: number, message: string): WireAnswer {
  const one = {
    code: CODES[status] ?? 'internal_error',
    message,
    more_info: 'https://cloud.ibm.com/apidocs/watsonx-ai',
  };
  return { status, body: { errors: [one], trace: '23e11747002c4d2919987401b745f6a7', status_code: status } };
}

function scoped(body: Json) {
  demand(
    (body.project_id === undefined) !== (body.space_id === undefined),
    'Either space_id or project_id has to be given.',
  );
  demand(body.project_id === PROJECT, `Failed to find the member in project_id ${body.project_id}`, 403);
}

function converse(body: Json): Reply {
  onlyKnown(body, FIELDS);
  scoped(body);
  demand(body.model_id === MODEL, `Model '${body.model_id}' is not supported for this environment.`, 404);
  demand(
    body.tool_choice === undefined || body.tool_choice_option === undefined,
    'Only one of tool_choice_option or tool_choice must be present.',
  );
  demand(typeof body.tool_choice !== 'string', 'Json document validation error: tool_choice');
  for (const [index, message] of records(body.messages).entries()) {
    demand(message.content !== null, `Json type error: messages[${index}].content`);
    demand(message.role === 'user' || !Array.isArray(message.content), `Json type error: messages[${index}].content`);
    demand(message.role !== 'developer', `messages[${index}]: unknown role`);
  }
  demand(
    !/"additionalProperties":(?:true|false)/.test(JSON.stringify(body.tools ?? [])),
    'Json document validation error: tools',
  );
  for (const tool of records(body.tools)) demand(record(tool.function).strict === undefined, 'Unknown field: strict');
  return answer(seenInChat(body), { signedThinking: false });
}

const HEAD = {
  id: 'chatcmpl-5d8c131decbb6978cba5df10267aa3ff',
  model_id: MODEL,
  model: MODEL,
  created: 1_749_736_055,
  model_version: '1.0.0',
  created_at: '2025-06-12T13:47:35.541Z',
};
const WIRE_USAGE = {
  completion_tokens: USAGE.output,
  prompt_tokens: USAGE.input,
  total_tokens: USAGE.input + USAGE.output,
};
const WARNING = { warnings: [{ message: 'This model is a Non-IBM Product.', id: 'disclaimer_warning' }] };

function wireCall({ id, name, input }: Call): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

function whole({ text: said, calls }: Reply): Json {
  const message = {
    role: 'assistant',
    ...(said === undefined ? {} : { content: said }),
    ...(calls ? { tool_calls: calls.map(wireCall) } : {}),
  };
  const choice = { index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop' };
  return { ...HEAD, choices: [choice], usage: WIRE_USAGE, system: WARNING };
}

/** The finish reason comes with the last piece, the usage in a chunk of its own; nothing says `[DONE]`. */
function stream({ text: said = '', calls = [] }: Reply): WireAnswer {
  const deltas: Json[] = [{ role: 'assistant', content: '' }, ...pieces(said).map((content) => ({ content }))];
  for (const [index, { id, name, input }] of calls.entries()) {
    deltas.push({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
    for (const piece of pieces(JSON.stringify(input)))
      deltas.push({ tool_calls: [{ index, function: { name: '', arguments: piece } }] });
  }
  const finish = calls.length > 0 ? 'tool_calls' : 'stop';
  const chunks: Json[] = deltas.map((delta, at) => ({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, finish_reason: at === deltas.length - 1 ? finish : null, delta }],
    ...(at === 0 ? { system: WARNING } : {}),
  }));
  chunks.push({ ...HEAD, object: 'chat.completion.chunk', choices: [], usage: WIRE_USAGE });
  const lines = chunks.map((chunk, at) => `id: ${at + 1}\nevent: message\ndata: ${JSON.stringify(chunk)}\n\n`);
  return { status: 200, body: Buffer.from(lines.join(''), 'utf8') };
}

function embed(body: Json): WireAnswer {
  onlyKnown(body, ['model_id', 'project_id', 'space_id', 'inputs', 'parameters']);
  scoped(body);
  demand(body.model_id === EMBEDDING_MODEL, `Model '${body.model_id}' is not supported for this environment.`, 404);
  demand(Array.isArray(body.inputs) && body.inputs.every((one) => typeof one === 'string'), 'Json type error: inputs');
  return {
    status: 200,
    body: {
      model_id: EMBEDDING_MODEL,
      created_at: '2026-11-30T00:00:00.000Z',
      results: body.inputs.map(() => ({ embedding: VECTOR })),
      input_token_count: 5,
    },
  };
}
