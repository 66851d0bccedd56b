/** Google on the wire: the token endpoint, which checks a service account's proof, and Vertex AI behind its tokens. */
import { createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

export interface GoogleServer {
  readonly url: string;
  /** A service account's file as the console hands it out. */
  readonly serviceAccount: string;
  /** What gcloud writes for a person. */
  readonly authorizedUser: string;
  readonly tokens: string[];
  readonly seen: { readonly path: string; readonly body: Wire }[];
  /** Tokens given so far are refused from now on, as after a change of keys. */
  endTokens(): void;
  stop(): void;
}

const EMAIL = 'gateway@my-project-123.iam.gserviceaccount.com';
const REFRESH_TOKEN = `1//0${randomBytes(30).toString('base64url')}`;
const CLIENT_SECRET = `GOCSPX-${randomBytes(21).toString('base64url')}`;

export async function startGoogle(): Promise<GoogleServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const tokens: string[] = [];
  let ended: readonly string[] = [];
  const seen: { path: string; body: Wire }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      if (request.url === '/token') giveToken(new URLSearchParams(text), response);
      else vertex(request, text, response);
    });
  });
  const giveToken = (form: URLSearchParams, response: ServerResponse) => {
    const refusal =
      form.get('grant_type') === 'refresh_token'
        ? refusalOfRefresh(form)
        : refusalOfProof(form.get('assertion') ?? '', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    if (refusal) {
      send(response, refusal.error === 'invalid_client' ? 401 : 400, refusal);
      return;
    }
    const token = `ya29.c.${randomBytes(60).toString('base64url')}`;
    tokens.push(token);
    send(response, 200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
  };
  const vertex = (request: IncomingMessage, text: string, response: ServerResponse) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (!tokens.includes(token) || ended.includes(token)) {
      // The words of the real one, and the token that was sent: nobody promises that it is not told.
      const message = `Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. (${token})`;
      send(response, 401, {
        error: {
          code: 401,
          message,
          status: 'UNAUTHENTICATED',
          details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ACCESS_TOKEN_TYPE_UNSUPPORTED' }],
        },
      });
      return;
    }
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const body = text === '' ? undefined : (JSON.parse(text) as Wire);
    seen.push({ path, body });
    answer(path, body, response);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const common = { token_uri: `${url}/token`, universe_domain: 'googleapis.com' };
  return {
    url,
    serviceAccount: JSON.stringify(
      {
        type: 'service_account',
        project_id: 'my-project-123',
        private_key_id: randomBytes(20).toString('hex'),
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        client_email: EMAIL,
        client_id: '1234567890',
        auth_uri: 'https://accounts.google.com/o/oauth2/auth',
        ...common,
      },
      null,
      2,
    ),
    authorizedUser: JSON.stringify({
      type: 'authorized_user',
      client_id: '764086051850-example.apps.googleusercontent.com',
      client_secret: CLIENT_SECRET,
      refresh_token: REFRESH_TOKEN,
      ...common,
    }),
    tokens,
    seen,
    endTokens: () => {
      ended = [...tokens];
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The checks of Google's token endpoint, in its words (developers.google.com/identity/protocols/oauth2/service-account#error-codes). */
function refusalOfProof(assertion: string, publicKey: string) {
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  if (!verify.verify(publicKey, Buffer.from(signature, 'base64url')))
    return { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' };
  const { iss, aud, scope, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Wire;
  if (aud !== 'https://oauth2.googleapis.com/token')
    return { error: 'invalid_grant', error_description: 'Invalid JWT: Failed audience check.' };
  if (iss !== EMAIL) return { error: 'invalid_grant', error_description: 'Invalid grant: account not found' };
  if (scope !== 'https://www.googleapis.com/auth/cloud-platform')
    return { error: 'invalid_scope', error_description: 'Invalid OAuth scope or ID token audience provided.' };
  const now = Date.now() / 1000;
  if (iat > now + 60 || exp < now || exp - iat > 3600)
    return {
      error: 'invalid_grant',
      error_description:
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    };
  return undefined;
}

function refusalOfRefresh(form: URLSearchParams) {
  if (form.get('client_secret') !== CLIENT_SECRET)
    return { error: 'invalid_client', error_description: 'The provided client secret is invalid.' };
  return form.get('refresh_token') === REFRESH_TOKEN
    ? undefined
    : { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' };
}

const HOME = '/v1/projects/my-project-123/locations/us-central1';

function answer(path: string, body: Wire, response: ServerResponse): unknown {
  const call = /^(.*)\/publishers\/(google|anthropic)\/models\/([^/]+):(\w+)$/.exec(path);
  if (path === `${HOME}/endpoints/openapi/chat/completions`) {
    send(response, 200, {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: body.model,
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: `OpenAI form for ${body.model}` } },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
    return response;
  }
  if (call?.[1] !== HOME) {
    send(response, 404, {
      error: { code: 404, message: `Publisher Model ${path} was not found.`, status: 'NOT_FOUND' },
    });
    return response;
  }
  const [, , publisher, model, action] = call;
  if (publisher === 'anthropic') {
    return claude(String(model), String(action), body, response);
  }
  if (action === 'countTokens') return send(response, 200, { totalTokens: 1 });
  const piece = (text: string, finishReason?: string) => ({
    candidates: [
      { index: 0, content: { role: 'model', parts: [{ text }] }, ...(finishReason ? { finishReason } : {}) },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
    modelVersion: model,
  });
  if (body.generationConfig?.responseModalities?.includes('IMAGE')) {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'aW1hZ2U=' } }];
    const candidates = [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }];
    return send(response, 200, { candidates, modelVersion: model });
  }
  const said = `Gemini heard: ${body.contents.at(-1).parts[0].text}`;
  if (action === 'generateContent') return send(response, 200, piece(said, 'STOP'));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const one of [piece(said.slice(0, 8)), piece(said.slice(8), 'STOP')])
    response.write(`data: ${JSON.stringify(one)}\r\n\r\n`);
  return response.end();
}

/** Claude behind Vertex refuses a body that names the model or lacks the version. */
function claude(model: string, action: string, body: Wire, response: ServerResponse): unknown {
  const invalid = (message: string) =>
    send(response, 400, { type: 'error', error: { type: 'invalid_request_error', message } });
  if (body.anthropic_version !== 'vertex-2023-10-16') return invalid('anthropic_version: Field required');
  if ('model' in body) return invalid('model: Extra inputs are not permitted');
  const text = `Claude heard: ${JSON.stringify(body.messages.at(-1).content)}`;
  const usage = { input_tokens: 5, output_tokens: 6 };
  const message = {
    id: 'msg_vrtx_1',
    type: 'message',
    role: 'assistant',
    model,
    stop_reason: null,
    stop_sequence: null,
  };
  if (action === 'rawPredict') {
    if (body.stream === true) return invalid('stream is not allowed with rawPredict');
    return send(response, 200, { ...message, content: [{ type: 'text', text }], stop_reason: 'end_turn', usage });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const events = [
    { type: 'message_start', message: { ...message, content: [], usage: { input_tokens: 5, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 6 } },
    { type: 'message_stop' },
  ];
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return response.end();
}

function send(response: ServerResponse, status: number, body: unknown): ServerResponse {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  return response.end(JSON.stringify(body));
}
