import { presetRow } from '../providers/preset-row.ts';
import { findPreset, presets } from '../providers/presets.ts';
import type { Document, Provider } from '../store/schema.ts';
import { checkKey } from './check-key.ts';
import type { ProviderRow } from './contract/index.ts';
import { os } from './implementer.ts';
import { findProviderRecord } from './names.ts';
import { Problem } from './problem.ts';
import {
  cleanBaseUrl,
  cleanHeaders,
  cleanSettings,
  makeProvider,
  PRACTICE_ID,
  type ProviderInput,
  resolvedBaseUrl,
} from './provider-record.ts';
import { reachProvider } from './reach-provider.ts';
import type { ControlDeps } from './services.ts';

export function presetProcedures() {
  return { list: os.presets.list.handler(() => presets.map(presetRow)) };
}

/** Providers: presets that are set up here, and custom ones. */
export function providerProcedures(deps: ControlDeps) {
  const { store } = deps;
  const rowOf = (id: string) => providerRow(findProviderRecord(store.snapshot.document, id), store.snapshot.document);
  return {
    list: os.providers.list.handler(() => [
      practiceRow(deps.startedAt),
      ...store.snapshot.document.providers.map((provider) => providerRow(provider, store.snapshot.document)),
    ]),
    add: os.providers.add.handler(async ({ input, context }) => {
      const provider = makeProvider(input, deps.now());
      await store.update({ actor: context.actor, action: 'provider.add', subject: provider.id }, (draft) => {
        if (draft.providers.some((other) => other.id === provider.id)) {
          throw new Problem(
            'CONFLICT',
            `A provider "${provider.id}" is set up already.`,
            `Store a key for it with \`keyward keys add --provider ${provider.id}\`, or choose another id and name its --preset.`,
          );
        }
        draft.providers.push(provider);
      });
      deps.lists.refreshSoon(provider.id);
      return rowOf(provider.id);
    }),
    update: os.providers.update.handler(async ({ input, context }) => {
      refusePractice(input.id);
      const preset = findPreset(findProviderRecord(store.snapshot.document, input.id).preset);
      await store.update({ actor: context.actor, action: 'provider.update', subject: input.id }, (draft) => {
        const provider = findProviderRecord(draft, input.id);
        if (input.name?.trim()) provider.name = input.name.trim();
        if (input.enabled !== undefined) provider.enabled = input.enabled;
        if (input.settings) provider.settings = cleanSettings(input.settings, preset);
        if (input.headers) provider.headers = cleanHeaders(input.headers);
        if (input.baseUrl === null) delete provider.baseUrl;
        else if (input.baseUrl !== undefined) provider.baseUrl = cleanBaseUrl(input.baseUrl);
        refuseBroken(provider, deps.now());
      });
      if (input.enabled !== false) deps.lists.refreshSoon(input.id);
      return rowOf(input.id);
    }),
    remove: os.providers.remove.handler(async ({ input, context }) => {
      refusePractice(input.id);
      findProviderRecord(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'provider.remove', subject: input.id }, (draft) => {
        removeProvider(draft, input.id);
      });
      return { done: true as const };
    }),
    test: os.providers.test.handler(async ({ input }) => {
      if (input.id === PRACTICE_ID) {
        return {
          provider: PRACTICE_ID,
          reachable: true,
          sentence: 'Practice is built in and always there.',
          check: null,
        };
      }
      const provider = findProviderRecord(store.snapshot.document, input.id);
      const key = store.snapshot.keysByProvider.get(provider.id)?.find(({ disabledAt }) => disabledAt === null);
      const reach = await reachProvider(deps, provider);
      const check = key && reach.reachable ? await checkKey(deps, key.id) : null;
      return { provider: provider.id, reachable: reach.reachable, sentence: reach.sentence, check };
    }),
  };
}

function providerRow(provider: Provider, document: Document): ProviderRow {
  return {
    ...provider,
    baseUrl: resolvedBaseUrl(provider),
    practice: false,
    keys: document.providerKeys.filter((key) => key.provider === provider.id).length,
  };
}

/** Built in, so in no file; listed so that it can be seen. */
function practiceRow(createdAt: string): ProviderRow {
  return {
    id: PRACTICE_ID,
    preset: null,
    name: 'Practice',
    dialect: 'openai-chat',
    settings: {},
    headers: {},
    enabled: true,
    createdAt,
    baseUrl: 'built-in',
    practice: true,
    keys: 0,
  };
}

function refusePractice(id: string): void {
  if (id !== PRACTICE_ID) return;
  throw new Problem('REFUSED', 'The practice provider is built in and stays as it is.', null);
}

/** A change that leaves the provider without an address is refused, as adding it so would have been. */
function refuseBroken(provider: Provider, nowMs: number): void {
  const input: ProviderInput = { ...provider, preset: provider.preset ?? undefined };
  if (provider.preset === null && provider.baseUrl === undefined) {
    throw new Problem(
      'INVALID',
      `${provider.name} needs a base URL.`,
      'A provider without a preset has no other address.',
    );
  }
  makeProvider(input, nowMs);
}

/** Its keys go with it, and its targets in routes; a route that has no other target stands in the way. */
function removeProvider(draft: Document, id: string): void {
  const only = draft.routes.filter((route) => route.targets.every((target) => target.provider === id));
  if (only.length > 0) {
    const names = only.map((route) => `"${route.name}"`).join(', ');
    throw new Problem(
      'CONFLICT',
      `${only.length === 1 ? `Route ${names} leads` : `Routes ${names} lead`} only to this provider.`,
      `Remove or change ${only.length === 1 ? 'it' : 'them'} first: keyward routes remove ${only[0]?.name}`,
    );
  }
  draft.providers = draft.providers.filter((provider) => provider.id !== id);
  draft.providerKeys = draft.providerKeys.filter((key) => key.provider !== id);
  for (const route of draft.routes) route.targets = route.targets.filter((target) => target.provider !== id);
}
