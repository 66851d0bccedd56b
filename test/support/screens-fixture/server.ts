/**
 * Serves dist/renderer under /ui/ and the control contract under /api/ from memory, so that screens can be looked at
 * without a gateway. Never shipped. `node test/support/screens-fixture/server.ts [empty|full] [port]`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { createRouter, type FixtureOptions } from './router.ts';

const DIST = path.join(import.meta.dirname, '../../../dist/renderer');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** What the real listener sends. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Read once, whole: a build that runs meanwhile empties the folder first. */
let screens: ReadonlyMap<string, Buffer> | undefined;
function builtScreens(): ReadonlyMap<string, Buffer> {
  screens ??= new Map(
    readdirSync(DIST, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(DIST, file), readFileSync(file)]),
  );
  return screens;
}

export async function startFixture(
  options: FixtureOptions & { port?: number },
): Promise<{ url: string; server: Server; push: ReturnType<typeof createRouter>['push'] }> {
  const { router, push } = createRouter(options);
  const handler = new OpenAPIHandler(router);
  const files = builtScreens();
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/api/')) {
      if (options.signedOut) {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ defined: false, code: 'UNAUTHORIZED', status: 401, message: 'Sign in first.' }));
        return;
      }
      const { matched } = await handler.handle(request, response, { prefix: '/api' });
      if (!matched) response.writeHead(404).end();
      return;
    }
    const place = (request.url ?? '').split('?')[0]?.replace(/^\/ui\//, '') ?? '';
    const name = files.has(place) ? place : 'index.html';
    const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(files.get(name));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, server, push };
}

if (process.argv[1] === import.meta.filename) {
  const started = await startFixture({
    home: process.argv[2] === 'empty' ? 'empty' : 'full',
    port: Number(process.argv[3] ?? 0),
  });
  process.stdout.write(`${started.url}/ui/\n`);
}
