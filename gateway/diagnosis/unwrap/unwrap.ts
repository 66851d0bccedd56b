/**
 * Opens an error body: gateways quote providers that quote clouds, as JSON inside strings inside JSON, as Python reprs, as
 * pages and as event streams. Every envelope becomes a layer that remembers where it stood.
 */

import type { BodyForm, Layer, Piece, Unwrapped } from './layer.ts';
import { readLenientValue } from './lenient-value.ts';
import { readProse } from './prose.ts';
import { looksLikeEvents, looksLikeHtml, looksLikeXml, readEvents, readHtml, readXmlLeaves } from './text-forms.ts';

/** Text looked at: errors are short, and what is long tells at its ends. */
const HEAD_CHARACTERS = 48_000;
const TAIL_CHARACTERS = 8_000;
const MAX_PROSE_CHARACTERS = 8_000;
const MAX_MESSAGE_CHARACTERS = 3_000;
const MAX_DEPTH = 12;
const MAX_NODES = 400;

const MESSAGE_KEYS =
  /^(?:message|msg|detail|details|error_?description|error_?message|err_?msg|error_?msg|status_?msg|description|title|text|reason|statusText|error|fault|faultstring|raw|hint|info|refusal|localizedMessage|failure_?reason|block_?reason_?message)$/i;
const CODE_KEYS =
  /^(?:code|type|error_?code|err_?code|errno|__type|name|kind|reason|status|error_?type|exception|error|fault|faultcode|subcode|inner_?code|block_?reason|finish_?reason|native_finish_reason|resultcode|biz_code|class|quota_?id|quota_?metric)$/i;
const STATUS_KEYS =
  /^(?:code|status|status_?code|http_?code|http_?status_?code|http_?status|upstream_?status|status_?codes?|error_?code)$/i;
/** Members that hold what the model said or was asked, which must not be read as an error. */
const CONTENT_KEYS =
  /^(?:choices|messages|content|output|candidates|usage|tools|tool_calls|input|prompt|logprobs|content_filter_results?|safety_?ratings|instructions|embedding|requestHeaders)$/;

/** Opens `body` (text as received, or a value already parsed). Never throws; bounded work whatever the body. */
export function unwrap(body: unknown): Unwrapped {
  const collector = new Collector();
  if (typeof body === 'string') collector.readText(bounded(body), '', 0);
  else if (body !== null && body !== undefined) collector.readValue(body, '', 0, 'json');
  return collector.finish();
}

function bounded(text: string): string {
  if (text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS) return text;
  return `${text.slice(0, HEAD_CHARACTERS)}\n${text.slice(-TAIL_CHARACTERS)}`;
}

class Collector {
  private readonly layers: Layer[] = [];
  private nodes = 0;
  private truncated = false;
  private form: BodyForm | undefined;
  private value: unknown;

  readText(input: string, where: string, depth: number): void {
    const text = input.replace(/^\uFEFF/, '').trim();
    if (text === '' || depth > MAX_DEPTH || ++this.nodes > MAX_NODES) return;
    if (looksLikeHtml(text)) this.readPage(text, where);
    else if (looksLikeEvents(text)) this.readStream(text, where, depth);
    else if (!this.readAsValue(text, where, depth)) {
      if (looksLikeXml(text)) this.readXml(text, where);
      else this.readLoose(text, where, depth);
    }
  }

  /** False where the text is no value, however loosely written. */
  private readAsValue(text: string, where: string, depth: number): boolean {
    if (/^(?:\{|\[\s{0,20}(?:[{["'\]]|$)|"|b?'\s{0,5}[{[]|b")/.test(text) && this.readStructured(text, where, depth))
      return true;
    return /^"[\w$.-]{1,60}"\s{0,5}:/.test(text) && this.readStructured(`{${text}}`, where, depth);
  }

  readValue(value: unknown, where: string, depth: number, form: BodyForm): void {
    if (depth > MAX_DEPTH || ++this.nodes > MAX_NODES) return;
    if (depth === 0) this.noteOutermost(form, value);
    if (typeof value === 'string') this.readText(value, where, depth + 1);
    else if (Array.isArray(value)) {
      for (const [index, item] of value.slice(0, 12).entries()) {
        this.readValue(item, `${where}/${index}`, depth + 1, form);
      }
    } else if (value !== null && typeof value === 'object') {
      this.readObject(value as Record<string, unknown>, where, depth, form);
    }
  }

  finish(): Unwrapped {
    const pieces: Piece[] = [];
    const codes: Piece[] = [];
    const statuses = new Set<number>();
    const seen = new Set<string>();
    for (const layer of this.layers) {
      if (layer.message !== undefined && !seen.has(layer.message)) {
        seen.add(layer.message);
        pieces.push({ text: layer.message, where: layer.where });
      }
      for (const code of layer.codes) codes.push({ text: code, where: layer.where });
      if (layer.status !== undefined) statuses.add(layer.status);
    }
    return {
      layers: this.layers,
      pieces,
      prose: pieces
        .map((piece) => piece.text)
        .join('\n')
        .slice(0, MAX_PROSE_CHARACTERS),
      codes,
      statuses: [...statuses],
      form: this.form ?? 'empty',
      truncated: this.truncated,
      value: this.value,
    };
  }

  private noteOutermost(form: BodyForm, value?: unknown): void {
    if (this.form !== undefined) return;
    this.form = form;
    this.value = value;
  }

  /** JSON, a Python repr or a list of them, one a line; false when the text only began like one. */
  private readStructured(text: string, where: string, depth: number): boolean {
    try {
      const value: unknown = JSON.parse(text);
      this.noteOutermost('json', value);
      this.readValue(value, where, depth + 1, 'json');
      return true;
    } catch {
      // Not strict JSON: the forgiving reader has the next word.
    }
    const read = readLenientValue(text);
    if (read === undefined || (typeof read.value === 'string' && read.end < text.length)) return false;
    if (read.truncated) this.truncated = true;
    this.noteOutermost(text.startsWith('{') && text.includes('"') ? 'json' : 'literal', read.value);
    this.readValue(read.value, where, depth + 1, 'literal');
    this.readText(text.slice(read.end), where, depth + 1);
    return true;
  }

  private readObject(object: Record<string, unknown>, where: string, depth: number, form: BodyForm): void {
    const codes: string[] = [];
    let message: string | undefined;
    let status: number | undefined;
    const inner: [string, unknown][] = [];
    for (const [key, value] of Object.entries(object).slice(0, 60)) {
      if (CONTENT_KEYS.test(key)) {
        if (key === 'choices' || key === 'candidates') inner.push([key, errorsOnly(value)]);
        continue;
      }
      if (STATUS_KEYS.test(key)) status ??= httpStatus(value);
      if (typeof value === 'string') {
        const structured = /^\s{0,50}[[{<"]|^data:|[{<]/.test(value);
        const code = CODE_KEYS.test(key) && isCodeLike(value);
        if (code) codes.push(value);
        // Two words under a key like `error` are a name and a sentence at once.
        if (code && !/\s/.test(value.trim())) continue;
        if (MESSAGE_KEYS.test(key) && value.trim() !== '') {
          if (structured) inner.push([key, value]);
          else message = message === undefined ? value : `${message}\n${value}`;
        } else if (structured && /error|message|exception/i.test(value)) inner.push([key, value]);
      } else if (typeof value === 'number') {
        if (CODE_KEYS.test(key) || /code$/i.test(key)) codes.push(String(value));
      } else if (value !== null && typeof value === 'object') inner.push([key, value]);
    }
    if (message !== undefined || codes.length > 0 || status !== undefined) {
      const prose = message === undefined ? undefined : readProse(message);
      this.layers.push({
        form,
        where: where === '' ? '/' : where,
        message: message?.slice(0, MAX_MESSAGE_CHARACTERS),
        codes: prose ? [...codes, ...prose.codes] : codes,
        status: status ?? prose?.status,
      });
    }
    for (const [key, value] of inner) this.readValue(value, `${where}/${key.slice(0, 60)}`, depth + 1, form);
  }

  private readPage(html: string, where: string): void {
    this.noteOutermost('html');
    const page = readHtml(html);
    const prose = readProse(`${page.title}\n${page.text.slice(0, 400)}`);
    this.layers.push({
      form: 'html',
      where: where || 'page',
      message: `${page.title}\n${page.text}`.trim().slice(0, MAX_MESSAGE_CHARACTERS),
      codes: prose.codes,
      status: prose.status,
    });
  }

  private readXml(xml: string, where: string): void {
    this.noteOutermost('xml');
    const leaves = readXmlLeaves(xml);
    const codes = leaves.filter(([name]) => CODE_KEYS.test(name)).map(([, value]) => value);
    const messages = leaves.filter(([name]) => MESSAGE_KEYS.test(name)).map(([, value]) => value);
    this.layers.push({
      form: 'xml',
      where: where || 'document',
      message: (messages.join('\n') || xml.replace(/<[^<>]{0,500}>/g, ' ').trim()).slice(0, MAX_MESSAGE_CHARACTERS),
      codes,
    });
  }

  private readStream(text: string, where: string, depth: number): void {
    this.noteOutermost('sse', text);
    for (const [index, event] of readEvents(text).entries()) {
      const place = `${where}event ${index + 1}`;
      if (/error|fail/i.test(event.name))
        this.layers.push({ form: 'sse', where: place, codes: [`event:${event.name}`] });
      if (event.data !== '' && event.data !== '[DONE]') this.readText(event.data, place, depth + 1);
    }
  }

  /** Prose that may quote an object somewhere inside it, or a line of JSON after a line of words. */
  private readLoose(text: string, where: string, depth: number): void {
    this.noteOutermost('text', text);
    let position = 0;
    const outside: string[] = [];
    for (let found = 0; found < 5; found++) {
      const start = text.slice(position).search(/\{|\[(?=\s{0,20}[{["'])|</);
      if (start < 0) break;
      const from = position + start;
      const page = text[from] === '<' && looksLikeHtml(text.slice(from, from + 300));
      if (page) {
        outside.push(text.slice(position, from));
        position = text.length;
        this.readPage(text.slice(from), where);
        break;
      }
      const read = text[from] === '<' ? undefined : readLenientValue(text, from);
      const quoted = read !== undefined && isQuotedError(read.value);
      outside.push(text.slice(position, quoted ? from : from + 1));
      position = quoted && read ? read.end : from + 1;
      if (quoted && read) {
        if (read.truncated) this.truncated = true;
        this.readValue(read.value, where, depth + 1, 'literal');
      }
    }
    outside.push(text.slice(position));
    const prose = outside.join(' ').trim();
    if (prose === '') return;
    const { codes, status } = readProse(prose);
    this.layers.push({
      form: 'text',
      where: where || 'text',
      message: prose.slice(0, MAX_MESSAGE_CHARACTERS),
      codes,
      status,
    });
  }
}

/** Of a completion, only what an error could hide in: the finish reason and an error member. */
function errorsOnly(choices: unknown): unknown {
  if (!Array.isArray(choices)) return null;
  return choices.slice(0, 4).map((choice: unknown) => {
    if (choice === null || typeof choice !== 'object') return null;
    const { error, finish_reason, finishReason, native_finish_reason } = choice as Record<string, unknown>;
    return { error, finish_reason: finish_reason ?? finishReason, native_finish_reason };
  });
}

function isCodeLike(value: string): boolean {
  return /^[\w.:#/ -]{1,90}$/.test(value) && value.trim().split(/\s+/).length <= 3;
}

function isQuotedError(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const text = Array.isArray(value) ? value[0] : value;
  if (text === null || typeof text !== 'object') return false;
  return Object.keys(text).some(
    (key) => MESSAGE_KEYS.test(key) || CODE_KEYS.test(key) || STATUS_KEYS.test(key) || key === '@type',
  );
}

function httpStatus(value: unknown): number | undefined {
  const status =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : 0;
  return status >= 100 && status <= 599 ? status : undefined;
}
