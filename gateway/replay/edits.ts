/** Edits of a recorded request: what may be changed where, and a clear word where it cannot. Pure. */
import { isCredentialParameter } from '../captures/credential-names.ts';
import type { Edit } from '../control/contract/replay.ts';
import { matchEndpoint } from '../dialects/endpoints.ts';
import { editJson } from '../json/pointer.ts';
import { nearestNames } from '../providers/catalogue.ts';
import { headerValue, isHeaderName, isHeaderValue, withHeader } from '../providers/headers.ts';
import { findMultipartFields, multipartBoundary } from '../stages/multipart-field.ts';
import { ReplayProblem } from './replay-problem.ts';
import type { ReplayRequest } from './replay-request.ts';

export interface EditedRequest {
  readonly request: ReplayRequest;
  /** Provider key to send with. */
  readonly keyId?: string;
  /** Gateway key in whose name it is sent. */
  readonly gatewayKeyId?: string;
  readonly baseUrl?: string;
  /** Places of credentials that were taken away: `header authorization`, `query parameter key`. */
  readonly withoutCredentials: readonly string[];
}

const PLACES = ['method', 'url', 'model', 'key', 'gateway-key', 'base-url', 'body'];
/** The places a gateway key is accepted in (contract): what stands there is a secret, and secrets are given by reference. */
const CREDENTIAL_HEADERS = /^(?:authorization|x-api-key|api-key|x-goog-api-key)$/i;

/** Throws ReplayProblem for an edit that has no place in this request. */
export function applyEdits(request: ReplayRequest, edits: readonly Edit[]): EditedRequest {
  let edited: EditedRequest = { request, withoutCredentials: [] };
  for (const edit of edits) edited = applyEdit(edited, edit);
  return { ...edited, request: withLength(request, edited.request) };
}

function applyEdit(edited: EditedRequest, edit: Edit): EditedRequest {
  const { path, value } = edit;
  const { request } = edited;
  switch (path) {
    case 'method':
      return { ...edited, request: { ...request, method: method(text(edit)) } };
    case 'url':
      return { ...edited, request: { ...request, url: requestUrl(text(edit)) } };
    case 'model':
      return { ...edited, request: withModel(request, edit) };
    case 'key':
      return { ...edited, keyId: text(edit) };
    case 'gateway-key':
      return { ...edited, gatewayKeyId: text(edit) };
    case 'base-url':
      return { ...edited, baseUrl: baseUrl(text(edit)) };
    case 'body':
      return { ...edited, request: withBody(request, value === undefined ? '' : wholeBody(value)) };
  }
  if (path.startsWith('/')) return { ...edited, request: withPointer(request, edit) };
  if (path.startsWith('header.')) return withHeaderEdit(edited, path.slice('header.'.length), edit);
  if (path.startsWith('query.')) return withQueryEdit(edited, path.slice('query.'.length), edit);
  throw unknownPlace(path, request);
}

function invalid(sentence: string, next: string): ReplayProblem {
  return new ReplayProblem('invalid', sentence, next);
}

function unknownPlace(path: string, request: ReplayRequest): ReplayProblem {
  const shown = path.slice(0, 100);
  const headers = request.headers.map(([name]) => `header.${name.toLowerCase()}`);
  if (headers.includes(`header.${path.toLowerCase()}`)) {
    return invalid(`There is nothing called "${shown}" to edit.`, `For the header write header.${path.toLowerCase()}.`);
  }
  const asPointer = editableText(request) === undefined ? [] : pointersLike(request, `/${path.replaceAll('.', '/')}`);
  const [nearest] = [...nearestNames(path, [...PLACES, ...headers], 1), ...asPointer];
  const places = `${PLACES.join(', ')}, header.NAME, query.NAME or a JSON pointer such as /messages/0/content`;
  return invalid(
    `There is nothing called "${shown}" to edit.`,
    nearest ? `Did you mean ${nearest}? There are ${places}.` : `There are ${places}.`,
  );
}

function pointersLike(request: ReplayRequest, pointer: string): string[] {
  const tried = editJson(editableText(request) ?? '', `${pointer}/0/0`, undefined);
  return tried.ok ? [] : nearestNames(pointer, tried.known, 1);
}

function text({ path, value }: Edit): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(
    value === undefined ? `"${path}" cannot be taken away.` : `"${path}" must be a text that is not empty.`,
    `Give one: ${path}=VALUE.`,
  );
}

function method(value: string): string {
  const name = value.toUpperCase();
  if (/^[A-Z]{1,20}$/.test(name)) return name;
  throw invalid('That is no HTTP method.', 'Use GET, POST, PUT, PATCH, DELETE or HEAD.');
}

/** A whole URL is taken for its path and query: the request goes through this gateway, whatever stood before. */
function requestUrl(value: string): string {
  const absolute = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  const url = absolute ? absolute.pathname + absolute.search : value;
  if (!url.startsWith('/') || /[\s#]/.test(url) || url.length > 16_384) {
    throw invalid(
      'The URL must be a path such as /v1/chat/completions.',
      'Give the path, and the query if there is one.',
    );
  }
  const parameters = new URLSearchParams(url.split('?', 2)[1] ?? '');
  for (const [name, content] of parameters) {
    if (isCredentialParameter(name) && !content.startsWith('~redacted.')) throw secretGiven(`query.${name}`);
  }
  return url;
}

function baseUrl(value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && !new URL(value).username) return value;
  throw invalid('The base URL must be an http or https address.', 'For example https://api.openai.com/v1.');
}

function secretGiven(path: string): ReplayProblem {
  return invalid(
    `"${path}" holds a secret, and secrets are not given in edits.`,
    'Name a stored key instead: key=ID for a provider key, gateway-key=ID for a gateway key.',
  );
}

function withHeaderEdit(edited: EditedRequest, name: string, { value }: Edit): EditedRequest {
  const { request } = edited;
  const lower = name.toLowerCase();
  if (!isHeaderName(name)) throw invalid('That is no header name.', 'Write header.NAME, such as header.content-type.');
  if (value === undefined) {
    if (!request.headers.some(([own]) => own.toLowerCase() === lower)) {
      const [nearest] = nearestNames(
        lower,
        request.headers.map(([own]) => own.toLowerCase()),
        1,
      );
      throw invalid(
        `The request has no header "${lower.slice(0, 80)}" to take away.`,
        nearest ? `Did you mean header.${nearest}?` : 'Its headers are shown by `keyward captures show`.',
      );
    }
    return {
      ...edited,
      request: { ...request, headers: request.headers.filter(([own]) => own.toLowerCase() !== lower) },
      withoutCredentials: [...edited.withoutCredentials, `header ${lower}`],
    };
  }
  if (CREDENTIAL_HEADERS.test(name)) throw secretGiven(`header.${lower}`);
  const content = typeof value === 'object' ? undefined : String(value);
  if (content === undefined || !isHeaderValue(content)) {
    throw invalid(`The header "${lower}" cannot have that value.`, 'Give a text without line breaks.');
  }
  return { ...edited, request: { ...request, headers: pairs(withHeader(request.headers.flat(), name, content)) } };
}

function withQueryEdit(edited: EditedRequest, name: string, { value }: Edit): EditedRequest {
  const { request } = edited;
  if (name === '') throw invalid('The parameter has no name.', 'Write query.NAME, such as query.api-version.');
  const [path = '', ...rest] = request.url.split('?');
  const query = rest.join('?');
  const others = query.split('&').filter((pair) => pair !== '' && decoded(pair.split('=', 1)[0] ?? '') !== name);
  if (value === undefined) {
    if (others.length === query.split('&').filter(Boolean).length) {
      throw invalid(`The URL has no parameter "${name.slice(0, 80)}" to take away.`, `It is ${path}.`);
    }
    return {
      ...edited,
      request: { ...request, url: others.length > 0 ? `${path}?${others.join('&')}` : path },
      withoutCredentials:
        name === 'key' ? [...edited.withoutCredentials, 'query parameter key'] : edited.withoutCredentials,
    };
  }
  if (isCredentialParameter(name)) throw secretGiven(`query.${name}`);
  if (typeof value === 'object') throw invalid(`The parameter "${name}" must be a text.`, 'Give a text or a number.');
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
  return { ...edited, request: { ...request, url: `${path}?${[...others, pair].join('&')}` } };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** A model's name stands where the endpoint has it. */
function withModel(request: ReplayRequest, edit: Edit): ReplayRequest {
  const [path = ''] = request.url.split('?', 1);
  const match = matchEndpoint(request.method, path);
  if (match.kind !== 'endpoint' || match.endpoint.modelIn === 'none') {
    throw invalid('A request to this path names no model.', 'Edit the url, or a JSON pointer of the body.');
  }
  switch (match.endpoint.modelIn) {
    case 'body':
      return withPointer(request, { path: '/model', value: edit.value });
    case 'query':
      return withQueryEdit({ request, withoutCredentials: [] }, 'model', edit).request;
    case 'path': {
      const name = text(edit).split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
      const colon = path.lastIndexOf(':');
      const action = match.endpoint.dialect === 'openai-models' ? '' : path.slice(colon);
      const url = path.replace(/\/models\/.*$/, () => `/models/${name}${action}`);
      return { ...request, url: url + request.url.slice(path.length) };
    }
    case 'multipart': {
      const boundary = multipartBoundary(headerValue(request.headers.flat(), 'content-type') ?? '');
      const field = request.body && boundary ? findMultipartFields(request.body, boundary, 'model')[0] : undefined;
      if (!request.body || !field) throw invalid('The upload has no field "model".', 'Edit the body as a whole.');
      const name = Buffer.from(text(edit));
      const body = Buffer.concat([request.body.subarray(0, field.start), name, request.body.subarray(field.end)]);
      return { ...request, body, bodyEdited: true };
    }
  }
}

function withPointer(request: ReplayRequest, { path, value }: Edit): ReplayRequest {
  const json = editableText(request);
  if (json === undefined) {
    throw invalid(
      'The body of this request was not kept, so nothing in it can be edited.',
      'Give a whole one: body=TEXT.',
    );
  }
  const edited = editJson(json, path, value);
  if (edited.ok) return withBody(request, edited.text);
  if (edited.reason === 'no-json') {
    throw invalid(
      'The body of this request is no JSON, so a pointer has no place in it.',
      'Give a whole one: body=TEXT.',
    );
  }
  const [nearest] = nearestNames(path, edited.known, 1);
  const top = edited.known.filter((pointer) => !pointer.includes('/', 1)).slice(0, 12);
  throw invalid(
    `The body has nothing at ${path.slice(0, 200)}.`,
    nearest ? `Did you mean ${nearest}?` : top.length > 0 ? `At its top are ${top.join(', ')}.` : 'It is empty.',
  );
}

function editableText(request: ReplayRequest): string | undefined {
  return request.body?.toString('utf8');
}

function wholeBody(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function withBody(request: ReplayRequest, body: string): ReplayRequest {
  return { ...request, body: Buffer.from(body, 'utf8'), bodyEdited: true };
}

/** An edited body has another length than the one that the client announced; a coding it no longer wears is not claimed. */
function withLength(before: ReplayRequest, request: ReplayRequest): ReplayRequest {
  if (!request.bodyEdited || request.body === before.body) return request;
  const announced = headerValue(before.headers.flat(), 'content-length');
  const now = headerValue(request.headers.flat(), 'content-length');
  if (announced === undefined || now !== announced) return request;
  const headers = withHeader(request.headers.flat(), 'content-length', String(request.body?.length ?? 0));
  return { ...request, headers: pairs(headers) };
}

function pairs(headers: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) list.push([headers[at] as string, headers[at + 1] as string]);
  return list;
}
