/** Fixes about a provider and its keys. */

import { isOrganisationHeader } from '../../experiments/organisation-headers.ts';
import { findPreset } from '../../providers/presets.ts';
import { Problem } from '../problem.ts';
import { resolvedBaseUrl } from '../provider-record.ts';
import { type FixAction, type FixContext, type Need, needed, subjectId } from './fix-action.ts';

function newKey({ providerName }: FixContext): Need {
  return { name: 'secret', title: `a new key for ${providerName}`, secret: true, suggested: null };
}

export const enterKey: FixAction = {
  changes: true,
  sentence: ({ providerName }) => `Stores a key for ${providerName}, checks it, and sends the request again with it.`,
  needs: (context) => [newKey(context)],
  async apply(context) {
    const provider = context.provider?.id ?? context.preset?.id;
    if (!provider) throw new Problem('CONFLICT', 'Which provider needs a key is not known here.', null);
    const { key } = await context.client.keys.add({ provider, secret: needed(context, newKey(context)) });
    return {
      sentence: `A key for ${context.providerName} is stored (…${key.lastFour}).`,
      edits: [{ path: 'key', value: key.id }],
    };
  },
};

export const replaceKey: FixAction = {
  changes: true,
  sentence: ({ providerName }) =>
    `Puts a new key for ${providerName} in the old one’s place, checks it, and sends the request again with it.`,
  needs: (context) => [newKey(context)],
  async apply(context) {
    const { key } = await context.client.keys.replace({
      id: subjectId(context),
      secret: needed(context, newKey(context)),
    });
    return {
      sentence: `The key of ${context.providerName} is replaced (now …${key.lastFour}).`,
      edits: [{ path: 'key', value: key.id }],
    };
  },
};

export const enableKey: FixAction = {
  changes: true,
  sentence: ({ providerName }) => `Switches the key of ${providerName} on again, and sends the request with it.`,
  async apply(context) {
    const key = await context.client.keys.enable({ id: subjectId(context) });
    return { sentence: `The key "${key.label}" is switched on.` };
  },
};

export const checkKeyFix: FixAction = {
  changes: false,
  sentence: ({ providerName }) => `Asks ${providerName} about the key with a call that spends nothing.`,
  async apply(context) {
    const check = await context.client.keys.test({ id: subjectId(context) });
    return { sentence: check.health.sentence, capture: check.capture };
  },
};

function baseUrlNeed({ fix, provider, preset }: FixContext): Need {
  const found = typeof fix.action?.baseUrl === 'string' ? fix.action.baseUrl : null;
  // Without a base URL of its own a provider goes to its preset's address: putting that back is the likeliest mend.
  const preset_ =
    provider?.baseUrl !== undefined && preset ? resolvedBaseUrl({ ...provider, baseUrl: undefined }) : null;
  return { name: 'baseUrl', title: 'the base URL', secret: false, suggested: found ?? (preset_ || null) };
}

export const editBaseUrl: FixAction = {
  changes: true,
  sentence: (context) => {
    const { suggested } = baseUrlNeed(context);
    const to = context.values.baseUrl?.trim() || suggested;
    return `Changes the base URL of ${context.providerName}${to ? ` to ${to}` : ''}, and sends the request there.`;
  },
  needs: (context) => [baseUrlNeed(context)],
  async apply(context) {
    const baseUrl = needed(context, baseUrlNeed(context));
    const row = await context.client.providers.update({ id: subjectId(context), baseUrl });
    return { sentence: `The base URL of ${context.providerName} is ${row.baseUrl} now.` };
  },
};

/** Lines of `Name: value`; the organisation's headers are what is wrong most often, so leaving them out is suggested. */
function headersNeed({ provider }: FixContext): Need {
  const rest = Object.entries(provider?.headers ?? {}).filter(([name]) => !isOrganisationHeader(name));
  const suggested = rest.map(([name, value]) => `${name}: ${value}`).join('\n');
  return {
    name: 'headers',
    title: 'the extra headers, one "Name: value" a line',
    secret: false,
    suggested,
    lines: true,
  };
}

export const editProviderHeaders: FixAction = {
  changes: true,
  sentence: ({ providerName, provider }) => {
    const names = Object.keys(provider?.headers ?? {}).filter(isOrganisationHeader);
    return names.length > 0
      ? `Takes ${names.join(' and ')} out of what is sent to ${providerName}, and sends the request again.`
      : `Changes the extra headers that are sent to ${providerName}, and sends the request again.`;
  },
  needs: (context) => [headersNeed(context)],
  edits: sentByApp,
  async apply(context) {
    const headers = headersOf(needed(context, headersNeed(context)));
    await context.client.providers.update({ id: subjectId(context), headers });
    const names = sentByApp(context).map(({ path }) => path.replace('header.', ''));
    return {
      sentence: `The extra headers of ${context.providerName} are changed.`,
      edits: sentByApp(context),
      ...(names.length > 0
        ? { next: `The app itself sends ${names.join(' and ')}: take it out of the app’s settings, too.` }
        : {}),
    };
  },
};

/** Where the app itself names the organisation, no setting here takes that away; the replay shows what it would do. */
function sentByApp({ capture }: FixContext) {
  return capture.request.headers
    .filter(([name]) => isOrganisationHeader(name))
    .map(([name]) => ({ path: `header.${name.toLowerCase()}`, value: undefined }));
}

function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw new Problem('INVALID', 'A header is written as "Name: value", one a line.', null);
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** Those that the address has places for, and those that are set already. */
function settingNeeds({ provider, preset }: FixContext): Need[] {
  const places = [...(provider?.baseUrl ?? '').matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return (preset?.settings ?? [])
    .filter(({ name, required }) => {
      const wanted = provider?.baseUrl === undefined ? required : places.includes(name);
      return wanted || provider?.settings[name] !== undefined;
    })
    .map(({ name, label }) => ({ name, title: label, secret: false, suggested: provider?.settings[name] ?? null }));
}

export const editProviderSettings: FixAction = {
  changes: true,
  sentence: ({ providerName }) => `Fills in the settings of ${providerName}, and sends the request again.`,
  needs: settingNeeds,
  async apply(context) {
    const given = settingNeeds(context).map((need) => [need.name, needed(context, need)] as const);
    const settings = { ...context.provider?.settings, ...Object.fromEntries(given) };
    await context.client.providers.update({ id: subjectId(context), settings });
    return { sentence: `The settings of ${context.providerName} are filled in.` };
  },
};

export const enableProvider: FixAction = {
  changes: true,
  sentence: ({ providerName }) => `Switches ${providerName} on again, and sends the request.`,
  async apply(context) {
    await context.client.providers.update({ id: subjectId(context), enabled: true });
    return { sentence: `${context.providerName} is switched on.` };
  },
};

function providerNeed({ fix }: FixContext): Need {
  const provider = fix.action?.provider;
  return {
    name: 'provider',
    title: 'the provider to set up',
    secret: false,
    suggested: typeof provider === 'string' ? provider : null,
  };
}

/** A runtime on this machine asks for no key. */
function wantsKey(context: FixContext): boolean {
  const id = context.values.provider?.trim() || providerNeed(context).suggested;
  return findPreset(id)?.auth.kind !== 'none';
}

export const addProvider: FixAction = {
  changes: true,
  sentence: (context) => {
    const id = context.values.provider?.trim() || providerNeed(context).suggested;
    const what = findPreset(id)?.name ?? id ?? 'the provider of this model';
    return `Sets up ${what}${wantsKey(context) ? ' with a key' : ''}, and sends the request there.`;
  },
  needs: (context) => [
    providerNeed(context),
    ...(wantsKey(context) ? [{ ...newKey(context), title: 'a key for it' }] : []),
  ],
  async apply(context) {
    const provider = needed(context, providerNeed(context));
    const name = findPreset(provider)?.name ?? provider;
    if (!wantsKey(context)) {
      await context.client.providers.add({ id: provider });
      return { sentence: `${name} is set up.` };
    }
    const { key } = await context.client.keys.add({ provider, secret: needed(context, newKey(context)) });
    return { sentence: `${name} is set up with a key (…${key.lastFour}).` };
  },
};
