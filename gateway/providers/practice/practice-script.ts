/** Decides what the practice provider does with a request. Pure and deterministic: the same request, the same acts. */
import { readConversation } from './conversation.ts';
import { errorBody } from './failures/error-body.ts';
import { failureOf, failureScript, refusal } from './failures/failure-script.ts';
import type { WireFailure } from './failures/wire-failure.ts';
import { mends } from './mending.ts';
import type { PracticeCall } from './practice-call.ts';
import { type PracticeModel, parsePracticeModel } from './practice-model.ts';
import { composeReply, type Reply } from './reply.ts';
import type { Act, Script, Shape } from './script.ts';
import { countTokensAnswer, messagesAnswer } from './shapes/anthropic.ts';
import { geminiCountAnswer, geminiEmbedAnswer, generateAnswer } from './shapes/gemini.ts';
import { modelAnswer, modelsAnswer } from './shapes/models.ts';
import { chatAnswer, completionAnswer } from './shapes/openai-chat.ts';
import {
  embeddingsAnswer,
  imagesAnswer,
  moderationsAnswer,
  rerankAnswer,
  speechAnswer,
  transcriptionAnswer,
} from './shapes/openai-other.ts';
import { responsesAnswer } from './shapes/openai-responses.ts';

/** `slow` without a delay of its own. */
const SLOW_MS = 2000;

export function practiceScript(call: PracticeCall): Script {
  if (call.operation === 'models') return modelsAnswer(call);
  if (call.operation === 'unknown') return refuse(call, 'wrong_endpoint', unknownPath(call));
  const parsed = parsePracticeModel(call.model ?? 'ok');
  if (!parsed.ok) return refuse(call, parsed.cause, parsed.message);
  const { model } = parsed;
  if (call.operation === 'model') return modelAnswer(call, model.name);
  if (call.method === 'POST' && call.json === undefined && !isForm(call)) {
    return refuse(
      call,
      'bad_request_parameter',
      'The body is not a JSON object, so the practice provider cannot read it.',
    );
  }
  const delayMs = model.numbers.delay ?? (model.behaviour === 'slow' ? SLOW_MS : 0);
  const perChunkMs = model.behaviour === 'stream' ? delayMs : 0;
  const before = model.behaviour === 'stream' && call.stream ? 0 : delayMs;
  return delayed(before, act(call, model, perChunkMs));
}

function* delayed(ms: number, script: Script): Script {
  if (ms > 0) yield { kind: 'wait', ms };
  yield* script;
}

function act(call: PracticeCall, model: PracticeModel, delayMs: number): Script {
  const asked = readConversation(call);
  const mended = model.mended !== undefined && mends(model.mended, model);
  // A failure in the middle of an answer needs an answer that is long enough to have one.
  const faulty = !mended && (model.cause !== undefined || model.name.endsWith('-stream'));
  const reply = composeReply(call, model, faulty ? { ...asked, tools: [], maxTokens: undefined } : asked);
  const good = () => answer(call, nameOf(model), reply, delayMs);
  if (!faulty) return good();
  if (model.behaviour === 'cut-stream') return cut(begin(good(), model.numbers.chunks ?? 4));
  if (model.behaviour === 'error-in-stream') {
    return errorInStream(call, begin(good(), model.numbers.chunks ?? 4));
  }
  if (model.cause) return failureScript(model.cause, call, model, (events) => begin(good(), events), good);
  return good();
}

function answer(call: PracticeCall, model: string, reply: Reply, delayMs: number): Script {
  switch (call.operation) {
    case 'chat':
      return chatAnswer(call, model, reply, delayMs);
    case 'completions':
      return completionAnswer(call, model, reply, delayMs);
    case 'responses':
      return responsesAnswer(call, model, reply, delayMs);
    case 'messages':
      return messagesAnswer(call, model, reply, delayMs);
    case 'generate':
    case 'stream-generate':
      return generateAnswer(call, model, reply, delayMs);
    case 'count-tokens':
      return countTokensAnswer(call, reply);
    case 'gemini-count':
      return geminiCountAnswer(reply);
    case 'embed':
    case 'batch-embed':
      return geminiEmbedAnswer(call);
    case 'embeddings':
      return embeddingsAnswer(call, model);
    case 'images':
      return imagesAnswer(call);
    case 'speech':
      return speechAnswer(call);
    case 'transcription':
      return transcriptionAnswer(call);
    case 'moderations':
      return moderationsAnswer(call, model);
    case 'rerank':
      return rerankAnswer(call, model);
    case 'models':
    case 'model':
    case 'unknown':
      throw new Error(`${call.operation} has no reply`);
  }
}

/** Every API says that it is done within its last three chunks; a beginning never has them. */
const ENDING_CHUNKS = 3;

/** The head and the first chunks of a streamed answer; of an unstreamed one, the head and half of its bytes. */
function* begin(script: Script, events: number): Script {
  const chunks: Act[] = [];
  let whole = false;
  for (const item of script) {
    if (item.kind === 'head') {
      whole = 'content-length' in item.headers;
      yield item;
    } else if (item.kind === 'chunk') {
      if (whole) {
        const bytes = Buffer.from(item.bytes);
        yield { kind: 'chunk', bytes: bytes.subarray(0, Math.max(1, bytes.length >> 1)) };
        return;
      }
      chunks.push(item);
      if (chunks.length >= events + ENDING_CHUNKS) break;
    }
  }
  yield* chunks.slice(0, Math.max(1, Math.min(events, chunks.length - ENDING_CHUNKS)));
}

/**
 * A stream is ended properly, but before its terminal event. An unstreamed answer has announced its length, so that
 * ending early is a broken connection.
 */
function* cut(beginning: Script): Script {
  let announced = false;
  for (const item of beginning) {
    if (item.kind === 'head') announced = 'content-length' in item.headers;
    yield item;
  }
  if (announced) yield { kind: 'error', code: 'UND_ERR_SOCKET', message: 'other side closed' };
  else yield { kind: 'end' };
}

/** After status 200 each API has a form for bad news; all of them happen in real life when a server gives up. */
function* errorInStream(call: PracticeCall, beginning: Script): Script {
  if (!call.stream) {
    yield* refuse(call, 'provider_overloaded');
    return;
  }
  yield* beginning;
  const cause = call.api === 'openai' ? 'provider_outage' : 'provider_overloaded';
  const body = errorBody(call.api, failureOf(call.api, cause) as WireFailure, call.digest);
  const text = JSON.stringify(body);
  const bytes = {
    openai: call.operation === 'responses' ? responsesError() : `data: ${text}\n\n`,
    anthropic: `event: error\ndata: ${text}\n\n`,
    gemini: call.query.get('alt') === 'sse' ? `data: ${text}\r\n\r\n` : `,\r\n${text}\n]`,
  }[call.api];
  yield { kind: 'chunk', bytes };
  yield { kind: 'end' };
}

function responsesError(): string {
  const { message } = failureOf('openai', 'provider_outage') as WireFailure;
  const event = { type: 'error', sequence_number: 4, code: 'server_error', message, param: null };
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The practice provider's own refusal, in the caller's form; with the cause's usual status, type and code. */
function refuse(
  call: PracticeCall,
  cause: 'model_not_found' | 'bad_request_parameter' | 'wrong_endpoint' | 'provider_overloaded',
  message?: string,
): Script {
  const shape: Shape = call.api;
  const usual = failureOf(shape, cause) as WireFailure;
  if (message === undefined) return refusal(shape, usual, call);
  const { status, type } = usual;
  const code =
    cause === 'model_not_found'
      ? usual.code
      : cause === 'bad_request_parameter' && shape === 'openai'
        ? 'invalid_value'
        : null;
  const param = cause === 'wrong_endpoint' || shape !== 'openai' ? null : 'model';
  return refusal(shape, { status, type: type ?? 'NOT_FOUND', code, param, message }, call);
}

function unknownPath(call: PracticeCall): string {
  return `Invalid URL (${call.method} ${call.path.slice(0, 200)}): the practice provider has no such endpoint.`;
}

function isForm(call: PracticeCall): boolean {
  return call.headers['content-type']?.startsWith('multipart/form-data') ?? false;
}

function nameOf(model: PracticeModel): string {
  return `practice/${model.name}`;
}
