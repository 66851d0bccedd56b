import { hostName } from '../guard.ts';
import type { Settings } from '../store/schema.ts';
import type { SettingsChange } from './contract/settings-change.ts';
import { os } from './implementer.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

export function settingsProcedures({ store }: ControlDeps) {
  return {
    get: os.settings.get.handler(() => store.snapshot.settings),
    set: os.settings.set.handler(async ({ input, context }) => {
      const change = cleanChange(input);
      const subject = Object.keys(change).join(', ') || 'settings';
      await store.update({ actor: context.actor, action: 'settings.set', subject }, (draft) => {
        draft.settings = merge(draft.settings, change);
      });
      return store.snapshot.settings;
    }),
    audit: os.settings.audit.handler(async ({ input }) => [...(await store.audit(input.limit))]),
  };
}

/** Only what was named changes. */
function merge(settings: Settings, change: SettingsChange): Settings {
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...settings, ...named };
}

/** Addresses and names as they are kept; throws for what is none. */
export function cleanChange(change: SettingsChange): SettingsChange {
  const clean: SettingsChange = { ...change };
  if (change.allowedOrigins) clean.allowedOrigins = change.allowedOrigins.map(cleanOrigin);
  if (change.allowedHosts) clean.allowedHosts = change.allowedHosts.map(cleanHost);
  if (change.proxyUrl !== undefined) clean.proxyUrl = cleanProxy(change.proxyUrl);
  return clean;
}

/** As browsers send it: scheme, host, port, nothing behind. A `*` or `null` would let every page in. */
function cleanOrigin(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url && url.origin !== 'null' && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin;
  throw new Problem(
    'INVALID',
    `"${text.slice(0, 80)}" is no origin of a web page.`,
    'Write it as https://app.example.com.',
  );
}

function cleanHost(text: string): string {
  const name = hostName(text.trim().toLowerCase());
  if (name !== undefined && name !== '*') return name;
  throw new Problem('INVALID', `"${text.slice(0, 80)}" is no host name.`, 'Write it without http:// and path.');
}

function cleanProxy(text: string | null): string | null {
  if (text === null || text.trim() === '') return null;
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return text.trim();
  throw new Problem(
    'INVALID',
    'The proxy is no http:// or https:// address.',
    'Write it as http://proxy.example.com:3128.',
  );
}
