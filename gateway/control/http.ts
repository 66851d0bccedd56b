/** The control interface and the screens over HTTP: `/api/*` and `/ui/*`, behind the doorkeeper and a session. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ControlApi } from './api.ts';
import { isOurPage, type Turned, turnAway } from './doorkeeper.ts';
import { FailureLimit } from './failure-limit.ts';
import type { ControlContext } from './implementer.ts';
import { MOST_FILE_BYTES, readJsonBody } from './json-body.ts';
import { SECURITY_HEADERS, sendPage, serveScreen } from './screens.ts';
import type { ControlDeps } from './services.ts';
import { Sessions } from './sessions.ts';

export interface ControlHttpOptions {
  /** The token in instance.json, which the CLI sends as `Authorization: Bearer`. */
  readonly instanceToken?: string;
  /** Folder of the built screens. */
  readonly screens?: string;
  /** Called when `sessionSecrets()` has a new one, before that is handed out: the redactor must know it first. */
  readonly onNewSecret?: () => void;
}

export interface ControlHttp {
  /** Answers a request for `/ui…` or `/api/…`. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** A one-time sign-in address, for a gateway that listens at `url`. */
  signInUrl(url: string): string;
  sessionSecrets(): string[];
  /** Ends the live streams, which would otherwise hold a drain up. */
  close(): void;
}

const TAKES_FILES: ReadonlySet<string> = new Set([
  '/api/captures/import',
  '/api/suites/run',
  '/api/config/preview',
  '/api/config/import',
]);

const NO_SESSION: Turned = {
  status: 401,
  code: 'UNAUTHORIZED',
  sentence: 'Nobody is signed in here.',
  next: 'Open the screens with `keyward ui`.',
};

export function createControlHttp(deps: ControlDeps, options: ControlHttpOptions = {}): ControlHttp {
  const http = new Door(deps, options);
  return {
    handle: (request, response) => {
      http.handle(request, response).catch((error: unknown) => {
        deps.onFault(error);
        if (!response.headersSent) sendJson(response, problemOf(500, 'Keyward made a mistake while answering.', null));
        else response.destroy();
      });
    },
    signInUrl: (url) => `${url}/ui/?token=${http.sessions.newSignIn()}`,
    sessionSecrets: () => http.sessions.secrets(),
    close: () => http.endStreams(),
  };
}

class Door {
  readonly sessions: Sessions;
  readonly #deps: ControlDeps;
  readonly #options: ControlHttpOptions;
  readonly #failures: FailureLimit;
  readonly #streams = new Set<ServerResponse>();
  #api: Promise<ControlApi> | undefined;
  #openApi: Promise<string> | undefined;

  constructor(deps: ControlDeps, options: ControlHttpOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#failures = new FailureLimit(deps.now);
    this.sessions = new Sessions({
      instanceToken: options.instanceToken,
      now: deps.now,
      random: deps.random,
      onNewSecret: options.onNewSecret,
    });
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    const query = target.indexOf('?');
    const path = query === -1 ? target : target.slice(0, query);
    const turned = turnAway({
      method: request.method ?? 'GET',
      headers: request.headers,
      remoteAddress: request.socket.remoteAddress,
      localPort: request.socket.localPort,
    });
    const isApi = path.startsWith('/api/');
    if (turned) {
      if (isApi) sendJson(response, turned);
      else sendPage(request, response, turned.status, `${turned.sentence} ${turned.next ?? ''}`);
      return;
    }
    if (isApi) await this.#answerApi(request, response, path);
    else await this.#answerUi(request, response, path, query === -1 ? '' : target.slice(query + 1));
  }

  endStreams(): void {
    for (const response of this.#streams) response.destroy();
  }

  async #answerUi(request: IncomingMessage, response: ServerResponse, path: string, query: string): Promise<void> {
    const parameters = new URLSearchParams(query);
    const token = parameters.get('token');
    if (token !== null && request.method === 'GET') {
      parameters.delete('token');
      const rest = parameters.toString();
      const clean = path === '/ui' || path === '/ui/sign-in' ? '/ui/' : path;
      this.#signIn(request, response, token, rest === '' ? clean : `${clean}?${rest}`);
      return;
    }
    if (path === '/ui') {
      response.writeHead(308, { location: query === '' ? '/ui/' : `/ui/?${query}`, 'content-length': 0 }).end();
      return;
    }
    // Screens ask for data at once.
    this.#loadApi().catch(this.#deps.onFault);
    await serveScreen(this.#options.screens, request, response, path);
  }

  /** The token leaves the address bar and the history at once: the answer leads to the same place without it. */
  #signIn(request: IncomingMessage, response: ServerResponse, token: string, place: string): void {
    const secret = this.sessions.redeem(token);
    if (secret === undefined && !this.#hasSession(request)) {
      const waitSeconds = this.#failures.count();
      if (waitSeconds > 0) {
        const headers = { 'retry-after': String(waitSeconds) };
        sendPage(request, response, 429, 'Too many sign-ins failed. Wait a minute.', undefined, headers);
      } else {
        sendPage(
          request,
          response,
          401,
          'This sign-in link was used already or is too old. Make a new one.',
          'keyward ui',
        );
      }
      return;
    }
    // `//host` would lead elsewhere; the path came from the request line.
    const location = place.replace(/^\/+/, '/');
    const cookie = secret && `${cookieName(request)}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`;
    response
      .writeHead(303, {
        ...SECURITY_HEADERS,
        location,
        'cache-control': 'no-store',
        'content-length': 0,
        ...(cookie ? { 'set-cookie': cookie } : {}),
      })
      .end();
  }

  async #answerApi(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const actor = this.#actorOf(request);
    if (actor === undefined) {
      const waitSeconds = this.#failures.count();
      const sentence = 'Too many requests came without a valid session. Wait a minute.';
      if (waitSeconds > 0) sendJson(response, problemOf(429, sentence, null), { 'retry-after': String(waitSeconds) });
      else sendJson(response, NO_SESSION);
      return;
    }
    if (path === '/api/openapi.json' && (request.method === 'GET' || request.method === 'HEAD')) {
      await this.#answerOpenApi(request, response);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const body = await readJsonBody(request, TAKES_FILES.has(path) ? MOST_FILE_BYTES : undefined);
      if (!body.ok) {
        // What was not read would be taken for the next request on this connection.
        sendJson(response, body.problem, { connection: 'close' });
        return;
      }
      (request as IncomingMessage & { body?: unknown }).body = body.value;
    }
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    response.setHeader('cache-control', 'no-store');
    if (path === '/api/live') {
      this.#streams.add(response);
      response.once('close', () => this.#streams.delete(response));
    }
    // Kept open for the next request, this very connection would hold up the end that it asks for.
    if (path === '/api/stop') response.setHeader('connection', 'close');
    const api = await this.#loadApi();
    const { matched } = await api.handle(request, response, { prefix: '/api', context: { actor } });
    if (!matched) {
      const next = 'The calls there are stand in /api/openapi.json.';
      sendJson(response, problemOf(404, `There is no call ${request.method} ${path.slice(0, 100)}.`, next));
    }
  }

  #loadApi(): Promise<ControlApi> {
    this.#api ??= import('./api.ts').then(({ createControlApi }) => createControlApi(this.#deps));
    return this.#api;
  }

  /** Valid credentials are told from invalid ones in constant time; 256 random bits are out of reach of guessing. */
  #actorOf(request: IncomingMessage): ControlContext['actor'] | undefined {
    const bearer = /^Bearer +([\w-]{16,})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.sessions.isInstanceToken(bearer) ? 'cli' : undefined;
    const ours = isOurPage({ method: request.method ?? 'GET', headers: request.headers });
    return ours && this.#hasSession(request) ? 'screen' : undefined;
  }

  #hasSession(request: IncomingMessage): boolean {
    const name = cookieName(request);
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const [key, value] = pair.trim().split('=', 2);
      if (key === name && value && this.sessions.isSession(value)) return true;
    }
    return false;
  }

  async #answerOpenApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#openApi ??= import('./open-api.ts').then(({ buildOpenApi }) =>
      buildOpenApi(this.#deps.version, `http://${request.headers.host}`),
    );
    const body = Buffer.from(await this.#openApi);
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-length': body.length,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

/** Cookies do not know ports: two Keywards on one computer would sign each other out. */
function cookieName(request: IncomingMessage): string {
  return `keyward_session_${request.socket.localPort}`;
}

function problemOf(status: number, sentence: string, next: string | null): Turned {
  const code = { 404: 'NOT_FOUND', 429: 'TOO_MANY_REQUESTS' }[status] ?? 'INTERNAL_SERVER_ERROR';
  return { status, code, sentence, next };
}

/** Errors in the same form as the contract's own, so that every client reads them alike. */
function sendJson(response: ServerResponse, turned: Turned, headers: Readonly<Record<string, string>> = {}): void {
  const { status, code, sentence, next } = turned;
  const body = JSON.stringify({ defined: false, code, status, message: sentence, data: { next } });
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
