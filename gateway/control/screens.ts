/** The built screens under `/ui/`: read-only files below one folder, and index.html for every place within the app. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

/**
 * Scripts from our own files only, so that a script smuggled into a captured answer stays text. Styles may be inline
 * because the component library writes them so. Nothing may be framed, nor sent anywhere but here.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

export interface ScreenFile {
  readonly file: string;
  readonly type: string;
  readonly cache: string;
}

/**
 * The file under `root` for a path (still encoded, without query) below `/ui/`; undefined where nothing may be served.
 * Decoded once: `..`, `%2e%2e`, `%2f` and backslashes lead nowhere.
 */
export function screenFile(root: string, encodedPath: string): ScreenFile | undefined {
  let name: string;
  try {
    name = decodeURIComponent(encodedPath);
  } catch {
    return undefined;
  }
  if (!name.startsWith('/ui/') || /[\\\0]/.test(name)) return undefined;
  const segments = name.slice('/ui/'.length).split('/');
  if (segments.includes('..') || segments.includes('.')) return undefined;
  const type = TYPES[path.extname(name).toLowerCase()];
  const isAsset = segments[0] === 'assets';
  if (!type || name === '/ui/index.html') {
    // A place within the app (an id may hold a dot); an asset that is gone must not be answered with a page.
    if (isAsset) return undefined;
    return { file: path.join(root, 'index.html'), type: TYPES['.html'] as string, cache: 'no-store' };
  }
  const file = path.join(root, ...segments);
  if (!file.startsWith(path.resolve(root) + path.sep)) return undefined;
  // The build puts a hash of the content into the names of assets.
  return { file, type, cache: isAsset ? 'private, max-age=31536000, immutable' : 'no-cache' };
}

/** Answers one request for the screens. `root` is absent or empty where they were not built. */
export async function serveScreen(
  root: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  encodedPath: string,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendPage(request, response, 405, 'The screens can only be read.', undefined, { allow: 'GET, HEAD' });
    return;
  }
  const found = root === undefined ? undefined : screenFile(path.resolve(root), encodedPath);
  if (root !== undefined && !found) {
    sendPage(request, response, 404, 'There is no such file.');
    return;
  }
  try {
    const body = await readFile(found?.file ?? '');
    send(request, response, 200, body, { 'content-type': found?.type ?? '', 'cache-control': found?.cache ?? '' });
  } catch (error) {
    if (found && !found.type.startsWith('text/html')) sendPage(request, response, 404, 'There is no such file.');
    else sendNotBuilt(request, response, error);
  }
}

function sendNotBuilt(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const absent = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  const sentence = absent ? 'The gateway runs, but its screens were not built yet.' : 'The screens could not be read.';
  sendPage(request, response, 503, sentence, absent ? 'npm run build' : 'keyward doctor');
}

/** A page of one sentence, and a command to run where there is one. Nothing from outside goes into it. */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  sentence: string,
  command?: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const run = command === undefined ? '' : `<p>Run this in a terminal:</p><pre>${escapeHtml(command)}</pre>`;
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Keyward</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:18vh auto 0;padding:0 1.5rem}pre{padding:.75rem 1rem;border:1px solid;border-radius:.4rem;user-select:all}</style>
</head><body><main><h1>Keyward</h1><p>${escapeHtml(sentence)}</p>${run}</main></body></html>
`;
  send(request, response, status, Buffer.from(html), {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
}

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    ...SECURITY_HEADERS,
    ...headers,
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
