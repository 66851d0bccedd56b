import { ENDPOINT_NAMES } from '../dialects/endpoints.ts';
import { nearestNames } from '../providers/catalogue.ts';
import { findPreset } from '../providers/presets.ts';
import { createGatewayKey } from '../store/gateway-key.ts';
import type { Document, GatewayKey } from '../store/schema.ts';
import type { GatewayKeyRow } from './contract/index.ts';
import { expiryTime } from './expiry.ts';
import { os } from './implementer.ts';
import { limitUsage } from './limits.ts';
import { findApp, findGatewayKey } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

const LONGEST_GRACE_MS = 90 * 86_400_000;

/** Gateway keys: issued once in the clear, kept as hashes. */
export function gatewayKeyProcedures(deps: ControlDeps) {
  const { store, recorder, now } = deps;
  const row = (key: GatewayKey, lastUsedAt?: string) => gatewayKeyRow(key, store.snapshot.document, lastUsedAt, now());
  const rowOf = async (id: string) => {
    const lastUsed = await recorder.lastUsed();
    return row(findGatewayKey(store.snapshot.document, id), lastUsed.gatewayKeys.get(id));
  };
  return {
    list: os.gatewayKeys.list.handler(async () => {
      const lastUsed = await recorder.lastUsed();
      return store.snapshot.document.gatewayKeys.map((key) => row(key, lastUsed.gatewayKeys.get(key.id)));
    }),
    show: os.gatewayKeys.show.handler(async ({ input }) => {
      const { id } = findGatewayKey(store.snapshot.document, input.id);
      const usage = (await limitUsage(deps)).filter((limit) => limit.of === 'gateway-key' && limit.id === id);
      return { ...(await rowOf(id)), usage };
    }),
    issue: os.gatewayKeys.issue.handler(async ({ input, context }) => {
      const { key: text, ...fresh } = createGatewayKey(undefined, deps.random);
      const scope = cleanScope(input.scope ?? {}, store.snapshot.document);
      const expiresAt = expiryTime(input.expires, now());
      const app = await store.update(
        { actor: context.actor, action: 'gateway-key.issue', subject: fresh.id },
        (draft) => {
          const { id, name } = findApp(draft, input.app);
          draft.gatewayKeys.push({
            id: fresh.id,
            app: id,
            label: input.label?.trim() ?? '',
            hash: fresh.hash,
            lastFour: fresh.lastFour,
            createdAt: new Date(now()).toISOString(),
            expiresAt,
            revokedAt: null,
            scope,
            limits: input.limits ?? {},
            users: cleanUsers(input.users ?? []),
            previous: null,
          });
          return name;
        },
      );
      return { id: fresh.id, key: text, app, expires: expiresAt };
    }),
    edit: os.gatewayKeys.edit.handler(async ({ input, context }) => {
      const { id } = findGatewayKey(store.snapshot.document, input.id);
      const scope = input.scope && cleanScope(input.scope, store.snapshot.document);
      const expiresAt = input.expires === undefined ? undefined : expiryTime(input.expires, now());
      await store.update({ actor: context.actor, action: 'gateway-key.edit', subject: id }, (draft) => {
        const key = findGatewayKey(draft, id);
        if (input.label !== undefined) key.label = input.label.trim();
        if (expiresAt !== undefined) key.expiresAt = expiresAt;
        if (scope) key.scope = scope;
        if (input.limits) key.limits = input.limits;
        if (input.users) key.users = cleanUsers(input.users);
      });
      return rowOf(id);
    }),
    revoke: os.gatewayKeys.revoke.handler(async ({ input, context }) => {
      const { id } = findGatewayKey(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'gateway-key.revoke', subject: id }, (draft) => {
        const key = findGatewayKey(draft, id);
        key.revokedAt ??= new Date(now()).toISOString();
      });
      return rowOf(id);
    }),
    restore: os.gatewayKeys.restore.handler(async ({ input, context }) => {
      const { id } = findGatewayKey(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'gateway-key.restore', subject: id }, (draft) => {
        findGatewayKey(draft, id).revokedAt = null;
      });
      return rowOf(id);
    }),
    rotate: os.gatewayKeys.rotate.handler(async ({ input, context }) => {
      const { id } = findGatewayKey(store.snapshot.document, input.id);
      const graceMs = input.graceMs ?? 0;
      if (graceMs > LONGEST_GRACE_MS) {
        throw new Problem('INVALID', 'The grace of a rotation may last 90 days at most.', 'Give a shorter one.');
      }
      const fresh = createGatewayKey(id, deps.random);
      const issued = await store.update(
        { actor: context.actor, action: 'gateway-key.rotate', subject: id },
        (draft) => {
          const key = findGatewayKey(draft, id);
          if (key.revokedAt !== null) {
            throw new Problem(
              'CONFLICT',
              'This gateway key is revoked, so there is nothing to rotate.',
              `Restore it first (keyward gateway-keys restore ${id}), or issue a new one.`,
            );
          }
          if (key.expiresAt !== null && Date.parse(key.expiresAt) <= now()) {
            throw new Problem(
              'CONFLICT',
              `This gateway key expired on ${key.expiresAt}, and a new secret would be no good either.`,
              `Give it a later end first (keyward gateway-keys edit ${id} --expires 30d), or issue a new one.`,
            );
          }
          // A grace of nothing still keeps the old hash: whoever sends the old key can be told what became of it.
          key.previous = { hash: key.hash, lastFour: key.lastFour, until: new Date(now() + graceMs).toISOString() };
          key.hash = fresh.hash;
          key.lastFour = fresh.lastFour;
          return { app: findApp(draft, key.app).name, expires: key.expiresAt };
        },
      );
      return { id, key: fresh.key, ...issued };
    }),
  };
}

export function gatewayKeyRow(
  key: GatewayKey,
  document: Document,
  lastUsedAt: string | undefined,
  nowMs: number,
): GatewayKeyRow {
  const { id, label, lastFour, createdAt, revokedAt, scope, limits, users, previous } = key;
  const inGrace = previous !== null && Date.parse(previous.until) > nowMs;
  return {
    id,
    app: document.apps.find((app) => app.id === key.app)?.name ?? key.app,
    appId: key.app,
    label,
    state: stateOf(key, nowMs),
    lastFour,
    createdAt,
    expires: key.expiresAt,
    revokedAt,
    scope,
    limits,
    users,
    graceUntil: inGrace ? previous.until : null,
    lastUsedAt: lastUsedAt ?? null,
  };
}

function stateOf(key: GatewayKey, nowMs: number): GatewayKeyRow['state'] {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= nowMs ? 'expired' : 'active';
}

/** Trims, resolves aliases, and refuses names that could never match: a scope with a typo locks an app out silently. */
function cleanScope(scope: GatewayKey['scope'], document: Document): GatewayKey['scope'] {
  const clean: GatewayKey['scope'] = {};
  if (scope.providers) clean.providers = words(scope.providers).map((name) => providerName(name, document));
  if (scope.models) clean.models = words(scope.models);
  if (scope.endpoints) clean.endpoints = words(scope.endpoints).map(endpointName);
  for (const [part, list] of Object.entries(clean)) {
    if (list.length === 0) {
      throw new Problem('INVALID', `An empty list of ${part} would allow nothing.`, 'Leave it out to allow all.');
    }
  }
  return clean;
}

function words(list: readonly string[]): string[] {
  return [...new Set(list.map((word) => word.trim()).filter((word) => word !== ''))];
}

function providerName(name: string, document: Document): string {
  if (name === 'practice' || document.providers.some((provider) => provider.id === name)) return name;
  const preset = findPreset(name);
  if (preset) return preset.id;
  const [nearest] = nearestNames(name, ['practice', ...document.providers.map((provider) => provider.id)], 1);
  throw new Problem(
    'INVALID',
    `The scope names a provider "${name}" that does not exist here.`,
    nearest ? `Did you mean "${nearest}"?` : '`keyward providers list` shows those that are set up.',
  );
}

function endpointName(name: string): string {
  const pattern = new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  if (ENDPOINT_NAMES.some((known) => pattern.test(known))) return name;
  const [nearest] = nearestNames(name, ENDPOINT_NAMES, 1);
  throw new Problem(
    'INVALID',
    `The scope names an endpoint "${name}" that does not exist.`,
    nearest ? `Did you mean "${nearest}"?` : `There are ${ENDPOINT_NAMES.join(', ')}.`,
  );
}

function cleanUsers(users: readonly string[]): string[] {
  return words(users);
}
