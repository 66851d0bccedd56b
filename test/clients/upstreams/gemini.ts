/**
 * Gemini's generateContent and streamGenerateContent (`alt=sse` and the array form), embedContent. Source:
 * ai.google.dev/api/generate-content, ai.google.dev/gemini-api/docs/thought-signatures, …/troubleshooting.
 */
import { answer, type Call, type Reply, type Seen, USAGE } from '../model.ts';
import { embeddings as embeddingsAsOpenai, VECTOR } from './openai.ts';
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

const SECRET = `AIza${'Sy4_b'.repeat(7)}`;
const MODEL = 'gemini-3-pro-preview';
const EMBEDDING_MODEL = 'gemini-embedding-001';

/** Both spellings are taken, as protobuf's JSON does. */
const FIELDS = [
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'safetySettings',
  'cachedContent',
  'labels',
  'serviceTier',
  'model',
];

export const gemini: Shape = {
  name: 'Gemini',
  secret: SECRET,
  model: MODEL,
  embeddingModel: EMBEDDING_MODEL,
  provider: (url) => ({ id: 'google-gemini', preset: 'google-gemini', dialect: 'gemini', baseUrl: `${url}/v1beta` }),
  handle,
  error,
};

function handle({ path, query, headers, body }: WireRequest): WireAnswer {
  // ai.google.dev/gemini-api/docs/openai
  if (path === '/v1beta/openai/embeddings' && headers.authorization === `Bearer ${SECRET}`)
    return embeddingsAsOpenai(body);
  if (headers['x-goog-api-key'] !== SECRET && query.get('key') !== SECRET)
    return error(400, 'API key not valid. Please pass a valid API key.');
  const match = /^\/v1beta\/models\/([^:]+):(\w+)$/.exec(path);
  demand(match, `Not found: ${path}`, 404);
  const [, model, action] = match;
  if (action === 'embedContent' || action === 'batchEmbedContents') return embeddings(action, body);
  demand(model === MODEL, `models/${model} is not found for API version v1beta`, 404);
  if (action === 'countTokens') return { status: 200, body: { totalTokens: USAGE.input } };
  onlyKnown(body, FIELDS);
  const reply = answer(seen(body), { signedThinking: true, instead: 'skip_thought_signature_validator' });
  if (reply.error) return error(reply.error.status, reply.error.message);
  if (action === 'generateContent') return { status: 200, body: chunk(parts(reply), true) };
  demand(action === 'streamGenerateContent', `Unknown method ${action}`, 404);
  const chunks = streamed(reply);
  if (query.get('alt') === 'sse')
    return {
      status: 200,
      body: Buffer.from(chunks.map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`).join(''), 'utf8'),
    };
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: Buffer.from(`[${chunks.map((each) => JSON.stringify(each)).join(',\r\n')}]`, 'utf8'),
  };
}

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

function error(status: number, message: string): WireAnswer {
  return { status, body: { error: { code: status, message, status: STATUSES[status] ?? 'UNKNOWN' } } };
}

function seen(body: Json): Seen {
  const contents = records(body.contents);
  demand(contents.length > 0, 'GenerateContentRequest.contents: contents is not specified');
  const calls: Call[] = [];
  const results: { id: string; text: string }[] = [];
  const images: Buffer[] = [];
  const user: string[] = [];
  const thinking: { signature?: string }[] = [];
  for (const [index, content] of contents.entries()) {
    demand(
      content.role === 'user' || content.role === 'model' || content.role === undefined,
      `Please use a valid role: user, model. (contents[${index}])`,
    );
    const all = records(content.parts);
    demand(all.length > 0, `contents[${index}].parts must not be empty`);
    for (const part of all) {
      if (typeof part.thoughtSignature === 'string') thinking.push({ signature: part.thoughtSignature });
      if (part.functionCall) {
        const { id, name, args } = record(part.functionCall);
        calls.push({ id: text(id) || `${calls.length}`, name: text(name), input: record(args) });
      } else if (part.functionResponse) {
        const { id, name, response } = record(part.functionResponse);
        demand(
          calls[results.length]?.name === name,
          'Please ensure that function response turn comes immediately after a function call turn.',
        );
        const { output, result, content: said } = record(response);
        results.push({
          id: text(id) || `${results.length}`,
          text: text(output) || text(result) || text(said) || JSON.stringify(response),
        });
      } else if (part.inlineData) {
        const { mimeType, data } = record(part.inlineData);
        demand(mimeType === 'image/png', `Unsupported MIME type: ${mimeType}`);
        images.push(Buffer.from(text(data), 'base64'));
      } else {
        demand(
          typeof part.text === 'string',
          `contents[${index}].parts: required oneof field 'data' must have one initialized field`,
        );
        if (content.role !== 'model') user.push(text(part.text));
      }
    }
  }
  demand(
    results.length === 0 || results.length === calls.length,
    'Please ensure that the number of function response parts is equal to the number of function call parts.',
  );
  const config = record(body.generationConfig);
  return {
    system: records(record(body.systemInstruction).parts)
      .map((part) => text(part.text))
      .join('\n'),
    userText: user.join('\n'),
    tools: records(body.tools)
      .flatMap((tool) => records(tool.functionDeclarations))
      .map((tool) => ({ name: text(tool.name), schema: tool.parametersJsonSchema ?? tool.parameters })),
    results,
    calls,
    images,
    schema:
      config.responseMimeType === 'application/json' ? (config.responseJsonSchema ?? config.responseSchema) : undefined,
    thinking,
  };
}

/** The signature stands on the first call of the turn, as the model's documents have it. */
function parts(reply: Reply): Json[] {
  const { thinking, calls = [] } = reply;
  return [
    ...(thinking ? [{ text: thinking.text, thought: true }] : []),
    ...(reply.text === undefined ? [] : [{ text: reply.text }]),
    ...calls.map(({ name, input }, index) => ({
      functionCall: { name, args: input },
      ...(thinking && index === 0 ? { thoughtSignature: thinking.signature } : {}),
    })),
  ];
}

function chunk(content: readonly Json[], last: boolean): Json {
  return {
    candidates: [{ content: { role: 'model', parts: content }, index: 0, ...(last ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: {
      promptTokenCount: USAGE.input,
      candidatesTokenCount: USAGE.output,
      totalTokenCount: USAGE.input + USAGE.output,
    },
    modelVersion: MODEL,
    responseId: 'resp-0001',
  };
}

function streamed(reply: Reply): Json[] {
  const all = parts(reply).flatMap((part) =>
    typeof part.text === 'string' && part.thought !== true ? pieces(part.text).map((said) => ({ text: said })) : [part],
  );
  return all.map((part, index) => chunk([part], index === all.length - 1));
}

function embeddings(action: string, body: Json): WireAnswer {
  if (action === 'embedContent') return { status: 200, body: { embedding: { values: VECTOR } } };
  return { status: 200, body: { embeddings: records(body.requests).map(() => ({ values: VECTOR })) } };
}
