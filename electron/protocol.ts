import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { assetFor, CONTENT_SECURITY_POLICY } from './assets.ts';
import { isOurUrl, SCREENS_SCHEME } from './sender.ts';

/** Must be called before the app is ready: a scheme's rights are fixed when Chromium starts. */
export function declareScreensScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCREENS_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built screens at `app://keyward/`: read-only, under the policy of assets.ts. */
export function serveScreens(root: string): void {
  protocol.handle(SCREENS_SCHEME, async (request) => {
    if (!isOurUrl(request.url)) return answer(404, 'No such host.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'The screens can only be read.');
    const asset = assetFor(root, request.url);
    if (!asset) return answer(404, 'No such file.');
    try {
      return answer(200, new Uint8Array(await readFile(asset.file)), asset.type);
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      return answer(missing ? 404 : 500, missing ? 'No such file.' : 'The file could not be read.');
    }
  });
}

function answer(status: number, body: string | Uint8Array<ArrayBuffer>, type = 'text/plain; charset=utf-8'): Response {
  return new Response(body, {
    status,
    headers: {
      'content-type': type,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    },
  });
}
