/**
 * Bedrock's Converse, ConverseStream (binary event stream) and embeddings behind SigV4, as strict as the original. Source:
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, …_ConverseStream.html,
 * docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
 */
import { Sha256 } from '@aws-crypto/sha256-js';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { SignatureV4 } from '@smithy/signature-v4';
import { fromUtf8, toUtf8 } from '@smithy/util-utf8';
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

const CREDENTIALS = {
  accessKeyId: 'AKIAQYLPMN5HTESTTEST',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYTESTTESTTE',
};
const REGION = 'us-east-1';
const EMBEDDING_MODEL = 'cohere.embed-multilingual-v3';
export const TITAN_MODEL = 'amazon.titan-embed-text-v2:0';
const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

const FIELDS = [
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'guardrailConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'promptVariables',
  'requestMetadata',
  'performanceConfig',
  'outputConfig',
  'serviceTier',
];

export const bedrock: Shape = {
  name: 'Bedrock',
  secret: JSON.stringify(CREDENTIALS),
  model: MODEL,
  embeddingModel: EMBEDDING_MODEL,
  provider: (url) => ({
    id: 'aws-bedrock',
    preset: 'aws-bedrock',
    dialect: 'bedrock-converse',
    baseUrl: url,
    settings: { region: REGION },
  }),
  handle,
  error,
};

async function signatureOf(
  { method, path, headers, raw }: WireRequest,
  signed: readonly string[],
  date: string,
): Promise<string> {
  const signer = new SignatureV4({ credentials: CREDENTIALS, region: REGION, service: 'bedrock', sha256: Sha256 });
  const kept = Object.fromEntries(signed.map((name) => [name, String(headers[name] ?? '')]));
  const request = { method, protocol: 'http:', hostname: String(headers.host), path, headers: kept, body: raw };
  const again = await signer.sign(request, { signingDate: new Date(date) });
  return /Signature=([0-9a-f]+)/.exec(String(again.headers.authorization))?.[1] ?? '';
}

async function handle(request: WireRequest): Promise<WireAnswer> {
  const { headers, path, body } = request;
  const authorization = String(headers.authorization ?? '');
  const [, scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=AKIAQYLPMN5HTESTTEST\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
      authorization,
    ) ?? [];
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
  const wanted = `${y}${m}${d}/${REGION}/bedrock/aws4_request`;
  if (scope !== wanted) return error(403, `Credential should be scoped to ${wanted}.`);
  if ((await signatureOf(request, names.split(';'), `${y}-${m}-${d}T${h}:${min}:${s}Z`)) !== signature)
    return error(403, 'The request signature we calculated does not match the signature you provided.');
  const [, model, action] = /^\/model\/([^/]+)\/(converse|converse-stream|invoke)$/.exec(path) ?? [];
  demand(action, 'Unknown operation', 404);
  if (action === 'invoke') return embed(decodeURIComponent(model ?? ''), body);
  demand(decodeURIComponent(model ?? '') === MODEL, 'The provided model identifier is invalid.', 404);
  onlyKnown(body, FIELDS);
  const thinks = record(record(body.additionalModelRequestFields).thinking).type !== undefined;
  const reply = answer(seen(body), { signedThinking: thinks });
  if (reply.error) return error(reply.error.status, reply.error.message);
  return action === 'converse' ? { status: 200, body: whole(reply, thinks) } : stream(reply, thinks);
}

/** InvokeModel's forms of embeddings: …/userguide/model-parameters-embed.html, …/model-parameters-titan-embed-text.html. */
function embed(model: string, body: Json): WireAnswer {
  if (model === TITAN_MODEL) {
    onlyKnown(body, ['inputText', 'dimensions', 'normalize', 'embeddingTypes']);
    demand(text(body.inputText) !== '', 'Malformed input request: inputText is required');
    return { status: 200, body: { embedding: VECTOR, embeddingsByType: { float: VECTOR }, inputTextTokenCount: 5 } };
  }
  demand(model === EMBEDDING_MODEL, 'The provided model identifier is invalid.', 404);
  onlyKnown(body, ['texts', 'images', 'input_type', 'truncate', 'embedding_types']);
  demand(text(body.input_type) !== '', 'Malformed input request: #: required key [input_type] not found');
  const float = (Array.isArray(body.texts) ? body.texts : []).map(() => VECTOR);
  const embeddings = Array.isArray(body.embedding_types) ? { float } : float;
  return { status: 200, body: { id: 'b1', texts: body.texts, embeddings, response_type: 'embeddings_by_type' } };
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

function error(status: number, message: string): WireAnswer {
  return {
    status,
    headers: { 'x-amzn-errortype': `${TYPES[status] ?? 'InternalServerException'}:` },
    body: { message },
  };
}

function seen(body: Json): Seen {
  const messages = records(body.messages);
  demand(messages[0]?.role === 'user', 'A conversation must start with a user message.');
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const user: string[] = [];
  const thinking: { text?: string; signature?: string }[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    demand(role !== messages[index - 1]?.role, 'A conversation must alternate between user and assistant roles.');
    for (const block of records(content)) {
      const kinds = Object.keys(block);
      demand(kinds.length === 1, `messages.${index}: a content block has exactly one member, not ${kinds.join(', ')}`);
      const value = record(block[kinds[0] ?? '']);
      switch (kinds[0]) {
        case 'text':
          demand(text(block.text).trim() !== '', `messages.${index}: text must not be blank`);
          if (role === 'user') user.push(text(block.text));
          break;
        case 'image':
          demand(value.format === 'png', `messages.${index}: image format`);
          images.push(Buffer.from(text(record(value.source).bytes), 'base64'));
          break;
        case 'toolUse':
          demand(/^[a-zA-Z0-9_-]{1,64}$/.test(text(value.toolUseId)), `messages.${index}: toolUseId`);
          calls.push({ id: text(value.toolUseId), name: text(value.name), input: record(value.input) });
          break;
        case 'toolResult': {
          demand(
            calls.some(({ id }) => id === value.toolUseId),
            `messages.${index}: toolUseId of no toolUse`,
          );
          const said = records(value.content).map((each) => text(each.text) || JSON.stringify(each.json));
          results.push({ id: text(value.toolUseId), text: said.join('') });
          break;
        }
        case 'cachePoint':
          demand(value.type === 'default', `messages.${index}: cachePoint type`);
          break;
        case 'reasoningContent': {
          const { text: thought, signature } = record(value.reasoningText);
          thinking.push({ text: text(thought), signature: text(signature) });
          break;
        }
        default:
          demand(false, `messages.${index}: unknown block ${kinds[0]}`);
      }
    }
  }
  demand(calls.length === results.length, 'Expected toolResult blocks for every toolUse.');
  const tools = records(record(body.toolConfig).tools).flatMap((tool) =>
    tool.toolSpec ? [record(tool.toolSpec)] : [],
  );
  const format = record(record(body.outputConfig).textFormat);
  const schema = record(record(format.structure).jsonSchema).schema;
  return {
    system: records(body.system)
      .map((block) => text(block.text))
      .join('\n'),
    userText: user.join('\n'),
    tools: tools.map((tool) => ({ name: text(tool.name), schema: record(tool.inputSchema).json })),
    results,
    calls,
    images,
    schema: format.type === 'json_schema' ? JSON.parse(text(schema)) : undefined,
    thinking,
  };
}

const WIRE_USAGE = { inputTokens: USAGE.input, outputTokens: USAGE.output, totalTokens: USAGE.input + USAGE.output };
const stopReason = (reply: Reply) => (reply.calls ? 'tool_use' : 'end_turn');

function whole(reply: Reply, thinks: boolean): Json {
  const { thinking, calls = [] } = reply;
  const content = [
    ...(thinking && thinks
      ? [{ reasoningContent: { reasoningText: { text: thinking.text, signature: thinking.signature } } }]
      : []),
    ...(reply.text === undefined ? [] : [{ text: reply.text }]),
    ...calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: `tooluse_${id}`, name, input } })),
  ];
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: stopReason(reply),
    usage: WIRE_USAGE,
    metrics: { latencyMs: 42 },
  };
}

const codec = new EventStreamCodec(toUtf8, fromUtf8);

function event(type: string, payload: Json): Buffer {
  const header = (value: string) => ({ type: 'string' as const, value });
  return Buffer.from(
    codec.encode({
      headers: {
        ':event-type': header(type),
        ':content-type': header('application/json'),
        ':message-type': header('event'),
      },
      body: fromUtf8(JSON.stringify({ ...payload, p: 'abcdefghijklm' })),
    }),
  );
}

function stream(reply: Reply, thinks: boolean): WireAnswer {
  const events = [event('messageStart', { role: 'assistant' })];
  let contentBlockIndex = 0;
  const block = (deltas: readonly Json[], start?: Json) => {
    if (start) events.push(event('contentBlockStart', { start, contentBlockIndex }));
    for (const delta of deltas) events.push(event('contentBlockDelta', { delta, contentBlockIndex }));
    events.push(event('contentBlockStop', { contentBlockIndex }));
    contentBlockIndex += 1;
  };
  if (reply.thinking && thinks)
    block([
      ...pieces(reply.thinking.text).map((said) => ({ reasoningContent: { text: said } })),
      { reasoningContent: { signature: reply.thinking.signature } },
    ]);
  if (reply.text !== undefined) block(pieces(reply.text).map((said) => ({ text: said })));
  for (const { id, name, input } of reply.calls ?? [])
    block(
      pieces(JSON.stringify(input)).map((piece) => ({ toolUse: { input: piece } })),
      { toolUse: { toolUseId: `tooluse_${id}`, name } },
    );
  events.push(
    event('messageStop', { stopReason: stopReason(reply) }),
    event('metadata', { usage: WIRE_USAGE, metrics: { latencyMs: 42 } }),
  );
  return {
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream' },
    body: Buffer.concat(events),
  };
}
