/** A whole gateway in this process, on a home and a port of its own, for tests over real sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Capture } from '../../gateway/captures/capture.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/index.ts';
import { createGatewayKey } from '../../gateway/store/gateway-key.ts';
import type { GatewayKey, Provider, Settings } from '../../gateway/store/schema.ts';

export interface TestGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly home: string;
  /** A gateway key that may do everything. */
  readonly key: string;
  issue(options?: Partial<GatewayKey>): Promise<string>;
  addProvider(provider: Partial<Provider> & { id: string }, secret?: string): Promise<string | undefined>;
  set(settings: Partial<Settings>): Promise<void>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The capture that an answer names. */
  captureOf(response: Response): Promise<Capture>;
  capture(id: string): Promise<Capture>;
  stop(): Promise<void>;
}

export async function startTestGateway(options: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'keyward-test-')));
  // Providers of tests count what they are asked.
  const gateway = await createGateway({ mode: 'headless', port: 0, home, asksForModels: false, ...options });
  const { url, problem } = await gateway.start();
  if (url === null) throw new Error(problem?.sentence ?? 'the gateway does not listen');
  const { store, vault, recorder } = gateway.services;
  const by = { actor: 'test', action: 'test', subject: 'test' };
  const created = new Date().toISOString();
  const issue = async (fields: Partial<GatewayKey> = {}) => {
    const made = createGatewayKey();
    await store.update(by, (draft) => {
      if (!draft.apps.some((app) => app.id === 'app_test')) {
        draft.apps.push({ id: 'app_test', name: 'Test app', owner: null, recording: null, createdAt: created });
      }
      draft.gatewayKeys.push({
        id: made.id,
        app: 'app_test',
        label: 'test',
        hash: made.hash,
        lastFour: made.lastFour,
        createdAt: created,
        expiresAt: null,
        revokedAt: null,
        scope: {},
        limits: {},
        users: [],
        previous: null,
        ...fields,
      });
    });
    return made.key;
  };
  const key = await issue();
  const capture = async (id: string) => {
    const found = await recorder.get(id);
    if (!found) throw new Error(`no capture ${id}`);
    return found;
  };
  return {
    gateway,
    url,
    home,
    key,
    issue,
    capture,
    captureOf: (response) => capture(response.headers.get('x-keyward-capture') ?? ''),
    addProvider: async (provider, secret) => {
      const keyId =
        secret === undefined ? undefined : `pk_${provider.id.replace(/[^a-z0-9]/g, '')}${Date.now() % 1000}`;
      await store.update(by, (draft) => {
        draft.providers.push({
          preset: null,
          name: provider.id,
          dialect: 'openai-chat',
          settings: {},
          headers: {},
          enabled: true,
          createdAt: created,
          ...provider,
        });
        if (secret !== undefined && keyId !== undefined) {
          draft.providerKeys.push({
            id: keyId,
            provider: provider.id,
            label: 'test key',
            sealed: vault.seal(keyId, secret),
            version: 1,
            lastFour: secret.slice(-4),
            fingerprint: vault.fingerprint(secret),
            createdAt: created,
            replacedAt: null,
            expiresAt: null,
            disabledAt: null,
            health: {
              state: 'never_checked',
              sentence: '',
              cause: null,
              checkedAt: null,
              source: 'none',
              status: null,
              since: null,
            },
            history: [],
          });
        }
      });
      return keyId;
    },
    set: (settings) => store.update(by, (draft) => void Object.assign(draft.settings, settings)),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    stop: async () => {
      await gateway.stop(500);
      if (!options.home) await rm(home, { recursive: true, force: true });
    },
  };
}
