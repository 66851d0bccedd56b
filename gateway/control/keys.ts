import { keyPage } from '../providers/preset-row.ts';
import { findPreset } from '../providers/presets.ts';
import { newRecordId } from '../store/ids.ts';
import type { Document, Provider, ProviderKey } from '../store/schema.ts';
import { checkKey, neverChecked } from './check-key.ts';
import type { KeyRow } from './contract/index.ts';
import { expiryTime } from './expiry.ts';
import { os } from './implementer.ts';
import { findProviderKey, findProviderRecord } from './names.ts';
import { analyseSecret, type Secret, takeSecret } from './paste-secret.ts';
import { Problem } from './problem.ts';
import { cleanBaseUrl, makeProvider } from './provider-record.ts';
import type { ControlDeps } from './services.ts';

const MOST_HISTORY = 20;

/** Provider keys: sealed when they come in, never told again. */
export function keyProcedures(deps: ControlDeps) {
  const { store, vault, recorder, now } = deps;
  const rowOf = async (id: string): Promise<KeyRow> => {
    const lastUsed = await recorder.lastUsed();
    return keyRow(findProviderKey(store.snapshot.document, id), store.snapshot.document, lastUsed.keys.get(id));
  };
  const checked = async (id: string, check: boolean) => {
    const result = check ? await checkKey(deps, id) : null;
    if (!check) deps.lists.refreshSoon(findProviderKey(store.snapshot.document, id).provider);
    return { key: await rowOf(id), check: result };
  };
  return {
    list: os.keys.list.handler(async () => {
      const lastUsed = await recorder.lastUsed();
      const { document } = store.snapshot;
      return document.providerKeys.map((key) => keyRow(key, document, lastUsed.keys.get(key.id)));
    }),
    analyse: os.keys.analyse.handler(({ input }) => {
      const provider = input.provider === undefined ? undefined : providerOf(store.snapshot.document, input.provider);
      const preset = provider ? provider.preset : findPreset(input.provider)?.id;
      return analyseSecret(deps, input.text, preset ?? undefined, provider?.id);
    }),
    add: os.keys.add.handler(async ({ input, context }) => {
      const given = { id: input.provider, baseUrl: input.baseUrl, settings: input.settings };
      const existing = providerOf(store.snapshot.document, input.provider);
      const provider = existing ?? makeProvider(given, now());
      if (existing) refuseOtherAddress(existing, given);
      const secret = takeSecret(deps, input.secret, provider);
      const expiresAt = expiryTime(input.expires, now());
      const id = newRecordId('pk', deps.random);
      const sealed = vault.seal(id, secret.text);
      await store.update({ actor: context.actor, action: 'provider-key.add', subject: id }, (draft) => {
        if (!draft.providers.some((other) => other.id === provider.id)) draft.providers.push(provider);
        refuseTwin(draft, provider, secret);
        draft.providerKeys.push({
          id,
          provider: provider.id,
          label: input.label?.trim() || nextLabel(draft, provider),
          sealed,
          version: 1,
          lastFour: secret.lastFour,
          fingerprint: secret.fingerprint,
          createdAt: new Date(now()).toISOString(),
          replacedAt: null,
          expiresAt,
          disabledAt: null,
          health: neverChecked(),
          history: [],
        });
      });
      return checked(id, input.check);
    }),
    test: os.keys.test.handler(({ input }) => checkKey(deps, input.id)),
    replace: os.keys.replace.handler(async ({ input, context }) => {
      const { id, provider } = findProviderKey(store.snapshot.document, input.id);
      const secret = takeSecret(deps, input.secret, findProviderRecord(store.snapshot.document, provider));
      const expiresAt = expiryTime(input.expires, now());
      const sealed = vault.seal(id, secret.text);
      await store.update({ actor: context.actor, action: 'provider-key.replace', subject: id }, (draft) => {
        refuseTwin(draft, findProviderRecord(draft, provider), secret);
        const key = findProviderKey(draft, id);
        const until = new Date(now()).toISOString();
        const { version, fingerprint, lastFour } = key;
        key.history = [{ version, fingerprint, lastFour, until }, ...key.history].slice(0, MOST_HISTORY);
        Object.assign(key, {
          sealed,
          version: version + 1,
          lastFour: secret.lastFour,
          fingerprint: secret.fingerprint,
          replacedAt: until,
          // The old key's date says nothing about the new one.
          expiresAt,
          health: neverChecked(),
        });
      });
      return checked(id, input.check);
    }),
    update: os.keys.update.handler(async ({ input, context }) => {
      const { id } = findProviderKey(store.snapshot.document, input.id);
      const expiresAt = input.expires === undefined ? undefined : expiryTime(input.expires, now());
      await store.update({ actor: context.actor, action: 'provider-key.update', subject: id }, (draft) => {
        const key = findProviderKey(draft, id);
        if (input.label?.trim()) key.label = input.label.trim();
        if (expiresAt !== undefined) key.expiresAt = expiresAt;
      });
      return rowOf(id);
    }),
    disable: os.keys.disable.handler(async ({ input, context }) => {
      const { id } = findProviderKey(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'provider-key.disable', subject: id }, (draft) => {
        findProviderKey(draft, id).disabledAt ??= new Date(now()).toISOString();
      });
      return rowOf(id);
    }),
    enable: os.keys.enable.handler(async ({ input, context }) => {
      const { id } = findProviderKey(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'provider-key.enable', subject: id }, (draft) => {
        findProviderKey(draft, id).disabledAt = null;
      });
      return rowOf(id);
    }),
    remove: os.keys.remove.handler(async ({ input, context }) => {
      const { id } = findProviderKey(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'provider-key.remove', subject: id }, (draft) => {
        draft.providerKeys = draft.providerKeys.filter((key) => key.id !== id);
        // A route that named this key goes on with whichever its provider has.
        for (const target of draft.routes.flatMap((route) => route.targets)) {
          if (target.key === id) delete target.key;
        }
      });
      return { done: true as const };
    }),
  };
}

function keyRow(key: ProviderKey, document: Document, lastUsedAt: string | undefined): KeyRow {
  const provider = document.providers.find(({ id }) => id === key.provider);
  return {
    id: key.id,
    provider: key.provider,
    label: key.label,
    lastFour: key.lastFour,
    fingerprint: key.fingerprint,
    version: key.version,
    health: key.health.state,
    healthDetail: key.health,
    createdAt: key.createdAt,
    replacedAt: key.replacedAt,
    expires: key.expiresAt,
    disabled: key.disabledAt !== null,
    limits: key.limits ?? {},
    lastUsedAt: lastUsedAt ?? null,
    replaceUrl: keyPage(findPreset(provider?.preset)),
  };
}

/** A provider that is set up, by its id or by a name of its preset; undefined: still to be added. */
function providerOf(document: Document, asked: string): Provider | undefined {
  const id = asked.trim().toLowerCase();
  return (
    document.providers.find((provider) => provider.id === id) ??
    document.providers.find((provider) => provider.id === findPreset(id)?.id)
  );
}

/** Adding a key must not silently move the provider's other keys to another address. */
function refuseOtherAddress(
  provider: Provider,
  given: { readonly baseUrl?: string; readonly settings?: Readonly<Record<string, string>> },
): void {
  const otherUrl = given.baseUrl?.trim() ? cleanBaseUrl(given.baseUrl) !== provider.baseUrl : false;
  const otherSetting = Object.entries(given.settings ?? {}).some(
    ([name, value]) => value.trim() !== '' && provider.settings[name] !== value.trim(),
  );
  if (!otherUrl && !otherSetting) return;
  throw new Problem(
    'CONFLICT',
    `${provider.name} is set up already, with another ${otherUrl ? 'base URL' : 'setting'}.`,
    `Leave it out, change the provider itself, or set up a second one: keyward providers add NAME${provider.preset ? ` --preset ${provider.preset}` : ''}`,
  );
}

function refuseTwin(document: Document, provider: Provider, secret: Secret): void {
  const twin = document.providerKeys.find(
    (key) => key.provider === provider.id && key.fingerprint === secret.fingerprint,
  );
  if (!twin) return;
  throw new Problem(
    'CONFLICT',
    `This key of ${provider.name} is stored already, as "${twin.label}" (${twin.id}).`,
    twin.disabledAt === null
      ? `Check it with \`keyward keys test ${twin.id}\`.`
      : `It is switched off; switch it on with \`keyward keys enable ${twin.id}\`.`,
  );
}

export function nextLabel(document: Document, provider: Provider): string {
  const taken = new Set(document.providerKeys.filter((key) => key.provider === provider.id).map((key) => key.label));
  const base = `${provider.name} key`;
  let label = base;
  for (let n = 2; taken.has(label); n += 1) label = `${base} ${n}`;
  return label;
}
