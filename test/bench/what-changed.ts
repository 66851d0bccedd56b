/**
 * How well *Changed since it worked* ranks: realistic breakages, each made through a real gateway against a real provider
 * server on this machine, with innocent changes made beside it, and the rank that the guilty one was given.
 */
import type { Capture } from '../../gateway/captures/capture.ts';
import type { Change, Changes } from '../../gateway/control/contract/replay.ts';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

/** What an app sends, and in whose name. */
interface Sent {
  body: Record<string, unknown>;
  headers: Record<string, string>;
  gatewayKey: string;
}

interface Stand {
  readonly place: TestGateway;
  readonly client: ControlClient;
  readonly server: ProviderServer;
  readonly provider: string;
  readonly keyId: string;
  readonly gatewayKeyId: string;
  readonly app: string;
}

interface Breakage {
  readonly what: string;
  /** Breaks it, between the request that works and the one that fails. */
  readonly apply: (stand: Stand, sent: Sent) => Promise<unknown> | unknown;
  /** Whether a change is the guilty one, under whichever name it is listed. */
  readonly guilty: (change: Change) => boolean;
}

const refusal = (message: string, code: string) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });

const setting =
  (member: string): Breakage['guilty'] =>
  ({ path }) =>
    path.includes(member);

export const BREAKAGES: readonly Breakage[] = [
  {
    what: 'the key was replaced by an expired one',
    apply: ({ client, server, keyId }) =>
      client.keys.replace({ id: keyId, secret: server.key('expired'), check: false }),
    guilty: ({ what }) => what === 'key-version' || what === 'key',
  },
  {
    what: 'the key was replaced by a restricted one',
    apply: ({ client, server, keyId }) =>
      client.keys.replace({ id: keyId, secret: server.key('restricted'), check: false }),
    guilty: ({ what }) => what === 'key-version' || what === 'key',
  },
  {
    what: 'the key was replaced by one of an account without credit',
    apply: ({ client, server, keyId }) =>
      client.keys.replace({ id: keyId, secret: server.key('no-credit'), check: false }),
    guilty: ({ what }) => what === 'key-version' || what === 'key',
  },
  {
    what: 'another, revoked key was put first',
    apply: async ({ client, server, provider, keyId }) => {
      await client.keys.add({ provider, secret: server.key('revoked'), label: 'other', check: false });
      await client.keys.disable({ id: keyId });
    },
    guilty: ({ what, path }) => what === 'key' || path.startsWith('providerKeys/'),
  },
  {
    what: 'the only key was switched off',
    apply: ({ client, keyId }) => client.keys.disable({ id: keyId }),
    guilty: setting('providerKeys/'),
  },
  {
    what: 'the provider names an organisation now',
    apply: ({ client, provider }) =>
      client.providers.update({ id: provider, headers: { 'OpenAI-Organization': 'org-old' } }),
    guilty: ({ path }) => /headers|organization/i.test(path),
  },
  {
    what: 'the app names an organisation now',
    apply: (_, sent) => {
      sent.headers['openai-organization'] = 'org-old';
    },
    guilty: ({ path }) => /organization/i.test(path),
  },
  {
    what: 'the base URL has a wrong path',
    apply: ({ client, server, provider }) => client.providers.update({ id: provider, baseUrl: `${server.origin}/v2` }),
    guilty: ({ what, path }) => what === 'base-url' || /baseUrl/.test(path),
  },
  {
    what: 'the base URL has a wrong port',
    apply: ({ client, provider }) => client.providers.update({ id: provider, baseUrl: 'http://127.0.0.1:9/v1' }),
    guilty: ({ what, path }) => what === 'base-url' || /baseUrl/.test(path),
  },
  {
    what: 'the app asks for a model that is not there',
    apply: ({ provider }, sent) => {
      sent.body.model = `${provider}/gpt-4o-minni`;
    },
    guilty: ({ what }) => what === 'model',
  },
  {
    what: 'a parameter is out of its range',
    apply: ({ server }, sent) => {
      server.setFault({
        kind: 'answer',
        status: 400,
        body: refusal(
          "Invalid 'top_p': decimal above maximum value. Expected a value <= 1, but got 9 instead.",
          'decimal_above_max_value',
        ),
        toBody: '"top_p":9',
      });
      sent.body.top_p = 9;
    },
    guilty: ({ path }) => path.includes('top_p'),
  },
  {
    what: 'a parameter is not known to the model',
    apply: ({ server }, sent) => {
      server.setFault({
        kind: 'answer',
        status: 400,
        body: refusal(
          "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
          'unsupported_parameter',
        ),
        toBody: 'reasoning_effort',
      });
      sent.body.reasoning_effort = 'high';
    },
    guilty: ({ path }) => path.includes('reasoning_effort'),
  },
  {
    what: 'the conversation has grown too long',
    apply: ({ server }, sent) => {
      server.setFault({
        kind: 'answer',
        status: 400,
        body: refusal(
          "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
          'context_length_exceeded',
        ),
        toBody: 'lorem ipsum',
      });
      sent.body.messages = Array.from({ length: 60 }, () => ({ role: 'user', content: 'lorem ipsum '.repeat(200) }));
    },
    guilty: ({ what, path }) => what === 'body-shape' || path.includes('messages'),
  },
  {
    what: 'the gateway key was revoked',
    apply: ({ client, gatewayKeyId }) => client.gatewayKeys.revoke({ id: gatewayKeyId }),
    guilty: ({ path }) => /revokedAt/.test(path),
  },
  {
    what: 'the gateway key’s models were narrowed',
    apply: ({ client, gatewayKeyId }) =>
      client.gatewayKeys.edit({ id: gatewayKeyId, scope: { models: ['practice/*'] } }),
    guilty: ({ path }) => /gatewayKeys\/.*scope/.test(path),
  },
  {
    what: 'the app sends another gateway key, which may do less',
    apply: async ({ client, app }, sent) => {
      const issued = await client.gatewayKeys.issue({ app, label: 'narrow', scope: { models: ['practice/*'] } });
      sent.gatewayKey = issued.key;
    },
    guilty: ({ what }) => what === 'gateway-key',
  },
  {
    what: 'the provider was switched off',
    apply: ({ client, provider }) => client.providers.update({ id: provider, enabled: false }),
    guilty: ({ path }) => /providers\/.*enabled/.test(path),
  },
  {
    what: 'the largest request was bounded',
    apply: async ({ client }, sent) => {
      await client.settings.set({ maxBodyBytes: 2048 });
      sent.body.messages = [{ role: 'user', content: 'x'.repeat(4000) }];
    },
    guilty: ({ what, path }) => /maxBodyBytes/.test(path) || what === 'body-shape' || path.includes('messages'),
  },
  {
    what: 'the wait for an answer was cut short',
    apply: async ({ client, server }) => {
      await client.settings.set({ timeouts: { connectMs: 5_000, firstByteMs: 150, idleMs: 5_000, totalMs: 10_000 } });
      server.setFault({ kind: 'hang', at: 'before' });
    },
    guilty: ({ path }) => /timeouts/.test(path),
  },
];

/** Innocent changes that every day brings, made beside each breakage. */
async function disturb({ client, app }: Stand, sent: Sent): Promise<void> {
  sent.body.temperature = 0.3;
  sent.headers['user-agent'] = 'my-script/1.5';
  sent.headers['x-run'] = '2';
  if (Array.isArray(sent.body.messages) && sent.body.messages.length === 1 && !sent.body.top_p)
    sent.body.messages = [{ role: 'user', content: `${sent.body.messages[0].content} How are you?` }];
  await client.providers.add({ id: `other-${app}`, baseUrl: 'http://127.0.0.1:9/v1', dialect: 'openai-chat' });
  const maxAgeDays = 20 + Number(app.split('-')[1]);
  await client.settings.set({ retention: { maxAgeDays, failureMaxAgeDays: 90, maxSizeMb: 1024 } });
}

export interface Ranked {
  readonly what: string;
  readonly cause: string | null;
  /** From 1; 0 where the guilty change is not listed. */
  readonly rank: number;
  readonly listed: number;
  readonly first: string;
}

export async function rankChanges(): Promise<Ranked[]> {
  const place = await startTestGateway();
  const client = controlClient(place.gateway.control, 'cli');
  const ranked: Ranked[] = [];
  try {
    for (const [index, breakage] of BREAKAGES.entries()) {
      const made = await rankOne(place, client, breakage, index).catch((error: Error) => notMade(breakage, error));
      ranked.push(made);
    }
  } finally {
    await place.stop();
  }
  return ranked;
}

/** Counts as not found: a breakage that cannot be made any more is a fault of this file, and must show. */
function notMade({ what }: Breakage, { message }: Error): Ranked {
  return { what, cause: null, rank: 0, listed: 0, first: `not made: ${message}` };
}

async function rankOne(place: TestGateway, client: ControlClient, breakage: Breakage, index: number): Promise<Ranked> {
  const server = await startProviderServer({ dialect: 'openai' });
  const { maxBodyBytes, timeouts } = await client.settings.get();
  try {
    const provider = `p${index}`;
    const app = `app-${index}`;
    await client.providers.add({ id: provider, preset: 'openai', baseUrl: server.url });
    // Good wherever no organisation is named.
    const { key } = await client.keys.add({ provider, secret: server.key('other-account'), check: false });
    await client.apps.add({ name: app });
    const issued = await client.gatewayKeys.issue({ app, label: 'script' });
    const stand: Stand = { place, client, server, provider, keyId: key.id, gatewayKeyId: issued.id, app };
    const sent: Sent = {
      body: { model: `${provider}/gpt-4o-mini`, messages: [{ role: 'user', content: 'Hello' }] },
      headers: { 'user-agent': 'my-script/1.4' },
      gatewayKey: issued.key,
    };
    const before = await send(place, sent);
    if (!before.ok) throw new Error(`${breakage.what}: the first request failed (${before.cause})`);
    await disturb(stand, sent);
    await breakage.apply(stand, sent);
    const after = await send(place, sent);
    if (after.ok) throw new Error(`${breakage.what}: the second request did not fail`);
    const { changes }: Changes = await client.replay.changes({ id: after.id });
    return {
      what: breakage.what,
      cause: after.cause,
      rank: changes.findIndex(breakage.guilty) + 1,
      listed: changes.length,
      first: changes[0] ? `${changes[0].what} ${changes[0].path}` : 'none',
    };
  } finally {
    await client.settings.set({ maxBodyBytes, timeouts });
    await server.close();
  }
}

async function send(place: TestGateway, { body, headers, gatewayKey }: Sent): Promise<Capture> {
  const response = await place.post('/v1/chat/completions', body, {
    ...headers,
    authorization: `Bearer ${gatewayKey}`,
  });
  await response.arrayBuffer();
  return place.captureOf(response);
}

/** Shares of breakages whose guilty change stands first, and among the first three. */
export function shares(ranked: readonly Ranked[]): { top1: number; top3: number } {
  const share = (most: number) => ranked.filter(({ rank }) => rank > 0 && rank <= most).length / ranked.length;
  return { top1: share(1), top3: share(3) };
}
