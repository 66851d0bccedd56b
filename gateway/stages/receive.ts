/**
 * First stage: is this a request the data plane knows, in a form that its path expects? `receiveHead` works on the
 * request line and headers alone; `receiveBody` on the body once it is whole. Together they are the `receive` step.
 */

import { matchEndpoint } from '../dialects/endpoints.ts';
import type { Exchange } from '../exchange.ts';
import { isDeeperThan, MOST_LEVELS } from '../json/depth.ts';
import { unexpectedAt } from '../json/unexpected-at.ts';
import { headerValue } from '../providers/headers.ts';
import { findTopLevelMember } from './json-member.ts';
import { pageAsked } from './list-models.ts';
import { findMultipartFields, multipartBoundary } from './multipart-field.ts';
import { mayOmitModel } from './resolve-asked.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';

/** `.` and `..`, written out or percent-encoded: URL parsers resolve them, which would climb out of a provider's base URL. */
const DOT_SEGMENT = /(?:^|[/\\])(?:\.|%2e){1,2}(?:$|[/\\])/i;

export function receiveHead(exchange: Exchange, context: StageContext): StageOutcome {
  const { method, path, rawHeaders } = exchange.request;
  const upgrade = headerValue(rawHeaders, 'upgrade')?.toLowerCase() === 'websocket';
  const match = matchEndpoint(method, path, upgrade);
  if (match.kind === 'unknown') {
    const known = match.raw ? ` What only its provider has is reached at ${clip(match.raw)}.` : '';
    const hint = match.nearest ? ` Did you mean ${match.nearest}?` : known;
    return refuse({
      cause: 'wrong_endpoint',
      message: `There is nothing at ${method} ${clip(path)}.${hint}`,
      evidence: [{ what: 'path asked for', where: 'request line', value: clip(path) }],
    });
  }
  if (match.kind === 'wrong-method') {
    exchange.endpoint = undefined;
    return refuse({
      cause: 'wrong_endpoint',
      status: 405,
      message: `${clip(path)} takes ${match.allowed.join(' or ')}, not ${method}.`,
      headers: { allow: match.allowed.map((allowed) => allowed.split(' ')[0]).join(', ') },
      evidence: [{ what: 'method used', where: 'request line', value: method }],
    });
  }
  const { endpoint } = match;
  exchange.endpoint = endpoint.name.startsWith('models') ? withModelsFamily(exchange, endpoint) : endpoint;
  if (endpoint.dialect === 'raw' && DOT_SEGMENT.test(endpoint.upstreamPath)) {
    return refuse({
      cause: 'wrong_endpoint',
      message: 'A path under /p/ may not hold "." or ".." as a part of its own.',
      ownerMessage:
        'The path under /p/ would have led out of the base URL of its provider, with the provider key put in.',
      evidence: [{ what: 'path asked for', where: 'request line', value: clip(path) }],
    });
  }
  const declared = headerValue(rawHeaders, 'content-length');
  const bound = context.config.settings.maxBodyBytes;
  if (endpoint.dialect !== 'raw' && declared !== undefined && Number(declared) > bound) {
    return tooLarge(Number(declared), bound);
  }
  return {
    decision: 'passed',
    summary: `${method} ${clip(path)} is ${endpoint.dialect === 'raw' ? `raw access to ${endpoint.provider}` : endpoint.name}.`,
    input: { method, path: clip(path), contentType: headerValue(rawHeaders, 'content-type') },
    output: { endpoint: endpoint.name, dialect: endpoint.dialect },
  };
}

export function tooLarge(sizeBytes: number, boundBytes: number): StageOutcome {
  return refuse({
    cause: 'payload_too_large',
    message: `The request body is larger than this gateway accepts (${formatMb(sizeBytes)} of at most ${formatMb(boundBytes)}).`,
    rule: { name: 'maxBodyBytes', origin: { from: 'settings', path: 'maxBodyBytes' }, value: boundBytes },
    evidence: [{ what: 'size of the body', where: 'header content-length', value: `${sizeBytes} bytes` }],
  });
}

/** A body whose content coding could not be undone. */
export function undecodable(
  reason: 'unknown-coding' | 'damaged' | 'too-large',
  coding: string,
  boundBytes: number,
): StageOutcome {
  const evidence = [{ what: 'content coding', where: 'header content-encoding', value: clip(coding) }];
  switch (reason) {
    case 'too-large':
      return refuse({
        cause: 'payload_too_large',
        message: `The request body, once unpacked, is larger than this gateway accepts (${formatMb(boundBytes)}).`,
        rule: { name: 'maxBodyBytes', origin: { from: 'settings', path: 'maxBodyBytes' }, value: boundBytes },
        evidence,
      });
    case 'damaged':
      return refuse({
        cause: 'bad_request_parameter',
        message: `The request body is not ${clip(coding)}, as its content-encoding header says, or it was damaged on the way.`,
        evidence,
      });
    case 'unknown-coding':
      return refuse({
        cause: 'bad_request_parameter',
        status: 415,
        message: `The content-encoding ${clip(coding)} is not understood here. Send gzip, deflate, br or none.`,
        headers: { 'accept-encoding': 'gzip, deflate, br' },
        evidence,
      });
  }
}

/** Parses what the endpoint needs: JSON bodies, the model's name, whether a stream is asked for. */
export function receiveBody(exchange: Exchange, body: Buffer): StageOutcome {
  const { endpoint } = exchange;
  if (!endpoint) throw new Error('receiveBody before receiveHead');
  switch (endpoint.modelIn) {
    case 'none':
      if (endpoint.name === 'models') return receiveListing(exchange);
      return { decision: 'passed', summary: 'No model is named by this kind of request.' };
    case 'query': {
      exchange.askedModel = queryModel(exchange.request.url);
      return exchange.askedModel === undefined
        ? missingModel('the query parameter "model"')
        : passedWithModel(exchange);
    }
    case 'multipart':
      return receiveMultipart(exchange, body);
    case 'path': {
      exchange.askedModel = endpoint.modelInPath;
      if (exchange.request.method === 'GET' || exchange.request.method === 'HEAD') return passedWithModel(exchange);
      const refusal = parseJsonBody(exchange, body);
      exchange.stream = endpoint.name === 'streamGenerateContent';
      return refusal ?? passedWithModel(exchange);
    }
    case 'body':
      return receiveJsonWithModel(exchange, body);
  }
}

/** How much of a listing is asked for, in the words of the caller's dialect (docs.claude.com, ai.google.dev: GET models). */
function receiveListing(exchange: Exchange): StageOutcome {
  const asked = pageAsked(exchange);
  if (asked?.size !== undefined && !(Number.isInteger(asked.size) && asked.size >= 1 && asked.size <= 1000)) {
    return refuse({
      cause: 'bad_request_parameter',
      message: `"${asked.sizeName}" must be a whole number from 1 to 1000.`,
      param: asked.sizeName,
    });
  }
  return { decision: 'passed', summary: 'The list of models is asked for.' };
}

function receiveJsonWithModel(exchange: Exchange, body: Buffer): StageOutcome {
  const refusal = parseJsonBody(exchange, body);
  if (refusal) return refusal;
  const json = exchange.json as Record<string, unknown>;
  const { model } = json;
  exchange.stream = json.stream === true;
  if (model === undefined && exchange.endpoint && mayOmitModel(exchange.endpoint) && !inWrongPlace(exchange, json)) {
    return withoutModel(exchange);
  }
  if (typeof model !== 'string' || model === '') return modelMisplaced(exchange, json);
  const spans = findTopLevelMember(body, 'model');
  if (spans.length > 1) {
    return refuse({
      cause: 'bad_request_parameter',
      message: 'The request body names "model" more than once; two readers could take different ones. Send it once.',
      param: 'model',
    });
  }
  exchange.askedModel = model;
  exchange.modelSpan = spans[0];
  return passedWithModel(exchange);
}

function parseJsonBody(exchange: Exchange, body: Buffer): StageOutcome | undefined {
  const type = headerValue(exchange.request.rawHeaders, 'content-type');
  if (body.length === 0) {
    return refuse({
      cause: 'bad_request_parameter',
      message: 'The request has no body; this path expects a JSON object.',
      evidence: [{ what: 'bytes of body', where: 'request body', value: '0' }],
    });
  }
  if (type !== undefined && !/\bjson\b/i.test(type) && !/^text\/plain\b/i.test(type)) {
    return refuse({
      cause: 'bad_request_parameter',
      message: `This path expects content-type application/json, not ${clip(type)}.`,
      evidence: [{ what: 'content type sent', where: 'header content-type', value: clip(type) }],
    });
  }
  try {
    exchange.json = JSON.parse(body.toString('utf8'));
  } catch (error) {
    return refuse({
      cause: 'bad_request_parameter',
      message: `The request body is not valid JSON${whereBroken(error, body)}.`,
      evidence: [{ what: 'JSON error', where: 'request body', value: positionOf(error, body) ?? 'unexpected end' }],
    });
  }
  if (isDeeperThan(exchange.json, MOST_LEVELS)) {
    exchange.json = undefined;
    return refuse({
      cause: 'bad_request_parameter',
      message: `The request body is nested more than ${MOST_LEVELS} levels deep, deeper than anything that reads it can go.`,
      evidence: [{ what: 'levels', where: 'request body', value: `more than ${MOST_LEVELS}` }],
    });
  }
  if (typeof exchange.json !== 'object' || exchange.json === null || Array.isArray(exchange.json)) {
    return refuse({
      cause: 'bad_request_parameter',
      message: `The request body must be a JSON object, not ${exchange.json === null ? 'null' : Array.isArray(exchange.json) ? 'an array' : `a ${typeof exchange.json}`}.`,
    });
  }
  return undefined;
}

/** Of the engine's message only the position is taken: its text quotes the body, which may hold a secret. */
function positionOf(error: unknown, body: Buffer): string | undefined {
  const message = String(error);
  if (message.includes('end of JSON input')) return undefined;
  const text = body.toString('utf8');
  const at = Number(/position (\d+)/.exec(message)?.[1] ?? unexpectedAt(text));
  const line = text.slice(0, at).split('\n');
  return `line ${line.length}, column ${(line.at(-1)?.length ?? 0) + 1} (character ${at})`;
}

function whereBroken(error: unknown, body: Buffer): string {
  // Windows' tools write both by themselves (RFC 8259 §8.1 allows neither).
  if (/^(?:fffe|feff)/.test(body.toString('hex', 0, 2))) return ': it is UTF-16. Send it as UTF-8';
  if (body.toString('hex', 0, 3) === 'efbbbf') return ': it begins with a byte order mark. Send it without one';
  const position = positionOf(error, body);
  return position ? ` at ${position}` : ': it ends too early';
}

/** A sentence on where a model was found that is not at the top level. */
function inWrongPlace(exchange: Exchange, json: Record<string, unknown>): string | undefined {
  if (queryModel(exchange.request.url)) return ' It was found in the query instead.';
  const otherCase = Object.keys(json).find((name) => name.toLowerCase() === 'model');
  if (otherCase !== undefined && json.model === undefined) return ` It was found as "${otherCase}" instead.`;
  const nested = Object.entries(json).find(
    ([, value]) => typeof value === 'object' && value !== null && 'model' in value && !Array.isArray(value),
  )?.[0];
  return nested === undefined ? undefined : ` It was found inside "${clip(nested)}" instead.`;
}

function withoutModel(exchange: Exchange): StageOutcome {
  return {
    decision: 'passed',
    summary: `A ${exchange.endpoint?.name} request that leaves the model to its provider.`,
    output: { stream: exchange.stream ?? false },
  };
}

function modelMisplaced(exchange: Exchange, json: Record<string, unknown>): StageOutcome {
  const where = inWrongPlace(exchange, json) ?? '';
  return refuse({
    cause: 'bad_request_parameter',
    message:
      json.model === undefined
        ? `The request body has no "model" at its top level.${where}`
        : '"model" must be a text that is not empty.',
    param: 'model',
    evidence: [{ what: 'model', where: '/model', value: json.model === undefined ? 'absent' : typeof json.model }],
  });
}

function receiveMultipart(exchange: Exchange, body: Buffer): StageOutcome {
  const boundary = multipartBoundary(headerValue(exchange.request.rawHeaders, 'content-type') ?? '');
  if (!boundary) {
    return refuse({
      cause: 'bad_request_parameter',
      message: 'This path expects a file upload (content-type multipart/form-data with a boundary).',
    });
  }
  const fields = findMultipartFields(body, boundary, 'model');
  if (fields.length > 1) {
    return refuse({
      cause: 'bad_request_parameter',
      message: 'The upload names "model" more than once.',
      param: 'model',
    });
  }
  exchange.askedModel = fields[0]?.value;
  if (fields.length === 0 && exchange.endpoint && mayOmitModel(exchange.endpoint)) return withoutModel(exchange);
  return exchange.askedModel ? passedWithModel(exchange) : missingModel('the form field "model"');
}

function missingModel(where: string): StageOutcome {
  return refuse({
    cause: 'bad_request_parameter',
    message: `The request names no model: ${where} is missing.`,
    param: 'model',
  });
}

function passedWithModel(exchange: Exchange): StageOutcome {
  return {
    decision: 'passed',
    summary: `A ${exchange.endpoint?.name} request for ${clip(exchange.askedModel ?? '')}${exchange.stream ? ', as a stream' : ''}.`,
    output: { model: exchange.askedModel, stream: exchange.stream ?? false },
  };
}

/** Which form a models list takes follows the caller's headers (contract, "Model lists"). */
function withModelsFamily(exchange: Exchange, endpoint: NonNullable<Exchange['endpoint']>) {
  const { rawHeaders, url } = exchange.request;
  if (headerValue(rawHeaders, 'anthropic-version') !== undefined) return { ...endpoint, family: 'anthropic' as const };
  if (headerValue(rawHeaders, 'x-goog-api-key') !== undefined || /[?&]key=/.test(url)) {
    return { ...endpoint, family: 'gemini' as const };
  }
  return endpoint;
}

function queryModel(url: string): string | undefined {
  const query = url.indexOf('?');
  return query === -1 ? undefined : (new URLSearchParams(url.slice(query + 1)).get('model') ?? undefined);
}

function formatMb(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`;
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
