/** The control contract over arrays in memory: real shapes, checked by the contract's own schemas on the way out. */

import { EventPublisher, implement, ORPCError } from '@orpc/server';
import {
  type CaptureRow,
  contract,
  type LiveEvent,
  type VaultStatus,
} from '../../../gateway/control/contract/index.ts';
import { settingsSchema } from '../../../gateway/store/schema.ts';
import { places } from './places.ts';
import { stateOf } from './route-states.ts';
import { capture, captureRow, explanation, KINDS } from './sample-captures.ts';
import { emptyHome, fullHome, gatewayKey, key } from './sample-home.ts';
import { sampleLists, sampleModels } from './sample-models.ts';
import { sampleUsage, sampleWeather } from './sample-usage.ts';

export interface FixtureOptions {
  readonly home: 'empty' | 'full';
  readonly captures?: number;
  readonly vault?: VaultStatus['state'];
  readonly listening?: boolean;
  readonly signedOut?: boolean;
  readonly nowMs?: number;
}

const MINUTE = 60_000;

export function createRouter(options: FixtureOptions) {
  const nowMs = options.nowMs ?? Date.now();
  const home = options.home === 'full' ? fullHome(nowMs) : emptyHome(nowMs);
  const rows: CaptureRow[] = [];
  for (let index = 0; index < (options.captures ?? (options.home === 'full' ? 400 : 0)); index += 1) {
    const kind = KINDS[index < KINDS.length ? index : (index * 7) % 5 === 0 ? index % KINDS.length : 0];
    if (kind) rows.push(captureRow(index, nowMs - index * 3.7 * MINUTE - 40_000, kind));
  }
  const vault = {
    state: options.vault ?? ('unlocked' as VaultStatus['state']),
    ways: ['passphrase', 'key-file'] as VaultStatus['ways'],
    sentence: options.vault === 'locked' ? 'It was started without its passphrase.' : 'The vault is open.',
    next: null as string | null,
    keychain: null,
  };
  const tried = new Set<string>();
  const live = new EventPublisher<{ live: LiveEvent }>();
  const changed = () => live.publish('live', { type: 'config', version: 15 });
  const push = (row: CaptureRow) => {
    const known = rows.findIndex((each) => each.id === row.id);
    if (known >= 0) rows[known] = row;
    else rows.unshift(row);
    live.publish('live', { type: 'capture', row });
  };
  const find = <T extends { id: string }>(list: T[], id: string): T => {
    const found = list.find((each) => each.id === id);
    if (!found) throw new ORPCError('NOT_FOUND', { status: 404, message: `There is no ${id}.`, data: { next: null } });
    return found;
  };
  const os = implement(contract);
  const practice = (model: string) => {
    const cause = model.split(':')[0]?.replaceAll('-', '_') ?? 'ok';
    const kind =
      KINDS.find((each) => each.practice && (model === 'ok' ? each.cause === null : each.cause === cause)) ?? KINDS[7];
    const row = captureRow(rows.length, Date.now(), kind as (typeof KINDS)[number]);
    push(row);
    return row;
  };

  const router = os.router({
    ...places((id) => capture(find(rows, id)), []),
    status: {
      get: os.status.get.handler(() => ({
        version: '0.1.0',
        mode: 'headless',
        url: options.listening === false ? null : 'http://127.0.0.1:4141',
        problem:
          options.listening === false
            ? {
                sentence: 'Port 4141 is taken by another program.',
                next: 'Quit that program, or choose another port in Settings.',
              }
            : null,
        home: '/home/ana/.local/share/keyward',
        pid: 4242,
        startedAt: new Date(nowMs - 90 * MINUTE).toISOString(),
        configVersion: 14,
        vault,
        notices: [],
        counts: {
          providers: home.providers.length,
          keys: home.keys.length,
          apps: home.apps.length,
          captures: rows.length,
          failures: rows.filter((row) => !row.ok).length,
        },
      })),
      live: os.status.live.handler(async function* ({ signal }) {
        yield { type: 'hello' as const, configVersion: 14 };
        yield* live.subscribe('live', { signal });
      }),
      stop: os.status.stop.handler(() => ({ done: true as const })),
      signIn: os.status.signIn.handler(() => ({ url: 'http://127.0.0.1:4141/ui/?token=once' })),
      doctor: os.status.doctor.handler(() => [
        { check: 'home', result: 'ok' as const, sentence: 'The home is readable by you only.', next: null },
        {
          check: 'clock',
          result: 'ok' as const,
          sentence: 'The clock agrees with the providers to 0.3 s.',
          next: null,
        },
        {
          check: 'keychain',
          result: 'warning' as const,
          sentence: 'There is no keychain; the master key lies in a file.',
          next: 'Set a passphrase under Vault.',
        },
        {
          check: 'anthropic',
          result: 'failed' as const,
          sentence: 'Anthropic could not be reached: the name was not found.',
          next: 'Look at the network or the proxy settings.',
        },
      ]),
    },
    usage: {
      get: os.usage.get.handler(({ input }) => sampleUsage(options.home, input.since, nowMs)),
      weather: os.usage.weather.handler(() => sampleWeather(options.home, nowMs)),
    },
    presets: { list: os.presets.list.handler(() => home.presets) },
    providers: {
      list: os.providers.list.handler(() => home.providers),
      add: os.providers.add.handler(({ input }) => {
        const preset = home.presets.find((each) => each.id === (input.preset ?? input.id));
        const row = {
          id: input.id,
          preset: preset?.id ?? null,
          name: input.name ?? preset?.name ?? input.id,
          dialect: input.dialect ?? preset?.dialect ?? ('openai-chat' as const),
          baseUrl: input.baseUrl ?? preset?.baseUrls[0]?.url ?? '',
          settings: input.settings ?? {},
          headers: input.headers ?? {},
          enabled: true,
          createdAt: new Date().toISOString(),
          practice: false,
          keys: 0,
        };
        home.providers.push(row);
        changed();
        return row;
      }),
      update: os.providers.update.handler(({ input }) => {
        const row = find(home.providers, input.id);
        Object.assign(
          row,
          Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== null)),
        );
        changed();
        return row;
      }),
      remove: os.providers.remove.handler(({ input }) => {
        home.providers = home.providers.filter((each) => each.id !== input.id);
        home.keys = home.keys.filter((each) => each.provider !== input.id);
        changed();
        return { done: true as const };
      }),
      test: os.providers.test.handler(({ input }) => ({
        provider: input.id,
        reachable: true,
        sentence: `${find(home.providers, input.id).name} answers in 84 ms.`,
        check: null,
      })),
    },
    keys: {
      list: os.keys.list.handler(() => home.keys),
      analyse: os.keys.analyse.handler(({ input }) => analyse(input.text)),
      add: os.keys.add.handler(({ input }) => {
        if (!home.providers.some((each) => each.id === input.provider)) {
          const preset = home.presets.find((each) => each.id === input.provider);
          home.providers.push({
            id: input.provider,
            preset: input.provider,
            name: preset?.name ?? input.provider,
            dialect: 'openai-chat',
            baseUrl: preset?.baseUrls[0]?.url ?? '',
            settings: {},
            headers: {},
            enabled: true,
            createdAt: new Date().toISOString(),
            practice: false,
            keys: 1,
          });
        }
        const bad = input.secret.includes('bad');
        const row = key(
          `pk_${Math.random().toString(36).slice(2, 10)}`,
          input.provider,
          input.label ?? 'default',
          input.secret.slice(-4),
          bad ? 'rejected' : 'valid',
          bad ? 'OpenAI does not know this key: it may be mistyped or deleted.' : 'Works. OpenAI accepted the key.',
          new Date().toISOString(),
        );
        home.keys.push(row);
        changed();
        return { key: row, check: { key: row.id, provider: row.provider, health: row.healthDetail, capture: null } };
      }),
      test: os.keys.test.handler(({ input }) => {
        const row = find(home.keys, input.id);
        row.healthDetail.checkedAt = new Date().toISOString();
        return { key: row.id, provider: row.provider, health: row.healthDetail, capture: null };
      }),
      replace: os.keys.replace.handler(({ input }) => {
        const row = find(home.keys, input.id);
        Object.assign(row, {
          lastFour: input.secret.slice(-4),
          version: row.version + 1,
          health: 'valid',
          healthDetail: {
            ...row.healthDetail,
            state: 'valid',
            sentence: 'Works.',
            checkedAt: new Date().toISOString(),
          },
        });
        changed();
        return { key: row, check: { key: row.id, provider: row.provider, health: row.healthDetail, capture: null } };
      }),
      update: os.keys.update.handler(({ input }) => {
        const row = find(home.keys, input.id);
        if (input.label) row.label = input.label;
        if (input.expires !== undefined) row.expires = input.expires && new Date(input.expires).toISOString();
        changed();
        return row;
      }),
      disable: os.keys.disable.handler(({ input }) => {
        const row = find(home.keys, input.id);
        row.disabled = true;
        changed();
        return row;
      }),
      enable: os.keys.enable.handler(({ input }) => {
        const row = find(home.keys, input.id);
        row.disabled = false;
        changed();
        return row;
      }),
      remove: os.keys.remove.handler(({ input }) => {
        home.keys = home.keys.filter((each) => each.id !== input.id);
        changed();
        return { done: true as const };
      }),
    },
    apps: {
      list: os.apps.list.handler(() => home.apps),
      add: os.apps.add.handler(({ input }) => {
        const row = {
          id: `app_${Math.random().toString(36).slice(2, 10)}`,
          name: input.name,
          owner: input.owner ?? null,
          recording: null,
          createdAt: new Date().toISOString(),
          gatewayKeys: 0,
          lastUsedAt: null,
        };
        home.apps.push(row);
        changed();
        return row;
      }),
      update: os.apps.update.handler(({ input }) => {
        const row = find(home.apps, input.id);
        Object.assign(row, Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)));
        changed();
        return row;
      }),
      remove: os.apps.remove.handler(({ input }) => {
        home.apps = home.apps.filter((each) => each.id !== input.id && each.name !== input.id);
        home.gatewayKeys = home.gatewayKeys.filter((each) => each.appId !== input.id);
        changed();
        return { done: true as const };
      }),
    },
    gatewayKeys: {
      list: os.gatewayKeys.list.handler(() => home.gatewayKeys),
      show: os.gatewayKeys.show.handler(({ input }) => ({ ...find(home.gatewayKeys, input.id), usage: [] })),
      issue: os.gatewayKeys.issue.handler(({ input }) => {
        const owner = home.apps.find((each) => each.id === input.app || each.name === input.app);
        if (!owner)
          throw new ORPCError('NOT_FOUND', {
            status: 404,
            message: `There is no app ${input.app}.`,
            data: { next: 'Add it first.' },
          });
        const row = gatewayKey(
          Math.random().toString(36).slice(2, 8),
          owner.name,
          owner.id,
          input.label ?? 'default',
          'active',
          Date.now(),
          { scope: input.scope ?? {}, limits: input.limits ?? {}, users: input.users ?? [] },
        );
        home.gatewayKeys.push(row);
        owner.gatewayKeys += 1;
        changed();
        return {
          id: row.id,
          key: `kw_${row.id}_0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghij`,
          app: owner.name,
          expires: row.expires,
        };
      }),
      edit: os.gatewayKeys.edit.handler(({ input }) => {
        const row = find(home.gatewayKeys, input.id);
        Object.assign(row, Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)));
        if (input.expires !== undefined)
          Object.assign(row, { expires: new Date(Date.now() + 30 * 86_400_000).toISOString(), state: 'active' });
        changed();
        return row;
      }),
      revoke: os.gatewayKeys.revoke.handler(({ input }) => {
        const row = Object.assign(find(home.gatewayKeys, input.id), {
          state: 'revoked' as const,
          revokedAt: new Date().toISOString(),
        });
        changed();
        return row;
      }),
      restore: os.gatewayKeys.restore.handler(({ input }) => {
        const row = Object.assign(find(home.gatewayKeys, input.id), { state: 'active' as const, revokedAt: null });
        changed();
        return row;
      }),
      rotate: os.gatewayKeys.rotate.handler(({ input }) => {
        const row = find(home.gatewayKeys, input.id);
        row.graceUntil = input.graceMs ? new Date(Date.now() + input.graceMs).toISOString() : null;
        changed();
        return {
          id: row.id,
          key: `kw_${row.id}_zyxwvutsrqponmlkjihgfedcba9876543210zyxwvutsrqponmlkjihgfedc`,
          app: row.app,
          expires: row.expires,
        };
      }),
    },
    transforms: {
      list: os.transforms.list.handler(() =>
        home.routes.flatMap(({ name, transform }) =>
          transform ? [{ of: 'route' as const, id: name, name, transform, models: null }] : [],
        ),
      ),
      set: os.transforms.set.handler(({ input: { id, transform = null } }) => {
        home.routes = home.routes.map((each) =>
          each.name === id ? { ...each, transform: transform ?? undefined } : each,
        );
        return { of: 'route' as const, id, name: id, transform, models: null };
      }),
    },
    limits: {
      list: os.limits.list.handler(() =>
        home.gatewayKeys.flatMap(({ id, label, limits }) =>
          Object.entries(limits).map(([limit, allowed], at) => ({
            limit: limit as 'rpm',
            of: 'gateway-key' as const,
            id,
            name: label,
            allowed: allowed ?? 0,
            used: (allowed ?? 0) * (at === 0 ? 0.2 : 0.84),
            held: 0,
            remaining: (allowed ?? 0) * (at === 0 ? 0.8 : 0.16),
            resetsAt: new Date(Date.now() + 3_600_000).toISOString(),
            warning: at > 0,
            unpriced: 0,
          })),
        ),
      ),
      set: os.limits.set.handler(() => []),
    },
    models: {
      list: os.models.list.handler(({ input }) => sampleModels(home.providers, input.provider)),
      lists: os.models.lists.handler(() => sampleLists(home.providers, nowMs)),
      refresh: os.models.refresh.handler(({ input }) =>
        sampleLists(home.providers, Date.now()).filter(({ provider }) => provider === (input.provider ?? provider)),
      ),
    },
    cache: {
      status: os.cache.status.handler(() => ({
        on: home.routes.some(({ cacheTtlMs }) => (cacheTtlMs ?? 0) > 0),
        entries: 12,
        sizeBytes: 48_000,
        maxBytes: 64 * 1024 * 1024,
        hits: 40,
        misses: 19,
        savedTokens: 31_200,
        savedUsd: 0.0421,
      })),
      clear: os.cache.clear.handler(() => ({ removed: 12 })),
    },
    routes: {
      list: os.routes.list.handler(() => home.routes),
      states: os.routes.states.handler(() => home.routes.map((route) => stateOf(route, tried.has(route.name)))),
      try: os.routes.try.handler(({ input }) => {
        tried.add(input.name);
        changed();
        const route = home.routes.find(({ name }) => name === input.name);
        return { name: input.name, targets: route ? stateOf(route, true).targets : [] };
      }),
      set: os.routes.set.handler(({ input }) => {
        home.routes = [...home.routes.filter((each) => each.name !== input.name), input];
        changed();
        return input;
      }),
      remove: os.routes.remove.handler(({ input }) => {
        home.routes = home.routes.filter((each) => each.name !== input.name);
        changed();
        return { done: true as const };
      }),
    },
    captures: {
      list: os.captures.list.handler(({ input }) =>
        rows
          .filter(
            (row) =>
              (input.failed === undefined || row.ok !== input.failed) &&
              (!input.cause || row.cause === input.cause) &&
              (!input.app || row.app?.toLowerCase() === input.app.toLowerCase()) &&
              (!input.provider || row.provider === input.provider) &&
              (!input.model || row.model?.includes(input.model) || row.askedModel?.includes(input.model)) &&
              (!input.status || String(row.status).startsWith(input.status.replaceAll('x', ''))) &&
              (!input.sinceMs || Date.parse(row.time) >= input.sinceMs) &&
              (!input.text ||
                `${row.message} ${row.app} ${row.askedModel}`.toLowerCase().includes(input.text.toLowerCase())) &&
              (!input.before || row.id < input.before),
          )
          .slice(0, input.limit),
      ),
      get: os.captures.get.handler(({ input }) => capture(find(rows, input.id))),
      explain: os.captures.explain.handler(({ input }) => explanation(find(rows, input.id))),
      prune: os.captures.prune.handler(() => ({ removed: 12 })),
    },
    explain: {
      record: os.explain.record.handler(() => {
        throw new ORPCError('FAILED', { status: 422, message: 'Not here.', data: { next: null } });
      }),
    },
    practice: {
      try: os.practice.try.handler(({ input }) => {
        const row = practice(input.model);
        return {
          capture: row.id,
          status: row.status ?? 200,
          text: row.ok
            ? 'Hello! Yes, I am here. I am the practice provider: I answer without a key and without a network, so that you can see how everything works.'
            : JSON.stringify({ error: { message: row.message, code: row.cause, keyward: { capture: row.id } } }),
          durationMs: 12.4,
        };
      }),
    },
    connect: { snippets: os.connect.snippets.handler(() => home.snippets) },
    vault: {
      status: os.vault.status.handler(() => vault),
      unlock: os.vault.unlock.handler(({ input }) => {
        if (input.passphrase !== 'open sesame')
          throw new ORPCError('REFUSED', {
            status: 403,
            message: 'That is not the passphrase.',
            data: { next: 'Try again.' },
          });
        vault.state = 'unlocked';
        return vault;
      }),
      passphrase: os.vault.passphrase.handler(() => vault),
      acceptWeak: os.vault.acceptWeak.handler(() => vault),
      reset: os.vault.reset.handler(() => vault),
    },
    settings: {
      get: os.settings.get.handler(() => home.settings),
      set: os.settings.set.handler(({ input }) => {
        home.settings = settingsSchema.parse({ ...home.settings, ...input });
        changed();
        return home.settings;
      }),
      audit: os.settings.audit.handler(() => home.audit),
    },
  });
  return { router, push };
}

function analyse(text: string) {
  const cleaned = text
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^Bearer /i, '')
    .replaceAll(/\s/g, '');
  const faults = [];
  if (/^\s|\s$/.test(text)) faults.push({ kind: 'whitespace', sentence: 'There were spaces around it.', mended: true });
  if (/^\s*["']/.test(text))
    faults.push({ kind: 'quotes', sentence: 'There were quotation marks around it.', mended: true });
  if (/YOUR|xxxx/i.test(text))
    faults.push({ kind: 'placeholder', sentence: 'This is a placeholder, not a key.', mended: false });
  const usable = cleaned.length >= 12 && !faults.some((fault) => !fault.mended);
  const candidates = cleaned.startsWith('sk-ant-')
    ? [{ preset: 'anthropic', name: 'Anthropic', certainty: 'certain' as const }]
    : cleaned.startsWith('sk-proj-')
      ? [{ preset: 'openai', name: 'OpenAI', certainty: 'certain' as const }]
      : cleaned.startsWith('sk-')
        ? [
            { preset: 'openai', name: 'OpenAI', certainty: 'possible' as const },
            { preset: 'deepseek', name: 'DeepSeek', certainty: 'possible' as const },
            { preset: 'moonshot', name: 'Moonshot AI', certainty: 'possible' as const },
          ]
        : [];
  const sentence = !usable
    ? (faults.find((fault) => !fault.mended)?.sentence ?? 'This is too short to be a key.')
    : candidates.length === 1
      ? `This is a key of ${candidates[0]?.name}.`
      : candidates.length > 1
        ? 'Several providers have keys like this. Choose yours.'
        : 'Nothing tells whose key this is. Choose the provider.';
  return {
    cleaned: usable ? cleaned : null,
    candidates: usable ? candidates : [],
    faults,
    sentence,
    usable,
    alreadyStored: null,
  };
}
