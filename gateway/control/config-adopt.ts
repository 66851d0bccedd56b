/**
 * Puts what another program's configuration asks for into the document: what is here already stays as it is, and one record
 * that cannot be taken keeps none of the others out. Preview and import run this very code.
 */
import { newRecordId } from '../store/ids.ts';
import { type Document, type Provider, routeSchema } from '../store/schema.ts';
import type { ConfigDraft, DraftKey, DraftProvider, DraftRoute } from '../transfer/config/draft.ts';
import { neverChecked } from './check-key.ts';
import type { MergeDeps } from './config-merge.ts';
import type { ConfigItem } from './contract/config.ts';
import { nextLabel } from './keys.ts';
import { takeSecret } from './paste-secret.ts';
import { Problem, wordIssues } from './problem.ts';
import { makeProvider, PRACTICE_ID, resolvedBaseUrl } from './provider-record.ts';

interface Adopting {
  readonly deps: MergeDeps;
  readonly document: Document;
  /** Ids of the draft to those here; what could not be taken is in neither. */
  readonly providers: Map<string, Provider>;
  readonly keys: Map<string, string>;
}

export function adoptConfig(deps: MergeDeps, document: Document, draft: ConfigDraft): ConfigItem[] {
  const adopting: Adopting = { deps, document, providers: new Map(), keys: new Map() };
  return [
    ...adoptTimeouts(document, draft),
    ...draft.providers.map((provider) => orSkip('provider', provider.id, () => adoptProvider(adopting, provider))),
    ...draft.keys.map((key) => orSkip('provider-key', key.label ?? key.provider, () => adoptKey(adopting, key))),
    ...draft.routes.map((route) => orSkip('route', route.name, () => adoptRoute(adopting, route))),
  ];
}

function orSkip(what: ConfigItem['what'], name: string, adopt: () => ConfigItem): ConfigItem {
  try {
    return adopt();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { what, name, action: 'skip', sentence: error.message };
  }
}

function adoptTimeouts(document: Document, { timeouts }: ConfigDraft): ConfigItem[] {
  const { totalMs } = timeouts;
  const { totalMs: now } = document.settings.timeouts;
  if (totalMs === undefined || totalMs === now) return [];
  document.settings.timeouts = { ...document.settings.timeouts, totalMs };
  const sentence = `A whole request may take ${totalMs / 1000} s; it was ${now / 1000} s.`;
  return [{ what: 'setting', name: 'timeouts', action: 'change', sentence }];
}

function adoptProvider({ deps, document, providers }: Adopting, asked: DraftProvider): ConfigItem {
  const wished = makeProvider({ ...asked, id: freeId(document, asked.id) }, Date.parse(deps.now));
  // An address of its own and a preset: the id must not be read as the preset's name.
  const address = resolvedBaseUrl(wished);
  const there = document.providers.find(
    (other) => other.preset === wished.preset && other.dialect === wished.dialect && resolvedBaseUrl(other) === address,
  );
  providers.set(asked.id, there ?? wished);
  if (there) return { what: 'provider', name: there.id, action: 'keep', sentence: `Is here already, at ${address}.` };
  document.providers.push(wished);
  return { what: 'provider', name: wished.id, action: 'add', sentence: `${wished.name} at ${address}.` };
}

/** The id as it is where it is free or its holder may be the same provider; else with a number. */
function freeId(document: Document, wish: string): string {
  const taken = new Set([PRACTICE_ID, ...document.providers.map(({ id }) => id)]);
  let id = wish;
  for (let n = 2; taken.has(id); n += 1) id = `${wish.slice(0, 60)}-${n}`;
  return id;
}

function adoptKey({ deps, document, providers, keys }: Adopting, asked: DraftKey): ConfigItem {
  const provider = providers.get(asked.provider);
  if (!provider) throw new Problem('INVALID', 'Its provider cannot be taken.');
  const secret = takeSecret(deps, asked.secret, provider);
  const { lastFour, fingerprint } = secret;
  const told = { lastFour, fingerprint };
  const there = document.providerKeys.find((key) => key.provider === provider.id && key.fingerprint === fingerprint);
  if (there) {
    keys.set(asked.ref, there.id);
    const sentence = `Is here already, as "${there.label}" of ${provider.name}.`;
    return { what: 'provider-key', name: there.id, action: 'keep', sentence, ...told };
  }
  const id = newRecordId('pk', deps.random);
  const wish = asked.label?.trim().slice(0, 120);
  const label = wish && !document.providerKeys.some((key) => key.label === wish) ? wish : nextLabel(document, provider);
  document.providerKeys.push({
    id,
    provider: provider.id,
    label,
    sealed: deps.seal(id, secret.text),
    version: 1,
    lastFour,
    fingerprint,
    createdAt: deps.now,
    replacedAt: null,
    expiresAt: null,
    disabledAt: asked.disabled ? deps.now : null,
    health: neverChecked(),
    history: [],
  });
  keys.set(asked.ref, id);
  const sentence = `"${label}" of ${provider.name}${asked.disabled ? ', switched off as it was there' : ''}.`;
  return { what: 'provider-key', name: id, action: 'add', sentence, ...told };
}

function adoptRoute({ document, providers, keys }: Adopting, { targets: asked, ...rest }: DraftRoute): ConfigItem {
  const targets = asked.flatMap(({ provider: draftId, key: ref, ...target }) => {
    const provider = providers.get(draftId);
    const key = ref === undefined ? undefined : keys.get(ref);
    return provider ? [{ ...target, provider: provider.id, ...(key ? { key } : {}) }] : [];
  });
  if (targets.length === 0) throw new Problem('INVALID', 'None of its targets can be taken.');
  const parsed = routeSchema.safeParse({ ...rest, targets });
  if (!parsed.success) throw new Problem('INVALID', wordIssues(parsed.error.issues));
  const route = parsed.data;
  if (document.routes.some(({ name }) => name === route.name)) {
    return {
      what: 'route',
      name: route.name,
      action: 'keep',
      sentence: 'A route of that name is here already, and stays.',
    };
  }
  document.routes.push(route);
  const left = asked.length - targets.length;
  const words = targets.map(({ provider, model }) => `${provider}/${model}`).join(', ');
  const sentence = `${route.strategy}: ${words}${left > 0 ? `; ${left} of its targets cannot be taken` : ''}.`;
  return { what: 'route', name: route.name, action: 'add', sentence };
}
