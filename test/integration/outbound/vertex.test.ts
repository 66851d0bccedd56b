import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { type GoogleServer, startGoogle } from '../../support/google/server.ts';
import { textsOf } from '../../support/home-files.ts';

let google: GoogleServer;
let gateway: TestGateway;

beforeAll(async () => {
  google = await startGoogle();
  gateway = await startTestGateway();
  const other = await startGoogle();
  const foreign = JSON.parse(other.serviceAccount) as { private_key: string };
  other.stop();
  const account = JSON.parse(google.serviceAccount) as Record<string, string>;
  const secrets: Record<string, string> = {
    'vertex-ai': google.serviceAccount,
    person: google.authorizedUser,
    'old-key': JSON.stringify({ ...account, private_key: foreign.private_key }),
    'gone-account': JSON.stringify({ ...account, client_email: 'gone@my-project-123.iam.gserviceaccount.com' }),
    'broken-key': JSON.stringify({
      ...account,
      private_key: '-----BEGIN PRIVATE KEY-----\nMIIEv\n-----END PRIVATE KEY-----\n',
    }),
    'foreign-address': JSON.stringify({ ...account, token_uri: 'https://tokens.example.org/token' }),
    'signed-out': google.authorizedUser.replace(/1\/\/0[\w-]{8}/, '1//0XXXXXXXX'),
  };
  for (const [id, secret] of Object.entries(secrets)) {
    await gateway.addProvider(
      {
        id,
        preset: 'vertex-ai',
        dialect: 'gemini',
        name: 'Google Vertex AI',
        baseUrl: `${google.url}/v1/projects/{project}/locations/{location}`,
        settings: { project: 'my-project-123', location: 'us-central1' },
      },
      secret,
    );
  }
});
afterAll(async () => {
  await gateway.stop();
  google.stop();
});

const HOME = '/v1/projects/my-project-123/locations/us-central1';
const chat = (model: string, more: object = {}) =>
  gateway.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Grüezi ☀️' }], ...more });
const messages = (model: string, more: object = {}) =>
  gateway.post('/v1/messages', { model, max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }], ...more });

describe('an app', () => {
  it('of OpenAI’s dialect is answered by Gemini, whole and streamed', async () => {
    expect(await (await chat('vertex-ai/gemini-2.5-pro')).json()).toMatchObject({
      choices: [{ message: { content: 'Gemini heard: Grüezi ☀️' } }],
    });
    expect(google.seen.at(-1)?.path).toBe(`${HOME}/publishers/google/models/gemini-2.5-pro:generateContent`);
    const text = await (await chat('vertex-ai/google/gemini-2.5-pro', { stream: true })).text();
    expect([...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece).join('')).toBe(
      'Gemini heard: Grüezi ☀️',
    );
    expect(google.seen.at(-1)?.path).toBe(`${HOME}/publishers/google/models/gemini-2.5-pro:streamGenerateContent`);
  });

  it('of OpenAI’s dialect gets an image from Gemini, and none from Claude', async () => {
    const draw = (model: string) => gateway.post('/v1/images/generations', { model, prompt: 'a cat' });
    expect(await (await draw('vertex-ai/gemini-2.5-flash-image')).json()).toMatchObject({
      data: [{ b64_json: 'aW1hZ2U=' }],
    });
    expect(google.seen.at(-1)?.path).toBe(`${HOME}/publishers/google/models/gemini-2.5-flash-image:generateContent`);
    expect((await draw('vertex-ai/claude-sonnet-4-5')).status).toBe(404);
  });

  it('of OpenAI’s dialect is answered by Claude, translated', async () => {
    expect(await (await chat('vertex-ai/claude-sonnet-4-5@20250929')).json()).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('Claude heard') } }],
    });
    expect(google.seen.at(-1)?.path).toBe(
      `${HOME}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict`,
    );
  });

  it('of Anthropic’s dialect reaches Claude with its own bytes, the version in the model’s place', async () => {
    const whole = (await (await messages('vertex-ai/claude-sonnet-4-5')).json()) as { id: string };
    expect(whole.id).toBe('msg_vrtx_1');
    expect(google.seen.at(-1)?.body).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    const response = await messages('vertex-ai/claude-sonnet-4-5', { stream: true });
    expect(await response.text()).toContain('event: message_stop');
    expect(google.seen.at(-1)?.path).toBe(`${HOME}/publishers/anthropic/models/claude-sonnet-4-5:streamRawPredict`);
    expect((await gateway.captureOf(response)).verdict).toMatchObject({ ok: true });
  });

  it('of OpenAI’s dialect reaches models of other makers in its own form', async () => {
    const answer = await (await chat('vertex-ai/meta/llama-4-maverick')).json();
    expect(answer).toMatchObject({ choices: [{ message: { content: 'OpenAI form for meta/llama-4-maverick' } }] });
  });

  it('is served on a person’s own sign-in too', async () => {
    expect((await chat('person/gemini-2.5-flash')).status).toBe(200);
  });
});

describe('a check of a key', () => {
  const keyOf = (provider: string) =>
    [...gateway.gateway.services.store.snapshot.providerKeys.values()].find((key) => key.provider === provider)?.id ??
    '';
  const check = (provider: string) => controlClient(gateway.gateway.control, 'cli').keys.test({ id: keyOf(provider) });

  it('signs in and asks Vertex itself, and finds what works valid', async () => {
    const before = google.seen.length;
    const { health, capture } = await check('vertex-ai');
    expect(health).toMatchObject({ state: 'valid', cause: null, source: 'probe', status: 200 });
    expect(google.seen.length).toBeGreaterThan(before);
    expect(await gateway.capture(capture ?? '')).toMatchObject({ ok: true, origin: { kind: 'check' } });
    expect((await check('person')).health.state).toBe('valid');
  });

  it('tells of a sign-in that is refused, and asks Vertex nothing', async () => {
    const before = google.seen.length;
    const { health, capture } = await check('old-key');
    expect(health).toMatchObject({ state: 'rejected', cause: 'key_invalid_unknown', source: 'probe' });
    expect(health.sentence).toContain('Google Vertex AI');
    const recorded = await gateway.capture(capture ?? '');
    expect(recorded.ok).toBe(false);
    expect(recorded.attemptList[0]?.responseBody?.text).toContain('Invalid JWT Signature');
    expect(google.seen.length).toBe(before);
  });
});

describe('tokens', () => {
  it('are kept: one for many requests', async () => {
    await chat('vertex-ai/gemini-2.5-pro');
    const before = google.tokens.length;
    await Promise.all(Array.from({ length: 5 }, () => chat('vertex-ai/gemini-2.5-pro')));
    expect(google.tokens.length).toBe(before);
  });

  it('that are refused are made anew, once, and the request says so', async () => {
    await chat('vertex-ai/gemini-2.5-pro');
    google.endTokens();
    const before = google.tokens.length;
    const response = await chat('vertex-ai/gemini-2.5-pro');
    expect(response.status).toBe(200);
    expect(google.tokens.length).toBe(before + 1);
    expect(JSON.stringify(await gateway.captureOf(response))).toContain('auth.token-renewed');
  });
});

describe('a failure of the sign-in', () => {
  it.each([
    ['old-key', 400, 'key_invalid_unknown', 'Invalid JWT Signature'],
    ['gone-account', 400, 'key_revoked', 'account not found'],
    ['signed-out', 400, 'key_invalid_unknown', 'expired or revoked'],
    ['foreign-address', 401, 'key_malformed', 'not one of Google’s'],
    ['broken-key', 401, 'key_malformed', ''],
  ])('with %s is %i %s and keeps the words of who refused', async (id, status, cause, words) => {
    const seen = google.seen.length;
    const response = await chat(`${id}/gemini-2.5-pro`);
    expect(response.headers.get('x-keyward-cause')).toBe(cause);
    expect(await response.text()).toContain(words);
    expect([response.status, google.seen.length]).toEqual([status, seen]);
  });
});

it('no part of a credential, and no token, is anywhere in the home', async () => {
  await gateway.gateway.services.recorder.flush();
  await gateway.gateway.services.recorder.settle();
  const account = JSON.parse(google.serviceAccount) as { private_key: string };
  const person = JSON.parse(google.authorizedUser) as { client_secret: string; refresh_token: string };
  const lines = account.private_key.split('\n').filter((line) => line.length > 30 && !line.startsWith('-'));
  const secrets = [...google.tokens, ...lines, person.client_secret, person.refresh_token];
  expect(google.tokens.length).toBeGreaterThan(2);
  for (const { name, text } of await textsOf(gateway.home)) {
    for (const secret of secrets) expect(text.includes(secret), `${name} holds a secret`).toBe(false);
  }
  const rows = await gateway.gateway.services.recorder.list({ limit: 500 });
  expect(rows.length).toBeGreaterThan(15);
  for (const { id } of rows) {
    const text = JSON.stringify(await gateway.capture(id));
    for (const secret of secrets) expect(text.includes(secret), `capture ${id} holds a secret`).toBe(false);
  }
});
