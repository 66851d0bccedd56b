/**
 * Watches a streamed answer go by without touching it: did an error event occur, did the dialect's last event come, how
 * many tokens did the provider count? A reducer over chunks: it works on whole lines, so that it does not matter where
 * the network cut them, and parses only the few lines that can matter.
 */
import type { Dialect, TokenUsage } from '../exchange.ts';
import { parseJson } from './canonical/json.ts';
import { envelopeMember } from './envelope-member.ts';
import { readArrayCounts, readCounts, readUsage, type UsageCounts, usageFrom } from './usage.ts';

export type StreamForm = 'sse' | 'json-array' | 'ndjson' | 'other';

/** A class: with a getter in an object literal, the engine made each watch and its shape anew, 3 µs a request. */
export class StreamWatch {
  readonly dialect: Dialect;
  readonly form: StreamForm;
  /** Bytes of a line not yet ended. */
  carry = '';
  /** The dialect's terminal event has been seen. */
  ended = false;
  /** Evidence that the model was done, where a server forgets the terminal event. */
  finished = false;
  /** A line of JSON said that it is not the last. */
  awaitsEnd = false;
  /** An error event's JSON text, as the provider sent it. */
  error: string | undefined = undefined;
  /** What `usage` rests on, as it was written. */
  counts: UsageCounts | undefined = undefined;
  /** The last event of Gemini's that counts: each of them counts anew and in full, so that only the last is read. */
  counting = '';
  /** The end so far of an answer that is no stream of events: its last bytes, or the last characters of an array. */
  lastBytes: Buffer | undefined = undefined;
  tail = '';
  sawData = false;
  /** The beginning of an ended event that begins like JSON and does not end like it. */
  damaged: string | undefined = undefined;
  /** Both ends of the event that is under way. */
  eventHead: string | undefined = undefined;
  eventTail = 0;
  /** The event under way is named an error, whatever its data says. */
  failing = false;
  /** Its name, in the one dialect whose data do not tell what they are. */
  eventName = '';
  /** Of an array: whether a candidate came, and the text that says the prompt was blocked. */
  sawContent = false;
  blocked: string | undefined = undefined;

  constructor(dialect: Dialect, form: StreamForm) {
    this.dialect = dialect;
    this.form = form;
  }

  /** What the provider counted so far. */
  get usage(): TokenUsage | undefined {
    return usageFrom(this.counting === '' ? this.counts : (readCounts(this.counting) ?? this.counts));
  }
}

/** Of lines longer than this only both ends are examined (a data line with an image, a whole response echoed at its end). */
const MAX_LINE = 256 * 1024;
const LINE_HEAD = 512;

/** A usage stands in the last part of an answer. */
const TAIL = 16 * 1024;

/** `streamed`: the caller asked for a stream. Gemini sends one as an array of JSON where events were not asked for. */
export function watchStream(dialect: Dialect, contentType: string, streamed = true): StreamWatch {
  const form: StreamForm = /text\/event-stream/i.test(contentType)
    ? 'sse'
    : dialect === 'gemini-generate' && streamed
      ? 'json-array'
      : isJsonLines(dialect, contentType)
        ? 'ndjson'
        : 'other';
  return new StreamWatch(dialect, form);
}

/** Ollama's streams, also those asked for at its own paths; nobody else's lines are known (github.com/ollama/ollama, server/routes.go). */
function isJsonLines(dialect: Dialect, contentType: string): boolean {
  return (dialect === 'ollama-chat' || dialect === 'raw') && JSON_LINES.test(contentType);
}

const JSON_LINES = /^application\/(?:x-)?ndjson\b/i;

export function watchChunk(watch: StreamWatch, chunk: Buffer): void {
  if (watch.form === 'other') {
    const { lastBytes } = watch;
    const all = lastBytes === undefined || chunk.length >= TAIL ? chunk : Buffer.concat([lastBytes, chunk]);
    watch.lastBytes = all.subarray(-TAIL);
    return;
  }
  // Latin-1 keeps one character a byte: the markers looked for are ASCII, and nothing is copied out but error texts.
  const text = watch.carry + chunk.toString('latin1');
  if (watch.form === 'json-array') {
    watchArray(watch, text);
    return;
  }
  let start = 0;
  for (;;) {
    const end = text.indexOf('\n', start);
    if (end === -1) break;
    if (watch.form === 'ndjson') watchJsonLine(watch, text.slice(start, end));
    else watchLine(watch, text, start, end);
    start = end + 1;
  }
  const rest = text.length - start;
  watch.carry = rest > MAX_LINE ? text.slice(start, start + LINE_HEAD) + text.slice(-TAIL) : text.slice(start);
}

/** The usage of an answer that is no stream, by its end; for one that is too long to be read whole. */
export function usageOfTail(watch: StreamWatch): TokenUsage | undefined {
  return watch.lastBytes && readUsage(watch.lastBytes.toString('latin1'));
}

/** To be called when the body is over: the last line may lack its newline. */
export function watchEnd(watch: StreamWatch): void {
  if (watch.form === 'sse' && watch.carry !== '') watchLine(watch, watch.carry, 0, watch.carry.length);
  // A last line without its newline counts where it is whole; else it is what the stream was cut in.
  if (watch.form === 'ndjson' && parseJson(watch.carry) !== undefined) watchJsonLine(watch, watch.carry);
  if (watch.form === 'json-array') {
    watch.ended = watch.carry.trimEnd().endsWith(']');
    if (!watch.sawContent) watch.error ??= watch.blocked;
    watch.counts = readArrayCounts(watch.tail);
  }
  watch.carry = '';
}

/** True when the answer came to its end by the dialect's own rules. */
export function streamIsWhole(watch: StreamWatch): boolean {
  if (watch.form === 'other') return true;
  // At a path of Ollama's own anything may come: only what says that it is not done has an end to come to.
  if (watch.form === 'ndjson') return watch.ended || (watch.dialect === 'raw' && !watch.awaitsEnd);
  switch (watch.dialect) {
    case 'openai-chat':
    case 'openai-completions':
    case 'watsonx-chat':
    case 'gemini-generate':
      // Many servers close after the finish reason without [DONE]; Gemini has no terminal event at all.
      return watch.ended || watch.finished;
    case 'openai-responses':
    case 'anthropic-messages':
    case 'cohere-v2':
    case 'replicate-predictions':
      return watch.ended;
    default:
      return true;
  }
}

function watchLine(watch: StreamWatch, text: string, start: number, end: number): void {
  if (!text.startsWith('data:', start)) {
    if (text.startsWith('event:', start)) watchEventName(watch, text.slice(start + 6, end).trim());
    else if (end === start || (end === start + 1 && text[start] === '\r')) endEvent(watch);
    return;
  }
  watch.sawData = true;
  const { dialect } = watch;
  if (dialect === 'replicate-predictions') {
    watchRun(watch, text.slice(start, end));
    return;
  }
  if (dialect === 'openai-chat' || dialect === 'openai-completions') {
    // "[DONE]" is OpenAI's terminal event (platform.openai.com/docs/api-reference/chat-streaming).
    if (end - start < 16 && text.slice(start, end).includes('[DONE]')) {
      watch.ended = true;
      return;
    }
  }
  const line = text.slice(start, end);
  noteEventData(watch, line);
  if (watch.failing) watch.error ??= toUtf8(line.slice(5).trim());
  if (line.includes('"error"')) watchError(watch, line.slice(5));
  if (line.includes('finish_reason"') || line.includes('"finishReason"')) {
    if (/"finish_reason"\s*:\s*"|"finishReason"\s*:\s*"/.test(line)) watch.finished = true;
  }
  if (line.includes('message_stop') && /"type"\s*:\s*"message_stop"/.test(line)) watch.ended = true;
  if (dialect === 'openai-responses' && /"type"\s*:\s*"response\.(?:completed|incomplete|failed)"/.test(line)) {
    watch.ended = true;
    if (line.includes('"response.failed"')) watch.error ??= toUtf8(line.slice(5).trim());
  }
  if (dialect === 'cohere-v2' && /"type"\s*:\s*"message-end"/.test(line)) {
    watch.ended = true;
    if (/"finish_reason"\s*:\s*"(?:ERROR|TIMEOUT)/i.test(line)) watch.error ??= toUtf8(line.slice(5).trim());
  }
  if (line.includes('promptFeedback') && line.includes('blockReason')) {
    watch.finished = true;
    if (!line.includes('"candidates"')) watch.error ??= toUtf8(line.slice(5).trim());
  }
  if (line.includes('TokenCount') && line.includes('"usageMetadata"')) watch.counting = line;
  else if (line.includes('okens') && line.includes('"usage')) watch.counts = readCounts(line, watch.counts);
}

/**
 * A line of JSON on its own. Ollama's last one says `"done":true` at its top, earlier ones `"done":false`; an error is a line
 * with that member alone (docs/api/errors.mdx).
 */
function watchJsonLine(watch: StreamWatch, line: string): void {
  const text = line.trim();
  if (text === '') return;
  watch.sawData = true;
  if (text.charCodeAt(0) === OPENING_BRACE && text.charCodeAt(text.length - 1) !== CLOSING_BRACE)
    watch.damaged ??= toUtf8(text.slice(0, 200));
  if (text.includes('"error"')) watchError(watch, text);
  if (text.includes('"done"')) {
    const done = envelopeMember(text, 'done');
    if (done === true) watch.ended = true;
    if (done === false) watch.awaitsEnd = true;
  }
  if (text.includes('_eval_count')) watch.counts = readCounts(text, watch.counts);
}

/** An event's data may run over several lines; its ends tell enough, and no event is parsed on its way. */
function noteEventData(watch: StreamWatch, line: string): void {
  const text = line.slice(5).trim();
  if (text === '') return;
  watch.eventHead ??= line.slice(0, 200);
  watch.eventTail = text.charCodeAt(text.length - 1);
}

/** A blank line ends an event (html.spec.whatwg.org, server-sent events). */
function endEvent(watch: StreamWatch): void {
  watch.failing = false;
  watch.eventName = '';
  const head = watch.eventHead;
  watch.eventHead = undefined;
  if (head === undefined || watch.eventTail === CLOSING_BRACE) return;
  if (/^data:\s*\{/.test(head)) watch.damaged ??= toUtf8(head);
}

const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

function watchEventName(watch: StreamWatch, name: string): void {
  if (name === 'message_stop' && watch.dialect === 'anthropic-messages') watch.ended = true;
  // Its data is a text or an object of any form (github.com/IBM/watsonx-ai-java-sdk, SseEventProcessor).
  if (name === 'error' && watch.dialect === 'watsonx-chat') watch.failing = true;
  if (watch.dialect === 'replicate-predictions') watch.eventName = name;
}

/**
 * The stream of a run (replicate.com/docs/topics/predictions/streaming): what the model says is plain text and may look like
 * anything, so that only the name of an event tells what it is.
 */
function watchRun(watch: StreamWatch, line: string): void {
  switch (watch.eventName) {
    case 'error':
      watch.error ??= toUtf8(line.slice(5).trim());
      return;
    case 'done':
      watch.ended = true;
      if (/"reason"\s*:\s*"(?:error|canceled)"/.test(line)) watch.error ??= toUtf8(line.slice(5).trim());
      return;
    case 'prediction':
      watch.counts = readCounts(line, watch.counts);
      if (/"status"\s*:\s*"(?:failed|canceled|aborted)"/.test(line)) watch.error ??= toUtf8(line.slice(5).trim());
  }
}

/** An event is an error when its JSON has an `error` member at the top (or says `type: error`). */
function watchError(watch: StreamWatch, json: string): void {
  const text = toUtf8(json.trim());
  try {
    const value = JSON.parse(text) as { error?: unknown; type?: unknown };
    if ((value.error !== null && value.error !== undefined) || value.type === 'error') watch.error ??= text;
  } catch {
    // Not JSON: then it is no error event of any dialect.
  }
}

/** Gemini without `alt=sse` streams one JSON array; only its end and its errors matter here. */
function watchArray(watch: StreamWatch, text: string): void {
  watch.sawData ||= text.trim() !== '';
  if (/"finishReason"\s*:\s*"|"blockReason"\s*:\s*"/.test(text)) watch.finished = true;
  if (text.includes('"candidates"')) watch.sawContent = true;
  if (/"blockReason"\s*:\s*"/.test(text)) watch.blocked ??= toUtf8(text.slice(0, 4096));
  if (watch.error === undefined && /^\s*\[?\s*\{\s*"error"\s*:/.test(text)) watch.error = toUtf8(text.slice(0, 4096));
  watch.tail = (watch.tail + text.slice(watch.carry.length)).slice(-TAIL);
  watch.carry = text.slice(-512);
}

function toUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
