/** The Gemini API (ai.google.dev/api/generate-content): whole, as SSE, and as a streamed JSON array. */
import { listOf, type PracticeCall, recordOf, stringOf } from '../practice-call.ts';
import { countTokens, type Reply } from '../reply.ts';
import { idFrom, jsonAnswer, type Script, streamAnswer } from '../script.ts';
import { geminiHeaders } from './provider-headers.ts';
import { vectorOf } from './vector.ts';

const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', tools: 'STOP' } as const;
const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };

export function generateAnswer(call: PracticeCall, model: string, reply: Reply, delayMs: number): Script {
  if (!call.stream) {
    const parts = toolParts(reply) ?? [{ text: [...reply.pieces()].join('') }];
    return jsonAnswer(200, { ...JSON_TYPE, ...geminiHeaders() }, chunkOf(call, model, reply, parts, true));
  }
  return geminiStream(call, chunks(call, model, reply), delayMs);
}

/** Chunks as SSE with `alt=sse`, else as one JSON array that grows. */
export function geminiStream(call: PracticeCall, values: Iterable<unknown>, delayMs: number): Script {
  if (call.query.get('alt') === 'sse') {
    const headers = { 'content-type': 'text/event-stream', ...geminiHeaders() };
    return streamAnswer(headers, sseLines(values), delayMs);
  }
  return streamAnswer({ ...JSON_TYPE, ...geminiHeaders() }, arrayPieces(values), delayMs);
}

/** Google ends its SSE lines with CR LF. */
function* sseLines(values: Iterable<unknown>): Iterable<string> {
  for (const value of values) yield `data: ${JSON.stringify(value)}\r\n\r\n`;
}

function* arrayPieces(values: Iterable<unknown>): Iterable<string> {
  let first = true;
  for (const value of values) {
    yield `${first ? '[' : ',\r\n'}${JSON.stringify(value, null, 2)}`;
    first = false;
  }
  yield first ? '[]' : '\n]';
}

/** The last chunk carries finishReason and the whole usage. */
export function* chunks(call: PracticeCall, model: string, reply: Reply): Iterable<unknown> {
  const tools = toolParts(reply);
  if (tools) {
    yield chunkOf(call, model, reply, tools, true);
    return;
  }
  let held: string | undefined;
  for (const piece of reply.pieces()) {
    if (held !== undefined) yield chunkOf(call, model, reply, [{ text: held }], false);
    held = piece;
  }
  yield chunkOf(call, model, reply, [{ text: held ?? '' }], true);
}

function toolParts(reply: Reply): unknown[] | undefined {
  if (reply.toolCalls.length === 0) return undefined;
  return reply.toolCalls.map(({ name, arguments: args }) => ({ functionCall: { name, args } }));
}

function chunkOf(call: PracticeCall, model: string, reply: Reply, parts: unknown[], last: boolean) {
  return {
    candidates: [
      { content: { parts, role: 'model' }, ...(last ? { finishReason: FINISH[reply.finish] } : {}), index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: reply.inputTokens,
      ...(last ? { candidatesTokenCount: reply.outputTokens } : {}),
      totalTokenCount: reply.inputTokens + (last ? reply.outputTokens : 0),
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: reply.inputTokens }],
    },
    modelVersion: model,
    responseId: idFrom(call.digest, 22),
  };
}

export function geminiCountAnswer(reply: Reply): Script {
  return jsonAnswer(
    200,
    { ...JSON_TYPE, ...geminiHeaders() },
    {
      totalTokens: reply.inputTokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: reply.inputTokens }],
    },
  );
}

export function geminiEmbedAnswer(call: PracticeCall): Script {
  const embed = (request: Readonly<Record<string, unknown>> | undefined) => ({
    values: vectorOf(contentText(request?.content), dimensionsOf(request?.outputDimensionality)),
  });
  const body =
    call.operation === 'batch-embed'
      ? { embeddings: listOf(call.json?.requests).map((request) => embed(recordOf(request))) }
      : { embedding: embed(call.json) };
  return jsonAnswer(200, { ...JSON_TYPE, ...geminiHeaders() }, body);
}

function contentText(content: unknown): string {
  return listOf(recordOf(content)?.parts)
    .map((part) => stringOf(recordOf(part)?.text) ?? '')
    .join(' ');
}

function dimensionsOf(value: unknown): number {
  return typeof value === 'number' && value >= 1 && value <= 3072 ? Math.floor(value) : 768;
}

/** Empty answers of a blocked prompt: status 200, no candidates (ai.google.dev/gemini-api/docs/safety-settings). */
export function blockedPrompt(call: PracticeCall, model: string): unknown {
  const inputTokens = countTokens(call.bodyText);
  return {
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: inputTokens, totalTokenCount: inputTokens },
    modelVersion: model,
    responseId: idFrom(call.digest, 22),
  };
}
