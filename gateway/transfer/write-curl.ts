/**
 * A capture as a command for a POSIX shell that sends the app's request to this gateway again. The key is never in it: the
 * shell puts KEYWARD_KEY there. Pure.
 */
import type { Capture, RecordedBody } from '../captures/capture.ts';
import { headerSort, urlSpans } from '../captures/credential-names.ts';
import { MARKER_PATTERN } from '../captures/marker.ts';

/** Headers that curl makes by itself, or that belong to the one connection. */
const NOT_REPEATED =
  /^(?:host|content-length|connection|keep-alive|proxy-connection|transfer-encoding|expect|te|trailer|upgrade|accept-encoding|http2-settings)$/i;
/** Linux takes no single argument beyond 128 KiB. */
const LONGEST_ARGUMENT_BYTES = 100_000;

export function writeCurl(capture: Capture, gatewayUrl: string): string {
  const { request } = capture;
  const notes = [`# ${capture.id}. Needs a gateway key: export KEYWARD_KEY=…`];
  const words = ['curl', shellQuote(`${gatewayUrl}${withoutCredentials(request.url)}`)];
  const body = bodyWords(request.body);
  if (request.method === 'HEAD') words.push('--head');
  else if (request.method !== (body.words.length > 0 ? 'POST' : 'GET')) words.push('-X', shellQuote(request.method));
  // Unquoted on purpose: the shell fills it in.
  words.push('-H "Authorization: Bearer $KEYWARD_KEY"');
  let hasType = false;
  for (const [name, value] of request.headers) {
    if (headerSort(name) === 'content-type') hasType = true;
    if (NOT_REPEATED.test(name) || isCredential(name)) continue;
    if (MARKER_PATTERN.test(value)) {
      MARKER_PATTERN.lastIndex = 0;
      notes.push(`# The header ${name} held a secret and is left out.`);
      continue;
    }
    words.push('-H', shellQuote(value === '' ? `${name};` : `${name}: ${value}`));
  }
  if (request.headers.some(([name]) => name.toLowerCase() === 'accept-encoding')) words.push('--compressed');
  if (capture.stream) words.push('--no-buffer');
  // curl calls every body a form unless it is told otherwise.
  if (body.words.length > 0 && !hasType) words.push('-H', "'Content-Type:'");
  notes.push(...body.notes);
  return `${notes.join('\n')}\n${body.before}${join([...words, ...body.words])}\n`;
}

/** Single quotes hold everything but themselves. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function bodyWords(body: RecordedBody): { before: string; words: string[]; notes: string[] } {
  const none = { before: '', words: [], notes: [] };
  if (body.sizeBytes === 0) return none;
  if (body.text === undefined && body.base64 === undefined) {
    return {
      ...none,
      notes: [`# Its body of ${body.sizeBytes} bytes was not recorded: ${body.leftOut ?? 'unknown why'}.`],
    };
  }
  const notes: string[] = [];
  if (body.keptBytes < body.sizeBytes)
    notes.push(`# Only the first ${body.keptBytes} of ${body.sizeBytes} bytes of its body were recorded.`);
  if (body.redactions.length > 0)
    notes.push(`# A secret in its body was removed in ${body.redactions.length} place(s).`);
  const { text } = body;
  if (text !== undefined && !text.includes('\0') && Buffer.byteLength(text) <= LONGEST_ARGUMENT_BYTES) {
    // --data-raw, because --data-binary would take a leading @ for the name of a file.
    return { before: '', words: ['--data-raw', shellQuote(text)], notes };
  }
  const base64 = body.base64 ?? Buffer.from(text ?? '').toString('base64');
  notes.push('# Its body is no text for a command line, so it comes as base64.');
  return { before: `printf %s '${base64}' | base64 -d | `, words: ['--data-binary', '@-'], notes };
}

function isCredential(name: string): boolean {
  const sort = headerSort(name);
  return sort === 'authorization' || sort === 'credential' || sort === 'cookie' || sort === 'set-cookie';
}

/** Credential parameters go: the header speaks for all of them. */
function withoutCredentials(url: string): string {
  let out = url;
  for (const { start, end } of urlSpans(url).reverse()) {
    const name = Math.max(out.lastIndexOf('&', start), out.lastIndexOf('?', start)) + 1;
    out = out.slice(0, name) + out.slice(out[end] === '&' ? end + 1 : end);
  }
  return out.replace(/[?&]+$/, '').replace(MARKER_PATTERN, '');
}

function join(words: readonly string[]): string {
  let line = words[0] ?? '';
  for (const word of words.slice(1)) line += /^(?:-H|-X|--)/.test(word) ? ` \\\n  ${word}` : ` ${word}`;
  return line;
}
