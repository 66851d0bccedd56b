import path from 'node:path';

/**
 * What the screens may do. Scripts come from our own files only, so that a script smuggled into a captured answer
 * stays text; styles may be inline because the component library writes them so; nothing may be fetched, framed or
 * submitted anywhere: the control interface comes over a MessagePort.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const TYPES: Record<string, string> = {
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
};

export type Asset = { file: string; type: string };

/**
 * The file under `root` that a URL of the screens stands for, or undefined when there is none to be served. All live
 * under `/ui/`, as over HTTP. Places (`/ui/requests/ID`) are index.html; what looks like a file is that file.
 * Decoded once, then resolved: `..`, `%2e%2e`, `%2f` and backslashes cannot lead out of `root`.
 */
export function assetFor(root: string, url: string): Asset | undefined {
  let name: string;
  try {
    name = decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
  if (name.includes('\0') || name.includes('\\')) return undefined;
  if (!/^\/ui(\/|$)/.test(name)) return undefined;
  name = name.slice('/ui'.length) || '/';
  const extension = path.extname(name).toLowerCase();
  const type = TYPES[extension];
  if (extension === '' || !type) {
    // An id may hold a dot; an asset lives under /assets/ and must not be answered with a page.
    return name.startsWith('/assets/')
      ? undefined
      : { file: path.join(root, 'index.html'), type: TYPES['.html'] ?? '' };
  }
  const file = path.resolve(root, `.${path.posix.resolve('/', name)}`);
  return file.startsWith(path.resolve(root) + path.sep) ? { file, type } : undefined;
}
